from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aloft.collect.inbox import Logged
from aloft.facts.keep import Kept, keep
from aloft.facts.store import FactStore
from tests.facts.test_drain import active_days, counts
from tests.facts.timeline import NOW, a_store, at, drained, grouped, picture_of_what_happened, step, tracked


def accounts(store: FactStore) -> list[str | None]:
    """The account of each event that is somebody's activity, by time."""
    rows = store.run(
        """SELECT a.external FROM event e LEFT JOIN account a ON a.id = e.account
        WHERE e.name IS NOT NULL ORDER BY e.occurred"""
    )
    return [row[0] for row in rows]


def test_an_event_of_a_stranger_belongs_to_nobody() -> None:
    store = drained(tracked(1, "2026-03-02T09:00", "ann"))
    assert accounts(store) == [None]
    assert counts(store) == []


def test_a_group_call_claims_the_events_before_and_after_it() -> None:
    store = drained(
        tracked(1, "2026-03-01T09:00", "ann"),
        grouped(2, "2026-03-02T09:00", "ann", "acme"),
        tracked(3, "2026-03-03T09:00", "ann"),
    )
    assert accounts(store) == ["acme", "acme"]


def test_naming_the_account_once_makes_a_member() -> None:
    store = drained(tracked(1, "2026-03-01T09:00", "ann", "acme"), tracked(2, "2026-03-02T09:00", "ann"))
    assert accounts(store) == ["acme", "acme"]


def test_a_user_of_several_accounts_is_where_they_last_were() -> None:
    store = drained(
        grouped(1, "2026-03-01T00:00", "ann", "acme"),
        grouped(2, "2026-03-10T00:00", "ann", "bolt"),
        grouped(3, "2026-03-20T00:00", "ann", "acme"),
        tracked(4, "2026-02-01T09:00", "ann"),
        tracked(5, "2026-03-05T09:00", "ann"),
        tracked(6, "2026-03-10T00:00", "ann"),
        tracked(7, "2026-03-15T09:00", "ann"),
        tracked(8, "2026-03-25T09:00", "ann"),
    )
    assert accounts(store) == ["acme", "acme", "bolt", "bolt", "acme"]


def test_what_an_event_names_itself_stays() -> None:
    store = drained(
        grouped(1, "2026-03-01T00:00", "ann", "acme"), tracked(2, "2026-03-05T09:00", "ann", "bolt")
    )
    assert accounts(store) == ["bolt"]


def test_unattributed_events_are_counted_when_their_account_is_known() -> None:
    store = drained(tracked(1, "2026-03-01T23:30", "ann"), tracked(2, "2026-03-01T09:00", "bob"))
    done = step(store, grouped(3, "2026-03-02T09:00", "ann", "acme", timezone="Asia/Tokyo"))
    assert counts(store) == [("acme", "Signed In", "2026-03-02", 1)]
    assert active_days(store, "acme", "ann") == ["2026-03-02"]
    assert done.moved == {1}
    assert done.rebuilt == frozenset()
    assert done.touched == store.integers("SELECT id FROM account")


def test_an_earlier_membership_learned_late_moves_events_and_both_accounts_are_rebuilt() -> None:
    store = drained(
        grouped(1, "2026-03-01T00:00", "ann", "acme"),
        tracked(2, "2026-03-05T09:00", "ann"),
        tracked(3, "2026-03-15T09:00", "ann"),
    )
    done = step(store, grouped(4, "2026-03-10T00:00", "ann", "bolt"))
    assert counts(store) == [("acme", "Signed In", "2026-03-05", 1), ("bolt", "Signed In", "2026-03-15", 1)]
    assert active_days(store, "acme", "ann") == ["2026-03-05"]
    assert active_days(store, "bolt", "ann") == ["2026-03-15"]
    assert done.moved == {3}
    assert done.rebuilt == store.integers("SELECT id FROM account")


