from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from aloft.clock import SetClock
from aloft.collect import checkpoints, ids
from aloft.collect.inbox import Inbox, InboxUnavailable, Logged, Outcome
from aloft.collect.opening import connect
from aloft.collect.place import Place, Staging, inbox_of
from aloft.collect.rows import row
from tests.collect.facts import NOON, entry

STORED, DUPLICATE, CONFLICT = Outcome.stored, Outcome.duplicate, Outcome.conflict
OTHER = b'{"properties":{"rows":12}}'


@pytest.fixture
def place(db: None, tmp_path: Path) -> Place:
    return inbox_of(tmp_path)


@pytest.fixture
def inbox(place: Place, clock: SetClock) -> Iterator[Inbox]:
    opened = Inbox(place, clock)
    yield opened
    opened.close()


def test_an_entry_is_read_back_as_it_was_appended(inbox: Inbox) -> None:
    said = entry("m1", occurred=NOON - timedelta(microseconds=1), times=3, user="", account="Ünïcode")
    assert inbox.append([said]) == [STORED]
    assert inbox.read(0) == [Logged(**asdict(said), seq=1, received=NOON)]
    assert inbox.end() == 1


def test_nothing_is_in_a_new_inbox(inbox: Inbox) -> None:
    assert (inbox.append([]), inbox.read(0), inbox.end(), inbox.next_received(0)) == ([], [], 0, None)


def test_the_same_id_three_times_once_with_another_payload_counts_once_and_the_first_is_kept(
    inbox: Inbox,
) -> None:
    first, other = entry("m1"), entry("m1", body=OTHER)
    assert inbox.append([first, first, other]) == [STORED, DUPLICATE, CONFLICT]
    assert [(kept.message_id, kept.body) for kept in inbox.read(0)] == [("m1", first.body)]
    [problem] = inbox.problems()
    assert (problem.source, problem.reason, problem.at) == ("product", "message_id_conflict", NOON)
    assert (problem.message_id, problem.body) == ("m1", OTHER)


def test_a_duplicate_in_a_later_append_is_refused_without_a_problem(inbox: Inbox) -> None:
    inbox.append([entry("m1")])
    assert inbox.append([entry("m2"), entry("m1")]) == [STORED, DUPLICATE]
    assert inbox.problems() == []


def test_a_resend_that_was_corrected_to_another_instant_is_still_a_duplicate(inbox: Inbox) -> None:
    inbox.append([entry("m1")])
    assert inbox.append([entry("m1", occurred=NOON - timedelta(seconds=2))]) == [DUPLICATE]


def test_two_sources_may_use_the_same_id(inbox: Inbox) -> None:
    assert inbox.append([entry("m1"), entry("m1", source="billing")]) == [STORED, STORED]


def test_flags_become_problems_of_what_was_stored_and_of_nothing_else(inbox: Inbox) -> None:
    flagged = entry("m1", flags=("clock_suspect",))
    assert inbox.append([flagged, flagged]) == [STORED, DUPLICATE]
    assert [(problem.reason, problem.message_id) for problem in inbox.problems()] == [("clock_suspect", "m1")]


def test_an_id_is_refused_for_seven_days_and_its_table_goes_afterwards(
    inbox: Inbox, clock: SetClock, place: Place
) -> None:
    inbox.append([entry("m1")])
    clock.instant = NOON + timedelta(days=7)
    assert inbox.append([entry("m1")]) == [DUPLICATE]
    clock.instant = NOON + timedelta(days=8)
    assert inbox.append([entry("m1")]) == [STORED]
    with closing(connect(place, patience=1)) as tables:
        assert sorted(tables.of_ids()) == ["ids_tail_20260310"]


def test_ids_of_the_days_before_are_told_from_new_ones_also_after_a_restart(
    inbox: Inbox, clock: SetClock, place: Place
) -> None:
    old, new = ([entry(f"{age}{number}") for number in range(500)] for age in ("old", "new"))
    inbox.append(old)
    clock.instant = NOON + timedelta(days=1)
    assert inbox.append(old + new) == [DUPLICATE] * 500 + [STORED] * 500
    restarted = Inbox(place, clock)
    assert restarted.append(old + new + [entry("m1")]) == [DUPLICATE] * 1_000 + [STORED]
    restarted.close()


def test_ids_are_put_in_order_once_there_are_many_and_each_is_still_refused_by_every_process(
    inbox: Inbox, place: Place, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "RUN_LENGTH", 100)
    told = [[entry(f"{batch}-{number}") for number in range(40)] for batch in range(12)]
    other = Inbox(place, clock)
    for number, batch in enumerate(told):
        assert (inbox, other)[number % 2].append(batch) == [STORED] * 40
    with closing(connect(place, patience=1)) as tables:
        runs = [f"ids_run_20260302_0000{n}" for n in (1, 2, 3, 4)]
        assert sorted(tables.of_ids()) == [*runs, "ids_tail_20260302"]
    for one in (inbox, other, restarted := Inbox(place, clock)):
        assert [one.append(batch) for batch in told] == [[DUPLICATE] * 40] * 12
    for one in (other, restarted):
        one.close()


