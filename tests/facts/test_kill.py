"""A drain that is killed at any instant, and goes on, ends where one that was never killed ends."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from aloft.collect.inbox import Logged
from aloft.facts.changes import ChangeRow
from aloft.facts.compact import compact
from aloft.facts.drain import drain
from aloft.facts.store import FactStore
from aloft.facts.torn import open_whole
from tests.facts.timeline import NOW, at, grouped, picture, recorded, tracked

ENTRIES, CHANGES, BATCH = 2_000, 100, 100


def entries(many: int) -> list[Logged]:
    """Users who come before their accounts do, messages that come twice, accounts that move house."""
    dice, made = random.Random(7), []
    for seq in range(1, many + 1):
        when = (at("2026-01-01T00:00") + timedelta(minutes=dice.randrange(150_000))).strftime(
            "%Y-%m-%dT%H:%M"
        )
        user, account, again = f"u{dice.randrange(60)}", f"a{dice.randrange(12)}", f"m{dice.randrange(seq)}"
        if dice.random() < 0.05:
            zone = dice.choice(["Asia/Tokyo", "America/Los_Angeles", "UTC"])
            made.append(grouped(seq, when, user, account, timezone=zone))
        elif dice.random() < 0.1:
            made.append(tracked(seq, when, user, id=again))
        else:
            made.append(tracked(seq, when, user, account if dice.random() < 0.3 else ""))
    return made


def changes() -> list[ChangeRow]:
    return [recorded(seq, "2026-03-02T12:00", f"a{seq % 12}", "contacted") for seq in range(1, CHANGES + 1)]


def drain_to_the_end(path: Path, many: int = ENTRIES) -> None:
    told, edits = entries(many), changes()
    with open_whole(path, "UTC", threads=1) as store:
        while store.positions().inbox < many or store.positions().changes < CHANGES:
            inbox, change = store.positions().inbox, store.positions().changes
            drain(store, told[inbox : inbox + BATCH], edits[change : change + 5], NOW)
            compact(store, minimum=500, piece=200)
            store.run("CHECKPOINT")


def drain_elsewhere(path: Path, many: int = ENTRIES) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.facts.test_kill", str(path), str(many)])


def killed_after(path: Path, seconds: float) -> bool:
    """Whether the process was still at work."""
    process = drain_elsewhere(path)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return process.returncode != 0


@pytest.mark.slow
def test_a_drain_killed_at_random_goes_on_where_it_was(tmp_path: Path) -> None:
    drain_to_the_end(tmp_path / "whole.duckdb")
    dice, kills, started = random.Random(11), 0, time.monotonic()
    while killed_after(tmp_path / "killed.duckdb", dice.uniform(1.0, 2.5)):
        kills += 1
        assert time.monotonic() - started < 240
    with (
        FactStore.open(tmp_path / "whole.duckdb") as whole,
        FactStore.open(tmp_path / "killed.duckdb") as killed,
    ):
        assert picture(killed) == picture(whole)
        assert killed.positions() == whole.positions()
    assert kills > 0


if __name__ == "__main__":
    drain_to_the_end(Path(sys.argv[1]), int(sys.argv[2]))
