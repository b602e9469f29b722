"""The power is cut again and again, under clients that retry: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from aloft.collect.inbox import Inbox
from aloft.facts.reading import Reader
from tests.crash.deployment import NAMES, Processes, ended, sending, until
from tests.crash.disk import Disk

CUTS = int(os.environ.get("ALOFT_CUTS", "20"))
SHARES = (0.0, 0.5, 0.9)
"""How many of the pages that were written since the last fsync are on the disk all the same."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its own files"),
]


def test_what_was_acknowledged_survives_every_cut_of_the_power(
    on_disk: Processes, disk: Disk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20260105)
    key = on_disk.company("make")
    with sending(on_disk, key) as clients:
        for number in range(CUTS):
            before = sum(len(client.acknowledged) for client in clients)
            for name in NAMES:
                on_disk.start(name)
            until(lambda before=before: sum(len(one.acknowledged) for one in clients) > before)  # type: ignore[misc]
            time.sleep(chance.choice([chance.uniform(0, 0.5), chance.uniform(0.5, 6)]))
            disk.cut(chance.choice(SHARES), seed=number)
            for name in NAMES:
                on_disk.end(name, signal.SIGKILL)
            disk.end()
            there = logged(disk.left, tmp_path / "looked-at")
            lost = {message for client in clients for message in client.acknowledged} - there
            assert lost == set(), f"{len(lost)} acknowledged events are gone after {number + 1} cuts"
            disk.start()
    for name in NAMES:
        on_disk.start(name)
    told = ended(on_disk, clients)
    with capsys.disabled():
        sys.stdout.write(f"\n{CUTS} cuts of power: {told}\n")


def logged(left: Path, copy: Path) -> set[str]:
    """The messages that the log has after a cut, looked at in a copy; both databases say that nothing is torn."""
    shutil.copytree(left, copy)
    for name in ("aloft.sqlite3", "inbox.sqlite3"):
        with closing(sqlite3.connect(copy / name)) as database:
            assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
    with closing(Inbox(copy / "inbox.sqlite3")) as inbox:
        reader, found, after = Reader(copy / "log", inbox), set[str](), 0
        while rows := reader.take(after).to_pylist():
            found.update(row["message_id"] for row in rows)
            after = rows[-1]["seq"]
    shutil.rmtree(copy)
    return found
