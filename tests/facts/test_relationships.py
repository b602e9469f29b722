"""A relationship has what concerns its product at its account, and the account keeps all of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from aloft.collect.inbox import Logged
from aloft.facts import log
from aloft.facts.changes import ChangeRow
from aloft.facts.drain import drain
from aloft.facts.relationships import keep
from aloft.facts.store import FactStore
from aloft.records.relationships import external_id
from tests.facts.timeline import (
    NOW,
    Snapshot,
    a_store,
    changed,
    drained,
    grouped,
    picture,
    recorded,
    step,
    tracked,
)

NOON = "2026-03-02T12:00"
LEDGER, BOOKS = external_id("acme", "Ledger"), external_id("acme", "Books")


def a_store_with_relationships() -> FactStore:
    store = a_store()
    keep(store)
    return store


def events(store: FactStore, account: str) -> list[int]:
    """The numbers of the account's events."""
    rows = store.run(
        "SELECT e.seq FROM event e JOIN account a ON a.id = e.account WHERE a.external = ? ORDER BY e.seq",
        [account],
    )
    return [seq for (seq,) in rows]


def counted(store: FactStore, account: str) -> int:
    rows = store.run(
        "SELECT coalesce(sum(n), 0) FROM day_count c JOIN account a ON a.id = c.account WHERE a.external = ?",
        [account],
    )
    return int(rows[0][0])


def relationships(store: FactStore) -> list[str]:
    return [
        name
        for (name,) in store.run("SELECT external FROM account WHERE whole IS NOT NULL ORDER BY external")
    ]


def line(
    seq: int, product: str | None, mrr: str, starts: str, ends: str | None = None, **more: Any
) -> ChangeRow:
    told = {"contract": "c-1", "line": "1", "plan": "", "seats": None, "currency": "USD", **more}
    return changed(
        seq, NOON, "contract.line", "acme", product=product, mrr=mrr, starts=starts, ends=ends, **told
    )


def contract(seq: int, starts: str, ends: str | None = None, signed: str | None = None) -> ChangeRow:
    return changed(seq, NOON, "contract.set", "acme", contract="c-1", signed=signed, starts=starts, ends=ends)


def lines_of(store: FactStore, account: str) -> list[tuple[Any, ...]]:
    return store.run(
        """SELECT l.starts, l.ends, l.mrr FROM contract_line l JOIN account a ON a.id = l.account
        WHERE a.external = ? ORDER BY l.seq""",
        [account],
    )


def contract_of(store: FactStore, account: str) -> list[tuple[Any, ...]]:
    return store.run(
        """SELECT c.signed, c.starts, c.ends FROM contract c JOIN account a ON a.id = c.account
        WHERE a.external = ?""",
        [account],
    )


def test_nothing_is_split_before_it_is_asked_for() -> None:
    store = drained(tracked(1, NOON, "ann", "acme", product="Ledger"))
    assert relationships(store) == []
    assert store.run("SELECT count(*) FROM event") == [(1,)]


def test_a_product_that_an_event_names_makes_a_relationship_with_that_event() -> None:
    store = a_store_with_relationships()
    done = step(
        store,
        tracked(1, NOON, "ann", "acme", product="Ledger"),
        tracked(2, NOON, "ann", "acme", product="Books"),
        tracked(3, NOON, "ann", "acme"),
    )
    assert relationships(store) == [BOOKS, LEDGER]
    assert (events(store, "acme"), events(store, LEDGER), events(store, BOOKS)) == ([1, 2, 3], [1], [2])
    assert (counted(store, "acme"), counted(store, LEDGER), counted(store, BOOKS)) == (3, 1, 1)
    assert len(done.created) == 3
    assert done.touched == done.created


def test_what_names_no_product_in_words_makes_none() -> None:
    store = a_store_with_relationships()
    step(
        store,
        tracked(1, NOON, "ann", "acme", product=7),
        tracked(2, NOON, "ann", "acme", product=""),
        tracked(3, NOON, "ann", "acme", product={"name": "Ledger"}),
        tracked(4, NOON, "ann", "acme", product="x" * 101),
        grouped(5, NOON, "ann", "acme", product="Ledger"),
        tracked(6, NOON, "ann", "acme", about={"product": "Ledger"}),
        tracked(7, NOON, "bob", product="Ledger"),
    )
    assert relationships(store) == []