def test_runs_grow_longer_as_they_grow_many(
    inbox: Inbox, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "RUN_LENGTH", 5)
    monkeypatch.setattr(ids, "LONGER_AFTER", 2)
    for number in range(50):
        inbox.append([entry(f"m{number}")])
    with closing(connect(place, patience=1)) as tables:
        lengths = [
            tables.execute(f"SELECT sum(length(ids)) FROM {name}").fetchone()[0] // ids.RECORD
            for name in sorted(tables.of_ids())
        ]
    assert lengths == [5, 5, 10, 10, 15, 5]


def test_ids_that_an_earlier_release_kept_are_refused(place: Place, clock: SetClock) -> None:
    blob = "bytea" if isinstance(place, Staging) else "BLOB"
    day, today, told = NOON - timedelta(days=1), NOON, [entry(f"m{number}") for number in range(4)]
    former = {
        f"seen_{day:%Y%m%d}": told[:1],
        f"seen_{today:%Y%m%d}_00001": told[1:3],
        f"tail_{today:%Y%m%d}": told[3:],
    }
    with closing(connect(place, patience=1)) as tables:
        tables.begin()
        for name, entries in former.items():
            tables.execute(f"CREATE TABLE {name} (key {blob}, digest {blob})")
            tables.insert(name, [(row(each).key, row(each).digest) for each in entries])
        tables.commit()
    with closing(Inbox(place, clock)) as inbox:
        assert inbox.append([*told, entry("m4")]) == [DUPLICATE] * 4 + [STORED]
    with closing(connect(place, patience=1)) as tables:
        assert tables.former_ids() == []


def test_received_never_decreases_when_the_clock_steps_back(inbox: Inbox, clock: SetClock) -> None:
    inbox.append([entry("m1")])
    clock.instant = NOON - timedelta(hours=1)
    inbox.append([entry("m2")])
    assert [kept.received for kept in inbox.read(0)] == [NOON, NOON]


def test_received_never_decreases_between_two_processes(inbox: Inbox, place: Place) -> None:
    behind = Inbox(place, SetClock(NOON - timedelta(hours=1)))
    inbox.append([entry("m1")])
    assert behind.append([entry("m1"), entry("m2")]) == [DUPLICATE, STORED]
    behind.close()
    assert [(kept.seq, kept.message_id, kept.received) for kept in inbox.read(0)] == [
        (1, "m1", NOON),
        (2, "m2", NOON),
    ]


def test_an_event_never_happens_after_it_was_received(inbox: Inbox) -> None:
    inbox.append([entry("m1", occurred=NOON + timedelta(minutes=4))])
    assert inbox.read(0)[0].occurred == NOON


def test_history_is_received_when_the_import_says(inbox: Inbox) -> None:
    past = NOON - timedelta(days=700)
    inbox.append([entry("m1")], received=past)
    inbox.append([entry("m2")], received=past + timedelta(days=30))
    assert [kept.received for kept in inbox.read(0)] == [past, past + timedelta(days=30)]


def test_reading_goes_on_after_a_position_up_to_a_limit_and_an_instant(inbox: Inbox, clock: SetClock) -> None:
    for number in range(4):
        clock.instant = NOON + timedelta(minutes=number)
        inbox.append([entry(f"m{number}")])
    assert [kept.seq for kept in inbox.read(1, limit=2)] == [2, 3]
    assert [kept.seq for kept in inbox.read(1, until=NOON + timedelta(minutes=2))] == [2, 3]
    assert inbox.next_received(2) == NOON + timedelta(minutes=2)
    assert inbox.next_received(4) is None


def test_what_is_forgotten_is_gone_but_still_refused_and_positions_go_on(inbox: Inbox) -> None:
    inbox.append([entry("m1"), entry("m2"), entry("m3")])
    inbox.forget(2)
    assert [kept.seq for kept in inbox.read(0)] == [3]
    inbox.forget(3)
    assert (inbox.read(0), inbox.end()) == ([], 3)
    assert inbox.append([entry("m1"), entry("m4")]) == [DUPLICATE, STORED]
    assert [kept.seq for kept in inbox.read(0)] == [4]


