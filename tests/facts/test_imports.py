"""Segments that imports write, beside what comes through the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aloft.collect.inbox import Inbox, Logged
from aloft.collect.place import inbox_of
from aloft.facts import log
from aloft.facts.drain import drain
from aloft.facts.log import add_import, export, put_in_order, segments
from aloft.facts.reading import BULK, Reader
from aloft.facts.store import FactStore
from tests.facts.timeline import NOW, a_store, grouped, picture, tracked


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    inbox = Inbox(inbox_of(tmp_path))
    yield inbox
    inbox.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path / "log"


def from_file(folder: Path, inbox: Inbox, *entries: Logged) -> None:
    draft = folder / "draft.tmp"
    pq.write_table(log.table(entries).drop_columns(["seq", "imported"]), draft)
    add_import(folder, inbox, draft)


def test_as_many_as_a_step_takes_are_all_there() -> None:
    many = BULK  # more than the rows that DuckDB keeps together
    one = log.table([tracked(1, "2026-01-05 09:00", "u1", "acme")])
    columns = {field.name: pa.repeat(one[field.name][0], many) for field in log.SCHEMA}
    columns |= {"seq": pa.array(range(1, many + 1)), "imported": pa.repeat(True, many)}
    columns["message_id"] = pa.array([f"m{number}" for number in range(many)])
    with FactStore.open(":memory:", threads=2) as store:
        drained = drain(store, pa.table(columns).cast(log.SCHEMA), [], NOW)
        assert drained.events == many
        assert store.run("SELECT count(*), sum(times) FROM event") == [(many, many)]


def over_the_wire(inbox: Inbox, *days: int) -> None:
    inbox.append([tracked(n, f"2026-03-{n:02d}T10:00", "ann", "acme") for n in days], received=NOW)


def used(row: str, when: str, account: str = "acme", **told: object) -> Logged:
    return tracked(
        0, when, account=account, id=row, source="files", name="Feature Used", received=when, **told
    )


def ids(reader: Reader, after: int = 0) -> list[str]:
    found: list[str] = []
    while (rows := reader.take(after)).num_rows:
        found += rows["message_id"].to_pylist()
        after = rows["seq"][-1].as_py()
    return found


def drained(inbox: Inbox, folder: Path, store: FactStore | None = None) -> FactStore:
    store, reader = store or a_store(), Reader(folder, inbox)
    while (rows := reader.take(store.positions().inbox)).num_rows:
        drain(store, rows, [], NOW)
    return store


def test_an_import_lies_among_what_came_over_the_wire(inbox: Inbox, folder: Path) -> None:
    over_the_wire(inbox, 1, 2)
    from_file(folder, inbox, used("a", "2024-01-01"), used("b", "2024-01-02"))
    over_the_wire(inbox, 3)
    assert ids(Reader(folder, inbox)) == ["m1", "m2", "a", "b", "m3"]
    store = drained(inbox, folder)
    export(store, inbox, folder, minimum=1)
    assert [(one.first, one.last, one.imported) for one in segments(folder)] == [
        (1, 2, False),
        (3, 4, True),
        (5, 5, False),
    ]
    assert inbox.read(0) == []
    assert picture(drained(inbox, folder)) == picture(store)


def test_nobody_reads_beyond_what_is_reserved(inbox: Inbox, folder: Path) -> None:
    over_the_wire(inbox, 1)
    assert inbox.reserve(10) == 2
    over_the_wire(inbox, 2)
    assert (inbox.end(), ids(Reader(folder, inbox))) == (1, ["m1"])
    inbox.release()
    assert (inbox.end(), ids(Reader(folder, inbox))) == (12, ["m1", "m2"])


def test_a_log_put_in_order_is_that_of_what_was_recorded_when(inbox: Inbox, folder: Path) -> None:
    from_file(folder, inbox, used("b", "2024-02-01"), used("d", "2024-04-01"))
    over_the_wire(inbox, 1)
    from_file(folder, inbox, used("a", "2024-01-01"), used("c", "2024-03-01"))
    put_in_order(folder, inbox)
    assert ids(Reader(folder, inbox)) == ["a", "b", "c", "d", "m1"]
    assert inbox.read(0) == []
    over_the_wire(inbox, 2)
    assert ids(Reader(folder, inbox)) == ["a", "b", "c", "d", "m1", "m2"]


def test_an_import_that_is_alone_and_in_order_is_left_as_it_is(inbox: Inbox, folder: Path) -> None:
    from_file(folder, inbox, used("a", "2026-01-02"), used("b", "2026-01-02"), used("c", "2026-01-03"))
    before = segments(folder)
    put_in_order(folder, inbox)
    assert segments(folder) == before
    assert ids(Reader(folder, inbox)) == ["a", "b", "c"]


@pytest.mark.parametrize("crash_after", ["written", "moved away"])
def test_a_crash_while_the_log_is_put_in_order_loses_nothing(
    inbox: Inbox, folder: Path, crash_after: str
) -> None:
    from_file(folder, inbox, used("b", "2024-02-01"))
    fresh = folder.with_name("log.new")
    if crash_after == "moved away":
        folder.rename(fresh)
    else:
        fresh.mkdir()
    log.mend(folder)
    assert ids(Reader(folder, inbox)) == ["b"]
    assert not fresh.exists()


def test_a_corrected_row_takes_the_place_of_the_first(inbox: Inbox, folder: Path) -> None:
    from_file(folder, inbox, used("a", "2024-01-01", times=5), used("b", "2024-01-02"))
    store = drained(inbox, folder)
    from_file(folder, inbox, used("a", "2024-01-01", account="bolt", times=3))
    drained(inbox, folder, store)
    kept = """SELECT seq, received::DATE::VARCHAR, times, a.external
        FROM event e JOIN account a ON a.id = e.account ORDER BY seq"""
    assert store.run(kept) == [(1, "2024-01-01", 3, "bolt"), (2, "2024-01-02", 1, "acme")]
    sums = """SELECT a.external, sum(n)::INTEGER
        FROM day_count d JOIN account a ON a.id = d.account GROUP BY 1 ORDER BY 1"""
    assert store.run(sums) == [("acme", 1), ("bolt", 3)]
    assert picture(drained(inbox, folder))["event"] == picture(store)["event"]


def test_a_corrected_row_of_an_account_takes_its_old_fields_back(inbox: Inbox, folder: Path) -> None:
    row = {"id": "acme", "source": "files", "received": "2024-01-01"}
    from_file(folder, inbox, grouped(0, "2024-01-01", "", "acme", timezone="Asia/Tokyo", plan="pro", **row))
    store = drained(inbox, folder)
    from_file(folder, inbox, grouped(0, "2024-01-01", "", "acme", timezone="Europe/Berlin", **row))
    drained(inbox, folder, store)
    assert store.run("SELECT field, value FROM attribute") == [("timezone", '"Europe/Berlin"')]
    assert store.run("SELECT zone FROM account") == [("Europe/Berlin",)]


def test_over_the_wire_the_first_message_still_wins(inbox: Inbox, folder: Path) -> None:
    from_file(folder, inbox, used("a", "2024-01-01", times=5))
    inbox.append([used("a", "2024-01-01", times=9)], received=NOW)
    store = drained(inbox, folder)
    assert store.run("SELECT times FROM event") == [(5,)]