def test_a_call_that_says_nothing_new_moves_nothing() -> None:
    store = drained(grouped(1, "2026-03-01T00:00", "ann", "acme"), tracked(2, "2026-03-05T09:00", "ann"))
    done = step(store, grouped(3, "2026-03-10T00:00", "ann", "acme"))
    assert (done.moved, done.rebuilt) == (frozenset(), frozenset())
    assert store.run("SELECT since FROM membership") == [(at("2026-03-01T00:00").replace(tzinfo=None),)]


USERS, ACCOUNTS = ("ann", "bob", ""), ("acme", "bolt", "")
ZONES = ("Asia/Tokyo", "America/Los_Angeles")


@st.composite
def messages(draw: st.DrawFn) -> list[Logged]:
    """A small log, each message at an instant of its own: of two at once neither would be the last."""
    minutes = draw(st.lists(st.integers(0, 60 * 24 * 90), min_size=1, max_size=9, unique=True))
    return [draw(message(number, minute)) for number, minute in enumerate(minutes, 1)]


@st.composite
def message(draw: st.DrawFn, number: int, minute: int) -> Logged:
    when = (at("2026-01-01T00:00") + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M")
    user, account = draw(st.sampled_from(USERS)), draw(st.sampled_from(ACCOUNTS))
    if account and draw(st.booleans()):
        traits = draw(st.sampled_from([{}, {"plan": "pro"}, {"timezone": ZONES[0]}, {"timezone": ZONES[1]}]))
        return grouped(number, when, user, account, **traits)
    told = draw(st.sampled_from([{}, {"priority": "urgent"}, {"times": 3}, {"name": "Report Exported"}]))
    return tracked(number, when, user, account, **told)


def arrived(log: list[Logged], order: list[int], cuts: list[int]) -> FactStore:
    """Drained in another order, with some messages more than once, in batches that end at `cuts`."""
    store = a_store()
    urgent = "json_extract_string(properties, '$.priority') = 'urgent'"
    keep(store, [Kept("day", (), urgent), Kept("word", ("Signed In",))])
    entries = [
        replace(log[index], seq=seq, received=NOW + timedelta(seconds=seq))
        for seq, index in enumerate(order, 1)
    ]
    edges = [0, *sorted(cuts), len(entries)]
    for start, end in pairwise(edges):
        step(store, *entries[start:end])
    return store


def test_a_log_told_backwards_and_twice_says_the_same() -> None:
    log = [
        tracked(1, "2026-03-01T09:00", "ann"),
        grouped(2, "2026-03-02T00:00", "ann", "acme", timezone=ZONES[0]),
        tracked(3, "2026-03-03T23:00", "ann", priority="urgent"),
        tracked(4, "2026-03-04T09:00", "ann", "bolt", times=3),
        tracked(5, "2026-03-05T09:00", "ann"),
        grouped(6, "2026-03-06T09:00", "ann", "acme", timezone=ZONES[1]),
        tracked(7, "2026-03-07T02:00", "ann", name="Report Exported"),
    ]
    plain, shuffled = arrived(log, [*range(7)], []), arrived(log, [6, 5, 4, 3, 2, 1, 0, 3, 1], [1, 3, 4, 8])
    assert picture_of_what_happened(shuffled) == picture_of_what_happened(plain)
    assert accounts(plain) == ["acme", "acme", "bolt", "bolt", "acme"]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_neither_order_nor_repetition_nor_batches_change_what_is_known(data: st.DataObject) -> None:
    log = data.draw(messages())
    everything = list(range(len(log)))
    extra = data.draw(st.lists(st.sampled_from(everything), max_size=3))
    order = data.draw(st.permutations(everything + extra))
    cuts = data.draw(st.lists(st.integers(0, len(order)), max_size=4))
    plain, shuffled = arrived(log, everything, []), arrived(log, order, cuts)
    assert picture_of_what_happened(shuffled) == picture_of_what_happened(plain)
    plain.close()
    shuffled.close()
