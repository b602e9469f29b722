"""Events that are older than their source keeps them are rolled up: what is counted, and who belongs where, stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aloft.collect.inbox import Inbox, Logged
from aloft.collect.place import inbox_of
from aloft.facts import log, rolling
from aloft.facts.drain import drain
from aloft.facts.keep import Kept, keep
from aloft.facts.log import segments
from aloft.facts.reading import Reader
from aloft.facts.rebuild import rebuild
from aloft.facts.rolling import Memory, roll_up
from aloft.facts.store import FactStore
from tests.facts.timeline import NOW, PICTURES, a_store, at, changed, grouped, tracked

BY_FORMAT = "json_extract_string(properties, '$.\"format\"')"
ROWS = "json_extract_string(properties, '$.\"rows\"')"
DEFINITIONS = [
    Kept("day", ("Export",), f"{BY_FORMAT} = 'pdf'", ROWS),
    Kept("word", ("Export",), f"{BY_FORMAT} = 'pdf'"),
    Kept("value", ("Export",), None, BY_FORMAT),
    Kept("latest", ("Export",), None, ROWS),
    Kept("turn", ("Opened",), None, None, ("Closed",), None),
]
MEMORY = Memory({"Export": frozenset({"format", "rows"})}, frozenset({"Opened", "Closed"}))
COUNTED = ("day_count", "user_word", "kept_day", "kept_word", "kept_value", "kept_latest", "kept_turn")
MARCH = rolling.day_of(at("2026-03-10"))


class Home:
    """A log with its inbox, and a store that is drained from it."""

    def __init__(self, folder: Path) -> None:
        self.log, self.inbox = folder / "log", Inbox(inbox_of(folder))
        self.store = self._fresh()

    def _fresh(self) -> FactStore:
        store = a_store("Europe/Berlin")
        keep(store, DEFINITIONS)
        return store

    def receive(self, *entries: Logged) -> None:
        self.inbox.append(list(entries), received=NOW)
        self.drain()

    def drain(self) -> None:
        reader = Reader(self.log, self.inbox)
        while (entries := reader.take(self.store.positions().inbox)).num_rows:
            drain(self.store, entries, [], NOW)

    def roll_up(self, before: int = MARCH, memory: Memory = MEMORY) -> int:
        return roll_up(self.store, self.inbox, self.log, "product", before, memory)

    def drain_anew(self) -> None:
        self.store.close()
        self.store = self._fresh()
        self.drain()

    def counted(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: self.store.run(f"SELECT * FROM ({PICTURES[name]}) ORDER BY ALL") for name in COUNTED}

    def rebuild(self) -> None:
        rebuild(self.store, self.store.integers("SELECT id FROM account"))

    def logged(self) -> list[tuple[Any, ...]]:
        """Kind, name, user, times and body of each entry of the log."""
        found = [pq.read_table(one.path) for one in segments(self.log)]
        columns = ("kind", "name", "user", "times", "body")
        return [
            row for rows in found for row in zip(*(rows[one].to_pylist() for one in columns), strict=True)
        ]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home.store.close()
    home.inbox.close()


def exported(seq: int, when: str, user: str = "ann", **told: Any) -> Logged:
    return tracked(seq, when, user, told.pop("account", "acme"), name=told.pop("name", "Export"), **told)


FIVE = [exported(n, f"2026-03-02T1{n}:00", format="pdf", rows=7, secret="s3cret") for n in range(1, 6)]


def test_of_a_day_the_first_event_stands_for_all_but_the_last(home: Home) -> None:
    home.receive(*FIVE)
    assert home.roll_up() == 5
    said = b'{"properties": {"format": "pdf", "product": null, "rows": 7}}'
    assert home.logged() == [
        ("rolled", "Export", "ann", 4, said),
        ("gone", "", "", 0, b"{}"),
        ("gone", "", "", 0, b"{}"),
        ("gone", "", "", 0, b"{}"),
        ("rolled", "Export", "ann", 1, said),
    ]
    assert home.store.run("SELECT times, occurred::TEXT FROM event ORDER BY seq") == [
        (4, "2026-03-02 11:00:00"),
        (1, "2026-03-02 15:00:00"),
    ]


def test_nothing_that_models_do_not_read_is_left_in_any_file(home: Home, tmp_path: Path) -> None:
    home.receive(*FIVE)
    home.roll_up()
    home.inbox.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file() and "inbox" not in path.name]
    assert files
    for path in (one for one in files if one.suffix == ".parquet"):
        assert "s3cret" not in json.dumps(pq.read_table(path).to_pylist(), default=str)


def test_events_of_the_horizon_and_later_stay_raw(home: Home) -> None:
    """In Berlin the tenth begins at 23:00 UTC."""
    home.receive(exported(1, "2026-03-09T22:59"), exported(2, "2026-03-09T23:01"))
    assert home.roll_up() == 1
    assert [kind for kind, *_ in home.logged()] == ["rolled", "track"]


def test_another_source_stays_raw(home: Home) -> None:
    home.receive(exported(1, "2026-03-02T10:00", source="helpdesk"))
    assert home.roll_up() == 0


def test_a_message_that_comes_again_is_refused_though_its_event_is_gone(home: Home) -> None:
    home.receive(*FIVE)
    home.roll_up()
    again = [exported(n + 10, f"2026-03-02T1{n}:00", id=f"m{n}", format="pdf", rows=7) for n in range(1, 6)]
    before = home.counted()
    drained = drain(home.store, [*again], [], NOW)
    assert (drained.events, drained.duplicates) == (0, 5)
    home.drain_anew()
    assert drain(home.store, [*again], [], NOW).duplicates == 5
    assert home.counted() == before


def test_what_was_refused_goes_too(home: Home) -> None:
    home.receive(*FIVE)
    home.roll_up()
    again = exported(6, "2026-03-02T11:00", id="m1", secret="s3cret")
    home.inbox.append([again], received=NOW + timedelta(days=8))  # the inbox knows ids of seven days
    home.drain()
    log.export(home.store, home.inbox, home.log, minimum=1)
    before = home.counted()
    assert home.roll_up() == 0
    assert home.logged()[-1] == ("gone", "", "", 0, b"{}")
    home.drain_anew()
    assert home.counted() == before


def test_a_user_belongs_where_the_first_message_said_that_is_rolled_up(home: Home) -> None:
    home.receive(
        exported(1, "2026-03-01T09:00", account="acme"),
        exported(2, "2026-03-02T09:00", account=""),
        exported(3, "2026-03-02T10:00", account=""),
        exported(4, "2026-03-02T11:00", account=""),
    )
    home.roll_up()
    home.receive(grouped(5, "2026-03-02T08:00", "ann", "other"))
    assert home.store.run(
        "SELECT a.external, sum(n) FROM day_count d JOIN account a ON a.id = d.account GROUP BY ALL ORDER BY ALL"
    ) == [("acme", 1), ("other", 3)]


def test_accounts_that_come_apart_again_have_what_was_rolled_up_meanwhile(home: Home) -> None:
    home.receive(*FIVE, *(exported(n, f"2026-03-02T1{n - 5}:30", account="other") for n in range(6, 10)))
    before = home.counted()
    merged = changed(1, "2026-03-20T00:00", "account.merged", "other", into="acme")
    drain(home.store, [], [merged], NOW)
    home.roll_up()
    drain(home.store, [], [changed(2, "2026-03-21T00:00", "account.unmerged", "other")], NOW)
    assert home.counted() == before


def test_what_is_rolled_up_by_segments_says_the_same_when_the_store_did_not_follow(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine dies after a segment of the log, and then again before the store follows."""
    for entry in FIVE:
        home.receive(entry)
        log.export(home.store, home.inbox, home.log, minimum=1)
    home.receive(*(exported(n, f"2026-03-03T1{n - 5}:00", format="csv") for n in range(6, 10)))
    before, whole = home.counted(), log.rewrite
    written: list[Path] = []

    def dies(path: Path, *rest: Any) -> None:
        if len(written) == 3:
            raise OSError("killed")
        written.append(path)
        whole(path, *rest)

    monkeypatch.setattr(rolling, "rewrite", dies)
    with pytest.raises(OSError, match="killed"):
        home.roll_up()
    home.drain_anew()
    assert home.counted() == before
    monkeypatch.setattr(rolling, "rewrite", whole)
    monkeypatch.setattr(rolling, "_follow", lambda _store: (_ for _ in ()).throw(OSError("killed")))
    with pytest.raises(OSError, match="killed"):
        home.roll_up()
    home.rebuild()
    assert home.counted() == before
    monkeypatch.undo()
    home.roll_up()
    home.rebuild()
    assert home.counted() == before
    home.drain_anew()
    assert home.counted() == before


