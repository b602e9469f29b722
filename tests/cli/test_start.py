"""What a command loads as it starts: nothing that only the engine needs, for every command waits for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("duckdb", "pyarrow", "numpy", "scipy", "sqlglot", "openpyxl", "holidays", "granian", "pyspark")
"""Packages that take a tenth of a second or more to load."""
LOADED = f"""
import sys
from aloft.cli import main
sys.argv[0] = "aloft"
try:
    main()
finally:
    print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)
"""
PRESET = Path(__file__).parents[2] / "aloft/engagement/presets/two-phase.yaml"


@pytest.mark.parametrize(
    "asked", [["validate", str(PRESET)], ["init", "--list"], ["why", "--help"], ["plan", "--help"]]
)
def test_a_command_that_reads_no_facts_loads_nothing_that_does(tmp_path: Path, asked: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *asked],
        capture_output=True, text=True, env={"ALOFT_HOME": str(tmp_path / "home"), "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert done.stderr.strip() == ""
