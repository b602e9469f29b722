"""The n-th call to the disk fails, for n = 1, 2, ... until a run meets no fault: nothing is lost, nothing doubled."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aloft.collect.erasing import Said, erase_in_inbox, of_person
from aloft.collect.inbox import Inbox
from aloft.facts.drain import drain
from aloft.facts.erasing import each_row, erase_in_log
from aloft.facts.joined import drop_joined, join
from aloft.facts.log import every_segment, export, mend, put_in_order
from aloft.facts.reading import Reader
from aloft.records import tombstones
from aloft.records.identity import Identity
from tests.facts.timeline import NOW, a_store, at, tracked

ENTRIES = 12
SEAMS: list[tuple[Any, str]] = [
    (os, "fsync"),
    (os, "open"),
    (Path, "rename"),
    (Path, "mkdir"),
    (Path, "unlink"),
    (pq, "write_table"),
]


class Disk:
    """Fails at its n-th call, whatever it is asked; `failed` says whether it came to that."""

    def __init__(self, n: int) -> None:
        self.left, self.failed = n, False

    def wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **more: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                self.failed = True
                raise OSError(errno.ENOSPC, "No space left on device")
            return call(*args, **more)

        return guarded


@contextmanager
def failing(n: int) -> Iterator[Disk]:
    disk = Disk(n)
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in SEAMS:
            patch.setattr(owner, name, disk.wrap(getattr(owner, name)))
        yield disk


def every_fault(make: Callable[[Path], None], act: Callable[[Path], None], folder: Path) -> Iterator[Path]:
    """A home for each n, after the fault and a second, undisturbed try."""
    for n in range(1, 100):
        home = folder / str(n)
        home.mkdir()
        make(home)
        with failing(n) as disk:
            try:
                act(home)
            except OSError:
                assert disk.failed
        act(home)
        yield home
        if not disk.failed:
            assert n > 3
            return
    raise AssertionError("a run without a fault never came")


def received(home: Path) -> None:
    inbox = Inbox(home / "inbox.sqlite3")
    inbox.append(
        [
            tracked(n, f"2026-03-{n:02d}T10:00", "ann-of-acme", text="by ann-of-acme")
            for n in range(1, ENTRIES + 1)
        ],
        received=NOW,
    )
    inbox.close()


def moved(home: Path) -> None:
    inbox = Inbox(home / "inbox.sqlite3")
    try:
        with a_store() as store:
            drain(store, inbox.read(0), (), at("2026-06-02T00:00"))
            export(store, inbox, home / "log", minimum=5)
    finally:
        inbox.close()


def numbers(home: Path) -> list[int]:
    inbox = Inbox(home / "inbox.sqlite3")
    try:
        reader, told, after = Reader(home / "log", inbox), [], 0
        while rows := reader.take(after)["seq"].to_pylist():
            told += rows
            after = rows[-1]
        return told
    finally:
        inbox.close()


def days(home: Path) -> list[int]:
    """On which day of the month each entry happened, in the order of the log."""
    inbox = Inbox(home / "inbox.sqlite3")
    try:
        return [one.day for one in Reader(home / "log", inbox).take(0)["occurred"].to_pylist()]
    finally:
        inbox.close()


def test_an_export_that_fails_anywhere_loses_nothing(tmp_path: Path) -> None:
    def act(home: Path) -> None:
        inbox = Inbox(home / "inbox.sqlite3")
        try:
            with a_store() as store:
                rows = Reader(home / "log", inbox).take(0)
                drain(store, rows, (), at("2026-06-02T00:00"))
                export(store, inbox, home / "log", minimum=5)
        finally:
            inbox.close()

    for home in every_fault(received, act, tmp_path):
        assert numbers(home) == list(range(1, ENTRIES + 1))


def test_an_erasure_that_fails_anywhere_is_whole_the_next_time(tmp_path: Path) -> None:
    ann = Identity(("ann-of-acme",), "erased-1")

    def make(home: Path) -> None:
        received(home)
        moved(home)
        inbox = Inbox(home / "inbox.sqlite3")
        inbox.append([tracked(13, "2026-03-13T10:00", "ann-of-acme")], received=NOW)
        inbox.close()

    def act(home: Path) -> None:
        tombstones.add(home, ann.ids, NOW)
        erase_in_log(home / "log", of_person(ann))
        erase_in_inbox(home / "inbox.sqlite3", of_person(ann))

    for home in every_fault(make, act, tmp_path):
        assert numbers(home) == list(range(1, ENTRIES + 2))
        told: list[Said] = [said for _, said in each_row(home / "log")]
        assert {(said.user, said.body) for said in told} == {("erased-1", b"{}")}
        assert tombstones.read(home).knows("ANN-of-acme")


def test_joining_that_fails_anywhere_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aloft.facts.joined.MEMBERS", 3)

    def make(home: Path) -> None:
        received(home)
        with a_store() as store:
            inbox = Inbox(home / "inbox.sqlite3")
            drain(store, inbox.read(0), (), at("2026-06-02T00:00"))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("aloft.facts.log.SEGMENT", 3)
                export(store, inbox, home / "log", minimum=1)
            inbox.close()

    def act(home: Path) -> None:
        join(home / "log", NOW)
        drop_joined(home / "log")

    for home in every_fault(make, act, tmp_path):
        assert numbers(home) == list(range(1, ENTRIES + 1))
        assert [(one.first, one.last) for one in every_segment(home / "log")] == [(1, ENTRIES)]


def test_a_log_that_is_put_in_order_is_mended_wherever_it_failed(tmp_path: Path) -> None:
    def make(home: Path) -> None:
        received(home)
        moved(home)
        segment = next((home / "log").glob("entries-*"))
        imported = segment.with_name(segment.name.replace("entries", "import"))
        table = pq.read_table(segment).drop_columns(["seq", "imported"])
        place = table.schema.get_field_index("received")
        newest_first = pa.array([NOW - timedelta(minutes=n) for n in range(ENTRIES)], table.field(place).type)
        pq.write_table(table.set_column(place, table.field(place), newest_first), imported)
        segment.unlink()

    def act(home: Path) -> None:
        inbox = Inbox(home / "inbox.sqlite3")
        try:
            mend(home / "log")
            put_in_order(home / "log", inbox)
        finally:
            inbox.close()

    for home in every_fault(make, act, tmp_path):
        assert numbers(home) == list(range(1, ENTRIES + 1))
        assert days(home) == list(range(ENTRIES, 0, -1))
