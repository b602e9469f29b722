from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from aloft.facts.changes import ChangeRow
from aloft.facts.drain import drain
from aloft.facts.store import FactStore
from aloft.revenue import rates, spans
from aloft.revenue.conventions import EVERYTHING
from aloft.revenue.lines import Mrr, committed_stages, contract_facts, contract_status, live_mrr, mrr_on
from tests.facts.timeline import NOW, a_store, at, changed, drained, tracked

RECORDED = "2026-01-01T00:00"


def line(
    seq: int,
    mrr: str,
    starts: str,
    ends: str | None = None,
    name: str = "base",
    contract: str = "c-1",
    account: str = "acme",
    when: str = RECORDED,
    currency: str = "USD",
    uplifts: list[list[str]] | None = None,
    product: str | None = None,
) -> ChangeRow:
    told = {"contract": contract, "line": name, "product": product, "plan": "", "seats": None}
    more = {"currency": currency, **({"uplifts": uplifts} if uplifts else {})}
    return changed(seq, when, "contract.line", account, **told, mrr=mrr, starts=starts, ends=ends, **more)


def paused(seq: int, starts: str, ends: str | None, name: str = "base", account: str = "acme") -> ChangeRow:
    return changed(
        seq, RECORDED, "contract.pause", account, contract="c-1", line=name, starts=starts, ends=ends
    )


def rate(seq: int, currency: str, starts: str, worth: str, into: str = "USD") -> ChangeRow:
    return changed(seq, RECORDED, "rate.set", "", currency=currency, into=into, starts=starts, rate=worth)


def contract(
    seq: int,
    starts: str,
    ends: str | None = None,
    signed: str | None = None,
    name: str = "c-1",
    when: str = RECORDED,
) -> ChangeRow:
    return changed(seq, when, "contract.set", "acme", contract=name, signed=signed, starts=starts, ends=ends)


def on(day: str) -> str:
    return f"(SELECT id AS account, DATE '{day}' AS day FROM account)"


def mrr(store: FactStore, day: str, account: str = "acme") -> Decimal | None:
    return {row.account: row.mrr for row in mrr_on(store, date.fromisoformat(day))}[account]


def facts(store: FactStore, day: str) -> tuple[Any, ...]:
    (row,) = store.run(
        f"SELECT contract, contract_signed, contract_start, contract_end FROM ({contract_facts(on(day))})"
    )
    return row


def status(store: FactStore, day: str) -> str | None:
    spans.stage(store, EVERYTHING)
    (row,) = store.run(f"SELECT status FROM ({contract_status(on(day))})")
    told: str | None = row[0]
    return told


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2025-12-31", "0"), ("2026-01-01", "5000"), ("2026-12-31", "5000"), ("2027-01-01", "0")],
)
def test_a_line_is_live_from_its_start_up_to_its_end(day: str, expected: str) -> None:
    store = drained(changes=(line(1, "5000.00", "2026-01-01", "2027-01-01"),))
    assert mrr(store, day) == Decimal(expected)


def test_all_live_lines_of_all_contracts_are_summed() -> None:
    store = drained(
        changes=(
            line(1, "1000.50", "2026-01-01"),
            line(2, "200.25", "2026-01-01", name="support"),
            line(3, "300.00", "2026-01-01", contract="c-2"),
            line(4, "999.00", "2026-05-01", contract="c-3"),
        )
    )
    assert mrr(store, "2026-02-01") == Decimal("1500.75")


def test_an_account_without_lines_has_no_mrr_rather_than_none_left() -> None:
    store = drained(
        changes=(
            line(1, "100.00", "2026-01-01", "2026-02-01"),
            changed(2, RECORDED, "account.set", "bolt", fields={"mrr": "70"}),
        )
    )
    assert mrr_on(store, date(2026, 3, 1)) == [
        Mrr("acme", date(2026, 3, 1), Decimal(0)),
        Mrr("bolt", date(2026, 3, 1), None),
    ]


def test_t19_an_amendment_recorded_later_changes_what_is_known_now_not_what_was_known_then() -> None:
    changes = (line(1, "5000.00", "2026-01-01"), line(2, "6000.00", "2026-02-01", when="2026-04-10T00:00"))
    as_known_on_31_march = a_store()
    drain(as_known_on_31_march, [], [one for one in changes if one.at <= at("2026-03-31T00:00")], NOW)
    now = drained(changes=changes)
    assert mrr(as_known_on_31_march, "2026-02-15") == Decimal(5000)
    assert [mrr(now, day) for day in ("2026-01-31", "2026-02-01", "2026-02-15")] == [5000, 6000, 6000]


def test_ending_a_line_early_ends_it_though_an_older_version_was_open() -> None:
    store = drained(
        changes=(line(1, "5000.00", "2026-01-01"), line(2, "5000.00", "2026-01-01", "2026-06-01"))
    )
    assert mrr(store, "2026-05-31") == Decimal(5000)
    assert mrr(store, "2026-06-01") == Decimal(0)


