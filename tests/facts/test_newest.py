from __future__ import annotations

from aloft.facts.newest import Wanted, newest
from aloft.facts.store import FactStore
from tests.facts.timeline import a_store, at, changed, drained, grouped, tracked

LOG = (
    tracked(1, "2026-05-01T09:00", "ann", "acme"),
    tracked(2, "2026-05-31T09:00", "ann", "acme", name="Report Exported", rows=7),
    tracked(3, "2026-05-31T10:00", "bob", "bolt", source="helpdesk", name="Ticket Opened", times=4),
    grouped(4, "2026-05-31T11:00", "cid", "coil"),
    tracked(5, "2026-05-31T12:00", "dan", name="Signed In"),
)


def seqs(store: FactStore, wanted: Wanted, limit: int = 50) -> list[int]:
    return [one.seq for one in newest(store, wanted, limit)]


def test_the_newest_come_first_and_those_of_more_than_a_week_ago_not_at_all() -> None:
    assert seqs(drained(*LOG), Wanted()) == [5, 4, 3, 2]
    assert seqs(drained(*LOG), Wanted(), 2) == [5, 4]


def test_an_event_is_told_as_it_came() -> None:
    ticket = newest(drained(*LOG), Wanted(source="helpdesk"))[0]
    assert (ticket.received, ticket.occurred) == (at("2026-05-31T10:00:01"), at("2026-05-31T10:00"))
    assert (ticket.kind, ticket.name, ticket.account, ticket.user, ticket.times) == (
        "track", "Ticket Opened", "bolt", "bob", 4,
    )  # fmt: skip
    assert newest(drained(*LOG), Wanted(name="export"))[0].properties == '{"rows": 7}'


def test_who_may_hear_of_some_accounts_hears_of_those_alone() -> None:
    store = drained(*LOG)
    assert seqs(store, Wanted(only=["acme", "coil", "nobody"])) == [4, 2]
    assert seqs(store, Wanted(only=[])) == []


def test_filters_narrow_together() -> None:
    store = drained(*LOG)
    assert seqs(store, Wanted(name="sIGNED")) == [5]
    assert seqs(store, Wanted(source="helpdesk", name="signed")) == []


def test_where_nothing_has_come_for_a_week_the_last_of_before_are_told() -> None:
    assert seqs(drained(LOG[0]), Wanted()) == [1]


def test_nothing_is_told_of_an_empty_store_and_changes_are_no_events() -> None:
    assert newest(a_store(), Wanted()) == []
    named = changed(1, "2026-05-31T09:00", "account.set", "acme", fields={"name": "Acme"})
    assert newest(drained(changes=(named,)), Wanted()) == []
