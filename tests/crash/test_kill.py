"""Web, engine and both are killed with -9 at random points, under clients that retry as real ones do."""

from __future__ import annotations

import os
import random
import signal
import sys
import time

import pytest

from tests.crash.deployment import Processes, ended, sending, start_company

KILLS = int(os.environ.get("ALOFT_KILLS", "100"))


def kill_at_random(processes: Processes, chance: random.Random) -> int:
    """Kill web, engine or both, and start them again; how many processes were killed."""
    killed = 0
    time.sleep(chance.choice([chance.uniform(0.05, 1.0), chance.uniform(1.0, 4.0)]))
    for name in chance.choice([("web",), ("engine",), ("web", "engine")]):
        processes.end(name, signal.SIGKILL)
        processes.start(name)
        killed += 1
    return killed


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_or_doubled_by_a_hundred_kills(
    processes: Processes, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20260105)
    key = start_company(processes)
    killed = 0
    with sending(processes, key) as clients:
        while killed < KILLS:
            killed += kill_at_random(processes, chance)
        time.sleep(5)
    told = ended(processes, clients)
    with capsys.disabled():
        sys.stdout.write(f"\n{killed} kills: {told}\n")
    assert sum(len(client.acknowledged) for client in clients) > min(50, KILLS)
