"""What holds for the whole of the code: who may import whom, who may read the time, how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
READS_TIME = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("time", "time"),
}
LONGEST = 400  # lines
LONGER = {  # and why
    "tests/test_access_matrix.py": "a row for each address, and the world that they ask about",
    "docs/generate.py": "every page of the reference, one after the other",
    "tests/engine/test_timelines.py": "one story for each trigger, told with one cast",
    "aloft/records/models.py": "every table that people edit, in the order in which they name each other",
}


@pytest.mark.slow
def test_packages_import_only_those_below_them() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=HERE,
        capture_output=True,
        text=True,
    )
    assert linted.returncode == 0, linted.stdout
    assert "0 broken" in linted.stdout


def test_only_the_clock_reads_the_time() -> None:
    files = [path for path in (HERE / "aloft").rglob("*.py") if path != HERE / "aloft" / "clock.py"]
    assert len(files) > 100
    found = [f"{path.relative_to(HERE)}:{line}" for path in files for line in reads_time(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import UTC, datetime\nat = datetime.now(UTC)",
        "import datetime\nat = datetime.datetime.utcnow()",
        "from datetime import date\nday = date.today()",
        "from django.utils import timezone\nat = models.DateTimeField(default=timezone.now)",
        "from django.utils.timezone import now\nat = now()",
        "import time\nat = time.time()",
    ],
)
def test_a_look_at_another_clock_is_found(source: str) -> None:
    assert list(reads_time(source))


@pytest.mark.parametrize(
    "source",
    [
        "from aloft import clock\nat = clock.now()",
        "import time\nbegan = time.monotonic()",
        "from datetime import timezone\nzone = timezone.utc",
        "day = self.today()",
    ],
)
def test_what_is_no_such_look_is_let_pass(source: str) -> None:
    assert list(reads_time(source)) == []


def test_no_file_is_long_without_a_reason() -> None:
    files = [
        path for room in ("aloft", "tests", "benchmarks", "docs") for path in (HERE / room).rglob("*.py")
    ]
    long = {str(path.relative_to(HERE)) for path in files if len(path.read_text().splitlines()) > LONGEST}
    assert long - set(LONGER) == set()
    assert [path for path in LONGER if not (HERE / path).exists()] == []


def reads_time(source: str) -> Iterator[int]:
    """Lines that name a function of the standard library's or of Django's which reads the time."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=holder) | ast.Attribute(attr=holder), attr=name):
                named = {(holder, name)}
            case ast.ImportFrom(module=str(module), names=imported):
                named = {(module.rpartition(".")[2], one.name) for one in imported}
            case _:
                continue
        if named & READS_TIME:
            yield node.lineno