def test_an_id_from_outside_cannot_pass_for_a_relationship() -> None:
    store = a_store_with_relationships()
    step(store, tracked(1, NOON, "ann", LEDGER), tracked(2, NOON, "ann", "acme", product="Ledger"))
    assert store.run("SELECT external FROM account ORDER BY id") == [("acme",), (LEDGER,)]
    assert events(store, LEDGER) == [2]


def test_an_event_that_finds_another_account_goes_to_the_same_product_there() -> None:
    store = a_store_with_relationships()
    step(
        store,
        grouped(1, "2026-03-01T00:00", "ann", "acme"),
        tracked(2, "2026-03-05T09:00", "ann", product="Ledger"),
    )
    assert events(store, LEDGER) == [2]
    done = step(store, grouped(3, "2026-03-03T00:00", "ann", "bolt"))
    at_bolt = external_id("bolt", "Ledger")
    assert done.moved == {2}
    assert (events(store, LEDGER), events(store, at_bolt)) == ([], [2])
    assert (counted(store, LEDGER), counted(store, at_bolt)) == (0, 1)


def test_an_event_of_a_stranger_comes_to_a_relationship_with_the_account() -> None:
    store = a_store_with_relationships()
    step(store, tracked(1, "2026-03-01T09:00", "ann", product="Ledger"))
    assert relationships(store) == []
    step(store, grouped(2, "2026-03-02T09:00", "ann", "acme"))
    assert (events(store, LEDGER), counted(store, LEDGER)) == ([1], 1)


def test_days_are_those_of_the_account_also_once_it_has_moved() -> None:
    store = a_store_with_relationships()
    step(store, tracked(1, "2026-03-02T23:30", "ann", "acme", product="Ledger"))
    done = step(store, changes=(changed(1, NOON, "account.set", "acme", fields={"timezone": "Asia/Tokyo"}),))
    days = store.run("SELECT day FROM day_count ORDER BY ALL")
    assert days == [((date(2026, 3, 3) - date(1970, 1, 1)).days,)] * 2
    assert len(done.rebuilt) == 2


def test_attributes_notes_and_contacts_hold_for_the_relationships_but_shared_figures_do_not() -> None:
    store = a_store_with_relationships()
    step(store, changes=(changed(1, NOON, "account.set", "acme", fields={"country": "DE", "mrr": "900"}),))
    step(store, tracked(1, NOON, "ann", "acme", product="Ledger"))
    step(
        store,
        changes=(
            changed(2, NOON, "account.set", "acme", fields={"industry": "retail", "parent": "group"}),
            changed(3, NOON, "plan.agreed", "acme", at=f"{NOON}:00Z"),
            changed(4, NOON, "goal.read", "acme", goal=7, value="12.5", at=f"{NOON}:00Z", by=None),
            changed(5, NOON, "contact.set", "acme", contact="ann", persona="champion", status="active"),
        ),
    )
    held = """SELECT {} FROM {} t JOIN account a ON a.id = t.account AND a.product = 'Ledger' ORDER BY ALL"""
    assert store.run(held.format("field, value", "attribute")) == [
        ("country", '"DE"'),
        ("industry", '"retail"'),
    ]
    assert store.run(held.format("kind", "plan_note")) == [("agreed",)]
    assert store.run(held.format("goal, value", "goal_reading")) == [(7, Decimal("12.5000"))]
    assert store.run(held.format("contact, persona", "contact")) == [("ann", "champion")]
    again = changed(6, NOON, "contact.set", "acme", contact="ann", persona="admin", status="active")
    step(store, changes=(again,))
    assert store.run("SELECT persona FROM contact") == [("admin",), ("admin",)]


def test_a_fact_noted_for_a_relationship_is_an_event_of_both() -> None:
    store = a_store_with_relationships()
    step(store, tracked(1, NOON, "ann", "acme", product="Ledger"))
    step(store, changes=(recorded(1, NOON, LEDGER, "contacted"),))
    facts = "SELECT a.external FROM {} t JOIN account a ON a.id = t.account {} ORDER BY 1"
    assert store.run(facts.format("recorded_fact", "")) == [(LEDGER,)]
    assert store.run(facts.format("event", "WHERE kind = 'fact'")) == [("acme",), (LEDGER,)]
    done = step(store, changes=(changed(2, NOON, "fact.withdrawn", LEDGER, id=1),))
    assert store.run(facts.format("event", "WHERE kind = 'fact'")) == []
    assert (counted(store, "acme"), counted(store, LEDGER)) == (1, 1)
    assert len(done.rebuilt) == 2


