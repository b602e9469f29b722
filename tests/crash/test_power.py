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

import duckdb
import pytest
from django.db import connection

from aloft.collect.inbox import Inbox
from aloft.facts.place import files
from aloft.facts.reading import Reader
from aloft.facts.store import FactStore
from tests.crash.deployment import NAMES, Processes, ended, sending, until
from tests.crash.disk import Disk
from tests.facts.test_kill import drain_elsewhere, drain_to_the_end
from tests.facts.timeline import picture

CUTS = int(os.environ.get("ALOFT_CUTS", "20"))
MANY = 10_000  # entries to drain: more than are drained between the cuts
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


def test_a_drain_whose_power_is_cut_ends_where_one_that_was_never_cut_ends(
    disk: Disk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20260105)
    drain_to_the_end(tmp_path / "whole.duckdb", MANY)
    torn = 0
    for number in range(CUTS):
        draining = drain_elsewhere(disk.mount / "cut.duckdb", MANY)
        time.sleep(chance.uniform(0.8, 2.0))
        disk.cut(chance.choice(SHARES), seed=number)
        draining.kill()
        draining.wait()
        disk.end()
        torn += not opens(disk.left / "cut.duckdb", tmp_path / "looked-at")
        disk.start()
    assert drain_elsewhere(disk.mount / "cut.duckdb", MANY).wait() == 0
    with (
        FactStore.open(tmp_path / "whole.duckdb") as whole,
        FactStore.open(disk.mount / "cut.duckdb") as cut,
    ):
        assert picture(cut) == picture(whole)
        assert cut.positions() == whole.positions()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{CUTS} cuts of power under a drain: {torn} left a store that DuckDB did not open\n"
        )


def opens(store: Path, copy: Path) -> bool:
    """Whether DuckDB opens it as it was left, in a copy."""
    copy.mkdir()
    for one in files(store):
        shutil.copy(one, copy)
    try:
        FactStore.open(copy / store.name).close()
    except duckdb.IOException:
        return False
    finally:
        shutil.rmtree(copy)
    return True


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
