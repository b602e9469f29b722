"""An import that is killed, at whatever instant, and started again ends as one that was not."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aloft.facts.store import FactStore
from tests.data_sets import data_set
from tests.facts.timeline import Snapshot, picture_of_what_happened

KILLS = 6


def started(home: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "aloft", "import", str(folder)]
    environment = {**os.environ, "ALOFT_HOME": str(home)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def imported(home: Path, folder: Path) -> Snapshot:
    process = started(home, folder)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 0, told.decode()
    with FactStore.open(home / "facts.duckdb") as store:
        return picture_of_what_happened(store)


@pytest.mark.slow
def test_an_import_killed_at_random_ends_like_one_that_was_not(tmp_path: Path) -> None:
    folder, dice = data_set("ravenstack"), random.Random(7)
    whole = imported(tmp_path / "whole", folder)
    killed = 0
    for _ in range(KILLS):
        process = started(tmp_path / "killed", folder)
        try:
            process.wait(dice.uniform(0.5, 12.0))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
    assert imported(tmp_path / "killed", folder) == whole
    assert killed > 0