def test_a_line_is_contracted_for_its_product_from_when_its_product_is_sold() -> None:
    store = a_store_with_relationships()
    step(
        store,
        changes=(
            contract(1, "2026-01-01", "2027-01-01", signed="2025-12-20"),
            line(2, "Ledger", "500", "2026-01-01", "2027-01-01"),
            line(3, "Books", "200", "2026-06-01", "2026-09-01", line="2"),
        ),
    )
    assert lines_of(store, LEDGER) == [(date(2026, 1, 1), date(2027, 1, 1), Decimal(500))]
    assert lines_of(store, BOOKS) == [(date(2026, 6, 1), date(2026, 9, 1), Decimal(200))]
    assert contract_of(store, LEDGER) == [(date(2025, 12, 20), date(2026, 1, 1), date(2027, 1, 1))]
    assert contract_of(store, BOOKS) == [(None, date(2026, 6, 1), date(2026, 9, 1))]


def test_a_line_that_goes_on_with_another_product_ends_for_the_first() -> None:
    store = a_store_with_relationships()
    step(store, changes=(contract(1, "2026-01-01"), line(2, "Ledger", "500", "2026-01-01")))
    assert relationships(store) == [LEDGER]
    step(store, changes=(line(3, "Books", "700", "2026-06-01"),))
    assert lines_of(store, LEDGER) == [
        (date(2026, 1, 1), None, Decimal(500)),
        (date(2026, 6, 1), date(2026, 6, 1), Decimal(0)),
    ]
    assert lines_of(store, BOOKS) == [(date(2026, 6, 1), None, Decimal(700))]
    assert contract_of(store, LEDGER) == [(None, date(2026, 1, 1), date(2026, 6, 1))]
    assert contract_of(store, BOOKS) == [(None, date(2026, 6, 1), None)]


def test_a_product_that_was_recorded_by_mistake_has_no_contract() -> None:
    store = a_store_with_relationships()
    step(store, changes=(contract(1, "2026-01-01"), line(2, "Books", "500", "2026-01-01")))
    step(store, changes=(line(3, "Ledger", "500", "2026-01-01"),))
    assert (lines_of(store, BOOKS), contract_of(store, BOOKS)) == ([], [])
    assert contract_of(store, LEDGER) == [(None, date(2026, 1, 1), None)]


def test_a_pause_stops_the_line_of_the_product_alone() -> None:
    store = a_store_with_relationships()
    pause = changed(
        4, NOON, "contract.pause", "acme", contract="c-1", line="1", starts="2026-02-01", ends="2026-03-01"
    )
    step(
        store,
        changes=(line(2, "Ledger", "5", "2026-01-01"), line(3, "Books", "2", "2026-01-01", line="2"), pause),
    )
    paused = "SELECT a.external FROM line_pause p JOIN account a ON a.id = p.account ORDER BY 1"
    assert store.run(paused) == [("acme",), (LEDGER,)]


def test_relationships_begun_late_are_those_begun_at_once() -> None:
    told: tuple[Logged, ...] = (
        tracked(1, "2026-03-01T09:00", "ann", "acme", product="Ledger"),
        tracked(2, "2026-03-02T09:00", "ann", "acme", product="Books"),
    )
    edited = (contract(1, "2026-01-01"), line(2, "Ledger", "500", "2026-01-01"))
    late = drained(*told, changes=edited)
    made = keep(late)
    at_once = a_store_with_relationships()
    step(at_once, *told, changes=edited)
    assert picture(late) == picture(at_once)
    assert len(made) == 2
    assert keep(late) == frozenset()


def filed(store: FactStore, *entries: Logged) -> None:
    """Rows of a file: what comes again and says something else takes the place of the first."""
    table = log.table(entries)
    place = table.column_names.index("imported")
    drain(store, table.set_column(place, "imported", pa.array([True] * len(entries))), [], NOW)


