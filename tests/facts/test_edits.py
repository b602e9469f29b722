from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from aloft.facts.changes import fact_title
from tests.facts.test_drain import counts
from tests.facts.timeline import changed, drained, grouped, recorded, step

NOON = "2026-03-02T12:00"


def test_what_is_set_on_an_account_outranks_what_was_observed() -> None:
    store = drained(
        grouped(1, "2026-03-02T09:00", "ann", "acme", createdAt="2026-01-02", monthlySpend=1000, isVip=True),
        changes=(changed(1, NOON, "account.set", "acme", fields={"mrr": "1200.00", "country": None}),),
    )
    assert store.run("SELECT field, value, rank, source FROM attribute ORDER BY ALL") == [
        ("country", None, 1, "records"),
        ("created_at", '"2026-01-02"', 0, "product"),
        ("is_vip", "true", 0, "product"),
        ("mrr", '"1200.00"', 1, "records"),
        ("mrr", "1000", 0, "product"),
    ]


def test_a_trait_spelled_as_the_field_wins_and_null_clears() -> None:
    store = drained(
        grouped(
            1,
            NOON,
            "ann",
            "acme",
            plan=None,
            createdAt="A",
            created_at="B",
            address={"city": "Kyoto"},
            tags=["a"],
        )
    )
    assert store.run("SELECT field, value FROM attribute ORDER BY ALL") == [
        ("created_at", '"B"'),
        ("plan", None),
    ]


def test_an_attribute_holds_from_when_it_was_true_and_is_known_from_when_it_came() -> None:
    store = drained(
        grouped(1, NOON, "ann", "acme", plan="pro", received="2026-03-05T00:00"),
        changes=(changed(1, NOON, "account.set", "acme", fields={"seats": 5}, valid="2026-02-01T00:00:00Z"),),
    )
    assert store.run("SELECT field, valid::TEXT, recorded::TEXT FROM attribute ORDER BY ALL") == [
        ("plan", "2026-03-02 12:00:00", "2026-03-05 00:00:00"),
        ("seats", "2026-02-01 00:00:00", "2026-03-02 12:00:00"),
    ]


@pytest.mark.parametrize(
    ("fact", "title"), [("contacted", "Contacted"), ("no_show", "No Show"), ("cause", "Cause Noted")]
)
def test_a_recorded_fact_is_an_event_of_its_title(fact: str, title: str) -> None:
    assert fact_title(fact) == title
    store = drained(changes=(recorded(1, "2026-03-31T23:30", "acme", fact, value="price"),))
    assert counts(store) == [("acme", title, "2026-03-31", 1)]
    assert store.run(
        """SELECT stream, seq, source, message_id, kind, named_account, json_extract_string(properties, '$.value')
        FROM event"""
    ) == [(1, 1, "records", "1", "fact", True, "price")]
    assert store.run("SELECT id, moment, anchor, n, fact, value, withdrawn FROM recorded_fact") == [
        (1, "kickoff", "c-1", 1, fact, "price", False)
    ]


def test_a_withdrawn_fact_stays_on_record_but_no_longer_counts() -> None:
    store = drained(changes=(recorded(1, NOON, "acme", "contacted"), recorded(2, NOON, "acme", "attended")))
    done = step(store, changes=(changed(3, NOON, "fact.withdrawn", "acme", id=1),))
    assert counts(store) == [("acme", "Attended", "2026-03-02", 1)]
    assert store.run("SELECT id, withdrawn FROM recorded_fact ORDER BY id") == [(1, True), (2, False)]
    assert store.run("SELECT message_id FROM event") == [("2",)]
    assert done.rebuilt == store.integers("SELECT id FROM account")


def test_a_fact_recorded_and_withdrawn_in_one_step_never_counts() -> None:
    store = drained(
        changes=(recorded(1, NOON, "acme", "contacted"), changed(2, NOON, "fact.withdrawn", "acme", id=1))
    )
    assert counts(store) == []


def test_contracts_and_their_lines_keep_every_version() -> None:
    line = {
        "contract": "c-1",
        "line": "base",
        "product": "Core",
        "plan": "pro",
        "seats": 12,
        "currency": "EUR",
    }
    store = drained(
        changes=(
            changed(
                1,
                NOON,
                "contract.set",
                "acme",
                contract="c-1",
                signed="2025-12-20",
                starts="2026-01-01",
                ends=None,
            ),
            changed(2, NOON, "contract.line", "acme", **line, mrr="5000.00", starts="2026-01-01", ends=None),
            changed(
                3, NOON, "contract.line", "acme", **line, mrr="6000", starts="2026-02-01", ends="2027-01-01"
            ),
        )
    )
    assert store.run("SELECT contract, signed, starts, ends, seq FROM contract") == [
        ("c-1", date(2025, 12, 20), date(2026, 1, 1), None, 1)
    ]
    assert store.run(
        "SELECT line, seats, mrr, currency, starts, ends, seq FROM contract_line ORDER BY seq"
    ) == [
        ("base", 12, Decimal("5000.00"), "EUR", date(2026, 1, 1), None, 2),
        ("base", 12, Decimal("6000.00"), "EUR", date(2026, 2, 1), date(2027, 1, 1), 3),
    ]


def test_a_contact_is_one_row_as_last_set() -> None:
    told = {"name": "", "email": "", "user": ""}
    store = drained(
        changes=(
            changed(1, NOON, "contact.set", "acme", contact="ann", persona="admin", status="active", **told),
            changed(
                2, NOON, "contact.set", "acme", contact="ann", persona="champion", status="active", **told
            ),
        )
    )
    step(
        store,
        changes=(
            changed(3, NOON, "contact.set", "bolt", contact="ann", persona="champion", status="left", **told),
        ),
    )
    assert store.run(
        "SELECT contact, a.external, persona, status, seq FROM contact c JOIN account a ON a.id = c.account"
    ) == [("ann", "bolt", "champion", "left", 3)]


def test_notes_on_the_success_plan_are_kept() -> None:
    store = drained(
        changes=(
            changed(1, NOON, "plan.agreed", "acme", at="2026-03-01T10:00:00Z", by="ann"),
            changed(2, NOON, "plan.reviewed", "acme", at="2026-03-02T10:00:00Z", by=None),
        )
    )
    assert store.run("SELECT kind, occurred::TEXT, recorded::TEXT, seq FROM plan_note ORDER BY seq") == [
        ("agreed", "2026-03-01 10:00:00", "2026-03-02 12:00:00", 1),
        ("reviewed", "2026-03-02 10:00:00", "2026-03-02 12:00:00", 2),
    ]
