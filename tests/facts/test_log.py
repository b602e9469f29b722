from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.facts import log
from aloft.facts.changes import ChangeRow
from aloft.facts.drain import drain
from aloft.facts.keep import Kept, keep
from aloft.facts.log import export, segments
from aloft.facts.reading import Reader
from aloft.facts.store import FactStore
from tests.facts.timeline import NOW, a_store, changed, grouped, picture, recorded, tracked

CHANGES = [
    changed(1, "2026-03-02T12:00", "account.set", "acme", fields={"timezone": "Asia/Tokyo"}),
    recorded(2, "2026-03-03T12:00", "acme", "contacted"),
    changed(
        3,
        "2026-03-04T12:00",
        "contract.set",
        "acme",
        contract="c-1",
        signed=None,
        starts="2026-01-01",
        ends=None,
    ),
]


class Crash(Exception):
    """Nothing after this instruction runs."""


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    inbox = Inbox(inbox_of(tmp_path))
    yield inbox
    inbox.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


def receive(inbox: Inbox, count: int = 12, first: int = 1) -> None:
    """A stranger's events, then a group call that claims them, each a message of its own."""
    entries = [tracked(n, f"2026-03-{n:02d}T23:30", "ann", rows=n) for n in range(first, first + count - 1)]
    inbox.append(
        [*entries, grouped(first + count - 1, "2026-03-02T10:00", "ann", "acme", plan="pro")], received=NOW
    )


def logged(inbox: Inbox, folder: Path, after: int = 0, limit: int = 1000) -> list[int]:
    """The numbers of one helping."""
    return Reader(folder, inbox, limit, limit).take(after)["seq"].to_pylist()


def drain_all(store: FactStore, inbox: Inbox, folder: Path, changes: list[ChangeRow], limit: int = 5) -> None:
    reader = Reader(folder, inbox, limit, limit)
    while (entries := reader.take(store.positions().inbox)).num_rows:
        drain(store, entries, [], NOW)
    drain(store, [], changes, NOW)


def known(store: FactStore, inbox: Inbox, folder: Path) -> list[int]:
    """The seqs that a lost store would be drained from again."""
    reader, found = Reader(folder, inbox), [0]
    while seqs := reader.take(found[-1])["seq"].to_pylist():
        found += seqs
    return found[1:]


def test_drained_entries_move_from_the_inbox_to_the_log_unchanged(inbox: Inbox, folder: Path) -> None:
    receive(inbox)
    entries = inbox.read(0)
    store = a_store()
    drain(store, entries, [], NOW)
    assert export(store, inbox, folder, minimum=1) == 12
    assert inbox.read(0) == []
    assert Reader(folder, inbox).take(0).equals(log.table(entries))
    assert [path.name for path in folder.iterdir()] == ["entries-000000000000001-000000000000012.parquet"]


def test_what_is_not_drained_stays_in_the_inbox(inbox: Inbox, folder: Path) -> None:
    receive(inbox)
    store = a_store()
    drain(store, inbox.read(0, limit=7), [], NOW)
    assert export(store, inbox, folder, minimum=1) == 7
    assert [entry.seq for entry in inbox.read(0)] == [8, 9, 10, 11, 12]


def test_too_few_entries_wait_for_more(inbox: Inbox, folder: Path) -> None:
    receive(inbox)
    store = a_store()
    drain(store, inbox.read(0), [], NOW)
    assert export(store, inbox, folder, minimum=13) == 0
    assert len(inbox.read(0)) == 12
    assert list(folder.iterdir()) == []


def test_the_log_is_read_in_order_across_segments(
    inbox: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "SEGMENT", 5)
    receive(inbox)
    store = a_store()
    drain(store, inbox.read(0), [], NOW)
    assert export(store, inbox, folder, minimum=1) == 12
    assert [(segment.first, segment.last) for segment in segments(folder)] == [(1, 5), (6, 10), (11, 12)]
    assert logged(inbox, folder, after=3, limit=1) == [4]
    assert logged(inbox, folder, after=3) == [4, 5]
    assert logged(inbox, folder, after=5) == [6, 7, 8, 9, 10]
    assert logged(inbox, folder, after=12) == []


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_lost_store_is_drained_again_from_log_inbox_and_changes(
    inbox: Inbox, folder: Path, tmp_path: Path, limit: int
) -> None:
    path = tmp_path / "facts.duckdb"
    urgent = [Kept("day", (), "TRY_CAST(json_extract_string(properties, '$.rows') AS INTEGER) > 5")]
    receive(inbox)
    with FactStore.open(path) as store:
        keep(store, urgent)
        drain_all(store, inbox, folder, CHANGES[:1])
        export(store, inbox, folder, minimum=1)
        receive(inbox, first=13)
        drain_all(store, inbox, folder, CHANGES)
        before = picture(store)
    path.unlink()
    with FactStore.open(path) as store:
        keep(store, urgent)
        drain_all(store, inbox, folder, CHANGES, limit)
        assert picture(store) == before
    assert len(before["event"]) == 25


@pytest.mark.parametrize(
    "step",
    [
        "facts.log.pq.write_table",
        "disk.os.fsync",
        "disk.Path.rename",
        "disk.sync",
        "facts.log.Inbox.forget",
    ],
)
def test_a_crash_at_any_step_of_the_export_loses_and_doubles_nothing(
    inbox: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    receive(inbox)
    store = a_store()
    drain(store, inbox.read(0), [], NOW)
    with monkeypatch.context() as broken:
        break_at(broken, step)
        with pytest.raises(Crash):
            export(store, inbox, folder, minimum=1)
    assert known(store, inbox, folder) == [*range(1, 13)]
    assert export(store, inbox, folder, minimum=1) == 12
    assert inbox.read(0) == []
    assert known(store, inbox, folder) == [*range(1, 13)]
    assert len(list(folder.iterdir())) == 1


def break_at(broken: pytest.MonkeyPatch, step: str) -> None:
    def crash(*_: object, **__: object) -> None:
        raise Crash

    def crash_when_it_matters(inbox: Inbox, upto: int) -> None:
        if upto:
            raise Crash

    if step == "Inbox.forget":
        broken.setattr(Inbox, "forget", crash_when_it_matters)
    else:
        broken.setattr(f"aloft.{step}", crash)
