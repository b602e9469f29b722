"""What becomes of tests in a browser where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
TEST = "import pytest\n\n@pytest.mark.browser\ndef test_a_page(): pass\n\ndef test_a_sum(): pass\n"


def closing_line(folder: Path, **environment: str) -> str:
    (folder / "test_two.py").write_text(TEST)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.chromium", "-p", "no:django", "-q", str(folder)]
    given = {**os.environ, "PYTHONPATH": str(HERE), "ALOFT_REQUIRE_CHROMIUM": "", **environment}
    return subprocess.run(command, env=given, cwd=folder, capture_output=True, text=True).stdout.splitlines()[
        -1
    ]


def test_they_are_skipped_and_counted(tmp_path: Path) -> None:
    assert closing_line(tmp_path, ALOFT_CHROMIUM="/nowhere/chromium").startswith("1 passed, 1 skipped")


def test_they_fail_where_it_is_required(tmp_path: Path) -> None:
    failing = closing_line(tmp_path, ALOFT_CHROMIUM="/nowhere/chromium", ALOFT_REQUIRE_CHROMIUM="1")
    assert failing.startswith("1 passed, 1 error")


def test_they_run_where_there_is_one(tmp_path: Path) -> None:
    there = tmp_path / "chromium"
    there.write_text("#!/bin/sh\n")
    there.chmod(0o755)
    assert closing_line(tmp_path, ALOFT_CHROMIUM=str(there)).startswith("2 passed")