def test_what_people_edit_stands_over_what_a_file_tells_whenever_it_comes() -> None:
    told = {"contract": "c-1", "line": "base", "currency": "USD", "starts": "2026-01-01", "ends": None}
    first = tracked(1, RECORDED, account="acme", kind="contract", mrr="100", **told)
    later = tracked(900, RECORDED, account="acme", kind="contract", mrr="120", **told)
    store = drained(first)
    assert mrr(store, "2026-02-01") == 100
    drain(store, [later], [line(1, "150", "2026-01-01")], NOW)
    assert mrr(store, "2026-02-01") == 150


def test_many_days_are_asked_at_once() -> None:
    store = drained(
        changes=(line(1, "5000.00", "2026-01-01"), line(2, "70.00", "2026-01-15", account="bolt"))
    )
    asked = "(SELECT id AS account, day::DATE AS day FROM account, (VALUES ('2026-01-10'), ('2026-01-20')) t(day))"
    spans.stage(store, EVERYTHING)
    rates.stage(store, EVERYTHING)
    rows = store.run(f"SELECT account, day::TEXT, mrr FROM ({live_mrr(asked)}) ORDER BY ALL")
    assert rows == [
        (1, "2026-01-10", 5000),
        (1, "2026-01-20", 5000),
        (2, "2026-01-10", 0),
        (2, "2026-01-20", 70),
    ]


def test_the_contract_of_a_day_is_the_one_in_force_else_the_next_else_the_last() -> None:
    store = drained(
        changes=(
            contract(1, "2026-01-01", "2026-07-01", name="first"),
            contract(2, "2026-09-01", "2027-01-01", signed="2026-08-01", name="second"),
        )
    )
    assert facts(store, "2025-12-31")[0] == "first"
    assert facts(store, "2026-06-30")[0] == "first"
    assert facts(store, "2026-07-01") == ("second", date(2026, 8, 1), date(2026, 9, 1), date(2027, 1, 1))
    assert facts(store, "2027-05-01")[0] == "second"


def test_the_last_recorded_version_of_a_contract_counts() -> None:
    store = drained(
        changes=(contract(1, "2026-01-01", "2027-01-01"), contract(2, "2026-01-01", "2027-04-01"))
    )
    assert facts(store, "2026-06-01") == ("c-1", None, date(2026, 1, 1), date(2027, 4, 1))


def test_lines_tell_of_a_contract_that_nobody_recorded() -> None:
    store = drained(
        changes=(
            line(1, "10", "2026-02-01", "2027-01-01"),
            line(2, "10", "2026-01-01", "2026-12-01", name="x"),
        )
    )
    assert facts(store, "2026-06-01") == ("c-1", None, date(2026, 1, 1), date(2027, 1, 1))
    drain(store, [], [line(3, "10", "2026-01-01", name="x")], NOW)
    assert facts(store, "2026-06-01") == ("c-1", None, date(2026, 1, 1), None)


def term(store: FactStore) -> str:
    ((name,),) = store.run(f"SELECT contract_term FROM ({contract_facts(on('2026-06-01'))})")
    return str(name)


@pytest.mark.parametrize(
    ("ends", "named"),
    [
        (["2026-04-01"], "c-1"),
        (["2026-04-01", "2026-05-10"], "c-1"),  # prolonged by 39 of 90 days
        (["2026-04-01", "2026-03-01", "2026-04-01"], "c-1"),  # there and back
        (["2026-04-01", "2026-05-16"], "c-1:2"),  # by 45 of 90
        (["2026-04-01", "2026-07-01", "2026-10-01"], "c-1:3"),
        (["2026-04-01", None, "2026-07-01"], "c-1:2"),
        ([None, "2026-04-01"], "c-1"),
    ],
)
def test_a_contract_that_runs_on_by_half_a_term_begins_another(ends: list[str | None], named: str) -> None:
    told = tuple(contract(seq, "2026-01-01", end) for seq, end in enumerate(ends, 1))
    assert term(drained(changes=told)) == named
    lines = tuple(line(seq, "10", "2026-01-01", end) for seq, end in enumerate(ends, 1))
    assert term(drained(changes=lines)) == named


def test_without_a_contract_there_are_no_contract_facts_and_no_status() -> None:
    store = drained(changes=(changed(1, RECORDED, "account.set", "acme", fields={"plan": "free"}),))
    assert facts(store, "2026-06-01") == (None, None, None, None)
    assert status(store, "2026-06-01") is None


