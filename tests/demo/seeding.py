"""Companies made by processes of their own; one whole one is made in a session, after a start that was killed.

`python -m tests.demo.seeding whole NOW` starts the demo as `aloft demo` does, without serving;
`python -m tests.demo.seeding short NOW` makes a short history and writes its decisions.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

PATIENCE = 1_800  # seconds, on a machine that does other things too
WHOLE = {"size": 300, "known": 400, "live": 9}
SHORT = {"size": 60, "known": 200, "live": 3}


@dataclass(frozen=True)
class Seeded:
    home: Path
    now: datetime
    killed_with: int
    """Accounts in the home after the start that was killed, while the draft had some."""


@cache
def whole() -> Seeded:
    """A company as that of the demo, as of now, and smaller."""
    from aloft import clock

    home, now = Path(tempfile.mkdtemp(prefix="aloft-demo-")), clock.now()
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    killed_with = _start_and_kill(home, now)
    subprocess.run(_command("whole", now), env=_environment(home), check=True, timeout=PATIENCE)
    return Seeded(home, now, killed_with)


def _start_and_kill(home: Path, now: datetime) -> int:
    draft = home / "demo-in-the-making" / "aloft.sqlite3"
    process = subprocess.Popen(_command("whole", now), env=_environment(home), start_new_session=True)
    try:
        until = time.monotonic() + 300
        while accounts_in(draft) == 0:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return accounts_in(home / "aloft.sqlite3")


def accounts_in(database: Path) -> int:
    if not database.exists():
        return 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        try:
            counted: int = connection.execute("select count(*) from records_account").fetchone()[0]
        except sqlite3.OperationalError:  # its tables are being made
            return 0
        return counted


def short(home: Path, now: datetime, seed: str) -> subprocess.Popen[bytes]:
    """Being made, with `seed` for Python's hashes; its decisions come on stdout."""
    environment = {**_environment(home), "PYTHONHASHSEED": seed}
    return subprocess.Popen(_command("short", now), env=environment, stdout=subprocess.PIPE)


def _command(what: str, now: datetime) -> list[str]:
    return [sys.executable, "-m", "tests.demo.seeding", what, now.isoformat()]


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "ALOFT_HOME": str(home)}


def main(what: str, now: datetime) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")
    import django

    django.setup()
    from django.conf import settings

    from aloft.cli.ready import prepare
    from aloft.demo.company import make, seed_once
    from aloft.demo.northwind import Northwind, Span

    prepare()
    if what == "whole":
        seed_once(now=now, say=lambda line: print(line, file=sys.stderr), span=Span(**WHOLE))  # noqa: T201
        return
    make(settings.ALOFT_HOME, now, lambda _share: None, Northwind(now.date(), Span(**SHORT)))
    json.dump(_decisions(), sys.stdout, default=str)


def _decisions() -> list[Mapping[str, object]]:
    """Every decision there is, without the numbers that the database gave."""
    from aloft.act.models import Verdict

    rows = Verdict.objects.order_by("at", "account__external_id", "moment", "anchor", "n", "verdict")
    names = ("at", "account__external_id", "moment", "anchor", "n", "verdict", "details", "reasons")
    return [*rows.values(*names)]


if __name__ == "__main__":
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
