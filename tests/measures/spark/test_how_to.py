"""The page that tells how to outgrow one machine, run as it stands: only the port is another."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.engine.world import EXAMPLE

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/how-to/outgrow-one-machine.md"
STOPS = "trap 'kill $(jobs -p)' EXIT; set -e\n"


def commands() -> str:
    """What the page says to type, but for what is installed already."""
    blocks = re.findall(r"^```\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return "".join(line for block in blocks for line in block.splitlines(True) if not line.startswith("pip "))


def free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


@pytest.mark.slow
def test_the_page_says_what_works(tmp_path: Path) -> None:
    pytest.importorskip("pysail.spark", reason="no Sail here: `make test-spark` has one")
    said = commands()
    assert [line.split()[:2] for line in said.splitlines()] == [
        ["aloft", "warehouse"],
        ["sail", "spark"],
        ["aloft", "evaluate"],
        ["aloft", "plan"],
        ["aloft", "warehouse"],
        ["aloft", "backtest"],
    ]
    aloft = f'aloft() {{ "{sys.executable}" -m aloft "$@"; }}\n'
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    told = {**os.environ, "PATH": paths, "PYTHONPATH": str(ROOT), "ALOFT_HOME": str(tmp_path / "home")}
    subprocess.run(
        [sys.executable, "-m", "tests.engine.canaries", "make"],
        cwd=ROOT, env=told, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    shutil.copyfile(EXAMPLE, tmp_path / "model.yaml")
    ran = subprocess.run(
        ["bash", "-c", STOPS + aloft + said.replace("50051", str(free_port()))],
        cwd=tmp_path, env=told, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = {row["account"]: row for row in pq.read_table(tmp_path / "values").to_pylist()}
    assert sorted(found) == ["acme", "canary-bolt"]
    assert {row["next.phase"] for row in found.values()} == {"onboarding"}
    # The export ends with that day, whatever day the page names.
    backtest = ["backtest", "model.yaml", "--from", "2026-01-06", "--to", "2026-01-06"]
    alone = [
        subprocess.run(
            [sys.executable, "-m", "aloft", *command],
            cwd=tmp_path, env=told, capture_output=True, text=True, check=True, timeout=300,
        ).stdout
        for command in (["plan", "model.yaml"], backtest)
    ]  # fmt: skip
    assert alone[0] in ran.stdout
    assert alone[1].splitlines()[0] in ran.stdout
    assert [path.name for path in (tmp_path / "home").iterdir() if path.name.startswith("tmp")] == []