def test_a_locked_inbox_is_unavailable_and_stores_nothing(place: Place) -> None:
    inbox = Inbox(place, SetClock(NOON), patience=0.05)
    with closing(connect(place, patience=1)) as holder:
        holder.begin()
        with pytest.raises(InboxUnavailable):
            inbox.append([entry("m1")])
    assert inbox.append([entry("m1")]) == [STORED]
    inbox.close()


def test_a_place_that_cannot_hold_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InboxUnavailable):
        Inbox(tmp_path / "file" / "inbox.sqlite3")


def test_a_closed_inbox_takes_nothing(place: Place) -> None:
    inbox = Inbox(place)
    inbox.close()
    with pytest.raises(InboxUnavailable):
        inbox.append([entry("m1")])


@pytest.mark.parametrize("changes", [{"source": ""}, {"message_id": ""}, {"times": 0}, {"name": "\ud800"}])
def test_an_entry_that_could_not_be_stored_fails_alone(inbox: Inbox, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"an entry needs|surrogates not allowed"):
        inbox.append([entry("m1"), replace(entry("m2"), **changes)])
    assert inbox.read(0) == []


def test_threads_that_send_the_same_ids_store_each_once(inbox: Inbox) -> None:
    outcomes: list[Outcome] = []

    def send() -> None:
        for start in range(0, 60, 20):
            outcomes.extend(inbox.append([entry(f"m{number}") for number in range(start, start + 20)]))

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count(STORED), outcomes.count(DUPLICATE)) == (60, 420)
    assert sorted(kept.message_id for kept in inbox.read(0)) == sorted(f"m{number}" for number in range(60))


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 8), st.sampled_from([b"{}", OTHER])), max_size=8), max_size=6)
)
def test_any_repetition_of_batches_stores_each_id_once_as_it_was_first_sent(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[int, bytes]]]
) -> None:
    inbox = Inbox(tmp_path_factory.mktemp("any") / "inbox.sqlite3", SetClock(NOON))
    first: dict[int, bytes] = {}
    for batch in batches:
        expected = []
        for number, body in batch:
            kept = first.get(number)
            expected.append(STORED if kept is None else DUPLICATE if kept == body else CONFLICT)
            first.setdefault(number, body)
        assert inbox.append([entry(f"m{number}", body=body) for number, body in batch]) == expected
    assert [(kept.message_id, kept.body) for kept in inbox.read(0)] == [
        (f"m{number}", body) for number, body in first.items()
    ]
    inbox.close()


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from aloft.collect import checkpoints, ids
from aloft.collect.inbox import Inbox, InboxUnavailable
from aloft.collect.opening import connect
from aloft.collect.place import Place, Staging, inbox_of
from aloft.collect.rows import row
from tests.collect.facts import entry

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
inbox = Inbox(Path(sys.argv[1]))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
acknowledged, refused = [], []
for number in range(200):
    try:
        inbox.append([entry(f"m{number}", body=b"x" * 5_000)])
        acknowledged.append(f"m{number}")
    except InboxUnavailable:
        refused.append(f"m{number}")
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000 if len(refused) < 3 else hard, hard))
assert len(refused) == 3, refused
assert [kept.message_id for kept in inbox.read(0)] == acknowledged
"""


def test_a_full_disk_is_unavailable_and_the_inbox_goes_on_when_there_is_room_again(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "inbox.sqlite3")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_written_reaches_the_file_while_the_inbox_is_open(
    place: Place, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(place, Staging):
        pytest.skip("a server moves its journal by itself")
    monkeypatch.setattr(checkpoints, "COMMITS", 5)
    with closing(Inbox(place, clock)) as inbox:
        stored = 0
        while stored < 5_000 and without_journal(place, tmp_path / "copied") < 100:
            stored += inbox.append([entry(f"m{stored}")]).count(STORED)
        assert without_journal(place, tmp_path / "copied") >= 100
        assert len(inbox.read(0)) == stored


def without_journal(inbox: Path, copied: Path) -> int:
    """How many entries are in the file itself."""
    copied.write_bytes(inbox.read_bytes())
    try:
        with closing(sqlite3.connect(copied)) as alone:
            return int(alone.execute("SELECT count(*) FROM entry").fetchone()[0])
    except sqlite3.DatabaseError:  # copied while pages were moved
        return 0


def test_an_id_whose_digest_ends_in_zeros_is_told_from_others(place: Place) -> None:
    keys = [bytes([7]) + bytes(number) + bytes([1]) * (11 - number) for number in range(12)]
    with closing(connect(place, patience=1)) as tables:
        tables.begin()
        ids.write_run(tables, "ids_run_20260302_00001", b"".join(key + b"12345678" for key in keys[::2]))
        found = ids.stored_in(tables, "ids_run_20260302_00001", keys)
        tables.commit()
    assert found == dict.fromkeys(keys[::2], b"12345678")
