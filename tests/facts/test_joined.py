"""Small segments of the log are joined; who reads it finds the same entries, once each."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from aloft.collect.inbox import Inbox
from aloft.facts import joined
from aloft.facts.erasing import each_row
from aloft.facts.joined import join
from aloft.facts.log import every_segment, segments, table
from aloft.facts.reading import Reader
from tests.facts.timeline import NOW, tracked


@pytest.fixture(autouse=True)
def sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joined, "JOINED", 20)
    monkeypatch.setattr(joined, "MEMBERS", 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "log"
    made.mkdir()
    return made


def write(folder: Path, first: int, last: int, came: str = "entries") -> None:
    rows = table([tracked(n, "2026-03-01T10:00") for n in range(first, last + 1)])
    path = folder / f"{came}-{first:015d}-{last:015d}.parquet"
    pq.write_table(rows if came == "entries" else rows.drop_columns(["seq", "imported"]), path)


def spans(folder: Path) -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in segments(folder)]


def test_neighbours_become_one_up_to_a_size_and_are_read_as_before(folder: Path, tmp_path: Path) -> None:
    for first in range(1, 31, 5):
        write(folder, first, first + 4)
    assert join(folder, NOW) == 1
    assert spans(folder) == [(1, 20), (21, 25), (26, 30)]
    inbox = Inbox(tmp_path / "inbox.sqlite3")
    inbox.reserve(30)
    inbox.release()
    assert Reader(folder, inbox).take(0)["seq"].to_pylist() == list(range(1, 21))
    assert Reader(folder, inbox).take(7)["seq"].to_pylist() == list(range(8, 21))
    inbox.close()


def test_an_import_stands_between_and_no_entry_is_written_again_for_a_few_others(folder: Path) -> None:
    for first, last in ((1, 2), (3, 4), (11, 17), (18, 18), (19, 19), (20, 40)):
        write(folder, first, last)
    write(folder, 5, 10, "import")
    assert join(folder, NOW) == 0
    assert spans(folder) == [(1, 2), (3, 4), (5, 10), (11, 17), (18, 18), (19, 19), (20, 40)]


def test_numbers_that_were_never_used_stay_a_gap(folder: Path) -> None:
    for first, last in ((1, 2), (6, 7), (8, 9)):
        write(folder, first, last)
    assert join(folder, NOW) == 1
    assert spans(folder) == [(1, 9)]
    assert [(seq, said.message_id) for seq, said in each_row(folder)] == [
        (seq, f"m{seq}") for seq in (1, 2, 6, 7, 8, 9)
    ]


def test_what_was_joined_stays_a_day_for_who_had_begun_to_read_it(folder: Path) -> None:
    for first in (1, 3, 5):
        write(folder, first, first + 1)
    join(folder, NOW)
    (larger,) = segments(folder)
    os.utime(larger.path, (NOW.timestamp(), NOW.timestamp()))
    assert [(one.first, one.last) for one in segments(folder, upto=4)] == [(1, 2), (3, 4)]
    join(folder, NOW + timedelta(hours=23))
    assert len(every_segment(folder)) == 4
    join(folder, NOW + timedelta(hours=25))
    assert every_segment(folder) == [larger]
