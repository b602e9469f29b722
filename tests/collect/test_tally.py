"""Every message is counted under what became of it, by the hour in which it was received."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from aloft.clock import SetClock
from aloft.collect.inbox import Inbox, InboxUnavailable
from aloft.collect.place import Place, inbox_of
from aloft.collect.tally import problems_of, reasons, tallies
from tests.collect.facts import NOON, entry

HOUR = timedelta(hours=1)


def told(place: Place, since: timedelta = -timedelta(days=40)) -> list[tuple[int, str, str, int]]:
    """Hours after noon, source, outcome, count."""
    return [
        (int((one.hour - NOON) / HOUR), one.source, str(one.outcome), one.n)
        for one in tallies(place, NOON + since)
    ]


def test_stored_duplicate_and_conflict_are_counted_by_source_and_hour(db: None, tmp_path: Path) -> None:
    place, clock = inbox_of(tmp_path), SetClock(NOON)
    inbox = Inbox(place, clock)
    inbox.append([entry("m1"), entry("m2"), entry("m1"), entry("m1", body=b'{"properties":{"a":1}}')])
    inbox.append([entry("m1", source="helpdesk")])
    clock.instant = NOON + timedelta(minutes=59)
    inbox.append([entry("m3"), entry("m2")])
    clock.instant = NOON + timedelta(minutes=60)
    inbox.append([entry("m4")])
    inbox.close()
    assert told(place) == [
        (0, "helpdesk", "stored", 1),
        (0, "product", "conflict", 1),
        (0, "product", "duplicate", 2),
        (0, "product", "stored", 3),
        (1, "product", "stored", 1),
    ]
    assert told(place, HOUR) == [(1, "product", "stored", 1)]
    assert reasons(place) == {("product", "message_id_conflict"): 1}
    assert [problem.message_id for problem in problems_of(place, "product")] == ["m1"]
    assert problems_of(place, "helpdesk") == []


def test_counts_are_kept_for_thirty_days(db: None, tmp_path: Path) -> None:
    place, clock = inbox_of(tmp_path), SetClock(NOON - timedelta(days=31))
    inbox = Inbox(place, clock)
    inbox.append([entry("old")])
    clock.instant = NOON
    inbox.append([entry("new")])
    inbox.close()
    assert told(place) == [(0, "product", "stored", 1)]


def test_an_inbox_of_an_earlier_release_counts_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite3"
    Inbox(path, SetClock(NOON)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE tally")
    assert told(path) == []
    inbox = Inbox(path, SetClock(NOON))
    inbox.append([entry("m1")])
    inbox.close()
    assert told(path) == [(0, "product", "stored", 1)]


def test_where_there_is_no_inbox_nothing_has_come_and_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite3"
    assert (told(path), reasons(path), path.exists()) == ([], {}, False)


def test_a_file_that_is_no_inbox_says_so(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite3"
    path.write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(InboxUnavailable):
        tallies(path, NOON)