def test_a_contract_is_not_there_before_it_is_signed_or_recorded() -> None:
    recorded = "2028-02-01T12:00"
    store = drained(
        changes=(
            contract(1, "2026-03-01", "2027-03-01", signed="2026-01-20", name="signed", when=recorded),
            contract(2, "2028-03-01", None, name="unsigned", when=recorded),
        )
    )
    days = ("2026-01-19", "2026-01-20", "2028-01-30", "2028-01-31", "2028-02-01")
    assert [facts(store, day)[0] for day in days] == [None, "signed", "signed", "unsigned", "unsigned"]


def test_a_contract_that_was_recorded_late_is_there_from_its_start() -> None:
    store = drained(changes=(contract(1, "2026-01-12", None, when="2026-01-20T08:00"),))
    assert [facts(store, day)[2] for day in ("2026-01-11", "2026-01-12")] == [None, date(2026, 1, 12)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-11-30", "prospect"),
        ("2025-12-01", "active"),
        ("2026-12-31", "active"),
        ("2027-01-01", "churned"),
        ("2027-02-28", "churned"),
        ("2027-03-01", "active"),
    ],
)
def test_status_follows_the_contracts(day: str, expected: str) -> None:
    store = drained(
        changes=(
            contract(1, "2026-01-01", "2027-01-01", signed="2025-12-01", name="first"),
            contract(2, "2027-03-01", None, name="second"),
        )
    )
    assert status(store, day) == expected


def committed(store: FactStore, day: str) -> Decimal | None:
    store.run(f"CREATE OR REPLACE TEMP TABLE asked AS {on(day)}")
    rated = ("rate", rates.table(rates.FIRST_CURRENCY))
    for name, query in (*spans.stages(only="asked"), rated, *committed_stages("asked")):
        store.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    ((told,),) = store.run("SELECT mrr FROM mrr_then")
    amount: Decimal | None = told
    return amount


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2025-11-30", 0), ("2025-12-01", 5000), ("2026-01-01", 5000), ("2026-06-01", 5500), ("2027-01-01", 0)],
)
def test_who_has_signed_and_not_started_is_worth_what_the_contract_starts_with(
    day: str, expected: int
) -> None:
    store = drained(
        changes=(
            contract(1, "2026-01-01", "2027-01-01", signed="2025-12-01"),
            line(2, "5000", "2026-01-01", "2027-01-01"),
            line(3, "500", "2026-06-01", "2027-01-01", name="more"),
        )
    )
    assert committed(store, day) == expected


def test_what_is_live_counts_before_what_is_signed() -> None:
    store = drained(
        changes=(
            line(1, "700", "2025-01-01", "2026-01-01", contract="old"),
            contract(2, "2026-03-01", signed="2025-12-01"),
            line(3, "5000", "2026-03-01"),
        )
    )
    assert [committed(store, day) for day in ("2025-12-31", "2026-01-01", "2026-03-01")] == [700, 5000, 5000]


def test_mrr_in_another_currency_is_told_at_the_rate_of_the_day_and_unknown_without_one() -> None:
    store = drained(
        changes=(
            line(1, "10", "2026-01-01"),
            line(2, "100", "2026-01-01", name="x", currency="EUR"),
            rate(3, "EUR", "2026-02-01", "1.10"),
            rate(4, "EUR", "2026-03-01", "1.20"),
            rate(5, "EUR", "2026-03-01", "1.25"),
        )
    )
    assert [committed(store, day) for day in ("2026-01-31", "2026-02-28", "2026-03-01")] == [None, 120, 135]


@pytest.mark.parametrize(
    ("day", "expected", "pays"),
    [
        ("2026-03-01", "active", 800),
        ("2026-05-29", "active", 800),
        ("2026-05-30", "churned", 0),
        ("2026-09-01", "active", 800),
    ],
)
def test_a_pause_is_churn_only_after_its_grace_period(day: str, expected: str, pays: int) -> None:
    store = drained(
        changes=(
            contract(1, "2026-01-01", "2027-01-01"),
            line(2, "800", "2026-01-01", "2027-01-01"),
            paused(3, "2026-03-01", "2026-09-01"),
        )
    )
    assert (status(store, day), mrr(store, day)) == (expected, pays)


def test_one_paused_line_of_two_leaves_the_account_active() -> None:
    store = drained(
        changes=(
            line(1, "800", "2026-01-01"),
            line(2, "100", "2026-01-01", name="more"),
            paused(3, "2026-03-01", None),
        )
    )
    assert (status(store, "2026-08-01"), mrr(store, "2026-08-01")) == ("active", 100)


def test_steps_agreed_beforehand_hold_from_their_day() -> None:
    steps = [["2027-01-01", "1050.00"], ["2028-01-01", "1102.50"]]
    store = drained(changes=(line(1, "1000", "2026-01-01", "2028-07-01", uplifts=steps),))
    days = ("2026-12-31", "2027-01-01", "2028-01-01", "2028-07-01")
    assert [mrr(store, day) for day in days] == [1000, 1050, Decimal("1102.50"), 0]