HOURS = st.integers(0, 24 * 14 - 1)
EVENTS = st.lists(
    st.tuples(
        HOURS,
        st.sampled_from(["ann", "ben", ""]),
        st.sampled_from(["acme", "other", ""]),
        st.sampled_from(["Export", "Opened", "Closed", "Signed In"]),
        st.sampled_from([{}, {"format": "pdf", "rows": 3}, {"format": "pdf", "rows": "x"}, {"rows": 2.5}]),
        st.sampled_from(["track", "track", "track", "page", "tally", "group"]),
    ),
    max_size=60,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(events=EVENTS, parts=st.integers(1, 5), horizons=st.lists(st.integers(0, 16), min_size=1, max_size=3))
def test_of_any_log_all_that_is_counted_stays_after_a_rebuild_and_drained_anew(
    tmp_path_factory: pytest.TempPathFactory, events: list[Any], parts: int, horizons: list[int]
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    for part in range(parts):
        entries = [
            tracked(n + 1, f"2026-03-{1 + hour // 24:02d}T{hour % 24:02d}:30", user, account,
                kind=kind, name="" if kind == "group" else name, times=3 if kind == "tally" else 1, **told)
            for n, (hour, user, account, name, told, kind) in enumerate(events)
            if n % parts == part
        ]  # fmt: skip
        home.receive(*entries)
        log.export(home.store, home.inbox, home.log, minimum=1)
    before = home.counted()
    members = home.store.run(f"SELECT * EXCLUDE (seq) FROM ({PICTURES['membership']}) ORDER BY ALL")
    for horizon in horizons:
        home.roll_up(rolling.day_of(at("2026-03-01")) + horizon)
    assert home.counted() == before
    home.rebuild()
    assert home.counted() == before
    home.drain_anew()
    assert home.counted() == before
    assert home.store.run(f"SELECT * EXCLUDE (seq) FROM ({PICTURES['membership']}) ORDER BY ALL") == members
    home.store.close()
    home.inbox.close()