def test_rows_of_a_file_that_say_something_else_later_say_it_of_relationships_too() -> None:
    store = a_store_with_relationships()
    sold = {"contract": "c-1", "line": "1", "mrr": "500", "currency": "USD", "starts": "2026-01-01"}
    filed(
        store,
        tracked(1, NOON, "ann", "acme", id="a", product="Ledger"),
        tracked(2, NOON, "", "acme", id="b", kind="contract", product="Ledger", **sold),
        grouped(3, NOON, "ann", "acme", id="c", country="DE"),
        tracked(4, NOON, "", "acme", id="d", kind="contact", contact="ann", persona="admin"),
    )
    assert (events(store, LEDGER), lines_of(store, LEDGER)) == ([1], [(date(2026, 1, 1), None, Decimal(500))])
    filed(
        store,
        tracked(5, NOON, "ann", "acme", id="a", product="Books"),
        tracked(6, NOON, "", "acme", id="b", kind="contract", product="Books", **sold),
        grouped(7, NOON, "ann", "acme", id="c", country="FR"),
    )
    assert (events(store, LEDGER), events(store, BOOKS)) == ([], [1])
    assert (counted(store, LEDGER), counted(store, BOOKS)) == (0, 1)
    assert (lines_of(store, LEDGER), lines_of(store, BOOKS)) == ([], [(date(2026, 1, 1), None, Decimal(500))])
    held = "SELECT value FROM attribute t JOIN account a ON a.id = t.account WHERE field = 'country'"
    assert store.run(held) == [('"FR"',)] * 3
    assert store.run("SELECT contact FROM contact") == [("ann",)] * 3


ACCOUNTS = st.sampled_from(["acme", "bolt", ""])
PRODUCTS = st.sampled_from(["Ledger", "Books", None])
DAYS = st.integers(1, 9).map(lambda day: f"2026-03-0{day}T22:00")
TOLD = st.one_of(
    st.tuples(st.just("track"), ACCOUNTS, PRODUCTS, DAYS),
    st.tuples(st.just("group"), st.sampled_from(["acme", "bolt"]), st.just(None), DAYS),
    st.tuples(st.just("line"), st.sampled_from(["1", "2"]), PRODUCTS, DAYS),
    st.tuples(st.just("pause"), st.sampled_from(["1", "2"]), st.just(None), DAYS),
    st.tuples(st.just("zone"), st.sampled_from(["Asia/Tokyo", "UTC"]), st.just(None), DAYS),
    st.tuples(st.just("fact"), st.just("acme"), st.just(None), DAYS),
    st.tuples(st.just("withdraw"), st.just("acme"), st.just(None), DAYS),
)


def spelled(seq: int, told: tuple[str, str, str | None, str], facts: list[int]) -> Logged | ChangeRow:
    kind, subject, product, when = told
    match kind:
        case "track":
            more = {"product": product} if product else {}
            return tracked(seq, when, "ann", subject, **more)
        case "group":
            return grouped(seq, when, "ann", subject)
        case "line":
            return line(seq, product, "500", when[:10], line=subject)
        case "pause":
            return changed(
                seq, when, "contract.pause", "acme", contract="c-1", line=subject, starts=when[:10], ends=None
            )
        case "zone":
            return changed(seq, when, "account.set", "acme", fields={"timezone": subject})
        case "withdraw" if facts:
            return changed(seq, when, "fact.withdrawn", "acme", id=facts.pop())
    facts.append(seq)
    return recorded(seq, when, subject, "contacted")


@settings(max_examples=12, deadline=None)
@given(told=st.lists(TOLD, min_size=1, max_size=14), cut=st.integers(0, 14), size=st.integers(1, 5))
def test_a_store_drained_again_has_the_same_relationships(
    told: list[tuple[str, str, str | None, str]], cut: int, size: int
) -> None:
    facts: list[int] = []
    rows = [spelled(seq, one, facts) for seq, one in enumerate(told, 1)]
    store = a_store()
    for start in range(0, len(rows), size):
        if start <= cut < start + size:
            keep(store)
        _drain(store, rows[start : start + size])
    keep(store)
    again = a_store()
    keep(again, store.run("SELECT w.external, a.product FROM account a JOIN account w ON w.id = a.whole"))
    _drain(again, rows)
    assert _shown(again) == _shown(store)


def _shown(store: FactStore) -> Snapshot:
    """Without membership: of two messages that say the same at one instant, it keeps the number of either."""
    return {table: rows for table, rows in picture(store).items() if table != "membership"}


def _drain(store: FactStore, rows: list[Logged | ChangeRow]) -> None:
    entries = [row for row in rows if isinstance(row, Logged)]
    step(store, *entries, changes=tuple(row for row in rows if isinstance(row, ChangeRow)))
