from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from aloft.facts.changes import ChangeRow
from aloft.facts.drain import drain
from aloft.facts.relationships import keep
from aloft.records.relationships import external_id
from aloft.revenue.conventions import D2, D3, EVERYTHING, Basis
from aloft.revenue.lines import mrr_on
from aloft.revenue.movements import Month, ledger, movements
from aloft.revenue.rates import NoRate
from tests.facts.timeline import NOW, a_store, at, drained
from tests.revenue.test_lines import line, paused, rate

YEAR = (date(2026, 1, 1), date(2027, 1, 1))


def test_f2_the_worked_example_closes() -> None:
    store = drained(
        changes=(
            line(1, "90000", "2025-01-01", account="steady"),
            line(2, "4000", "2025-01-01", "2026-03-10", account="leaves"),
            line(3, "6000", "2025-01-01", account="shrinks"),
            line(4, "4000", "2026-03-05", account="shrinks"),
            line(5, "6000", "2026-03-06", account="steady", name="more"),
            line(6, "12000", "2026-03-07", account="fresh"),
            line(7, "500", "2024-01-01", "2025-01-01", account="back"),
            line(8, "1000", "2026-03-09", account="back", name="again"),
        )
    )
    assert ledger(store, date(2026, 3, 1), date(2026, 4, 1)) == [
        Month(
            month="2026-03", opening=Decimal(100_000), new=Decimal(12_000), reactivation=Decimal(1_000),
            expansion=Decimal(6_000), contraction=Decimal(2_000), churn=Decimal(4_000), closing=Decimal(113_000),
            customers=4, customers_before=3, lost=1,
        )
    ]  # fmt: skip


def test_t35_coming_back_is_reactivation_and_never_new() -> None:
    store = drained(
        changes=(
            line(1, "800", "2025-06-01", "2026-01-20"),
            line(2, "900", "2026-04-02", name="again", contract="c-2"),
        )
    )
    assert [(one.day, one.kind, one.amount) for one in movements(store, YEAR[1])] == [
        (date(2025, 6, 1), "new", 800),
        (date(2026, 1, 20), "churn", 800),
        (date(2026, 4, 2), "reactivation", 900),
    ]


def test_t37_losing_one_of_two_subscriptions_is_contraction() -> None:
    store = drained(
        changes=(line(1, "800", "2025-06-01"), line(2, "200", "2025-06-01", "2026-02-01", name="extra"))
    )
    assert [(one.day, one.kind, one.amount) for one in movements(store, YEAR[1])] == [
        (date(2025, 6, 1), "new", 1000),
        (date(2026, 2, 1), "contraction", 200),
    ]


def test_t19_the_expansion_of_an_amendment_belongs_to_the_month_from_which_it_holds() -> None:
    changes = (line(1, "5000", "2026-01-01"), line(2, "6000", "2026-02-01", when="2026-04-10T00:00"))
    then = a_store()
    drain(then, [], [one for one in changes if one.at <= at("2026-03-31T00:00")], NOW)
    february = ledger(drained(changes=changes), date(2026, 2, 1), date(2026, 3, 1))[0]
    assert (february.opening, february.expansion, february.closing) == (5000, 1000, 6000)
    february = ledger(then, date(2026, 2, 1), date(2026, 3, 1))[0]
    assert (february.opening, february.expansion, february.closing) == (5000, 0, 5000)


def test_a_contract_that_follows_on_the_day_the_last_one_ends_moves_nothing() -> None:
    store = drained(
        changes=(line(1, "800", "2025-06-01", "2026-06-01"), line(2, "800", "2026-06-01", contract="c-2"))
    )
    assert [one.kind for one in movements(store, YEAR[1])] == ["new"]


def test_a_fall_and_a_recovery_in_one_month_are_both_seen() -> None:
    store = drained(
        changes=(line(1, "800", "2026-01-01"), line(2, "500", "2026-02-05"), line(3, "800", "2026-02-20"))
    )
    (february,) = ledger(store, date(2026, 2, 1), date(2026, 3, 1))
    assert (february.opening, february.contraction, february.expansion, february.closing) == (
        800,
        300,
        300,
        800,
    )


def kinds(*changes: ChangeRow, basis: Basis = EVERYTHING) -> list[tuple[date, str, Decimal]]:
    store = drained(changes=changes)
    return [(one.day, one.kind, one.sign * one.amount) for one in movements(store, date(2028, 1, 1), basis)]


def test_t36_a_rate_that_moves_makes_no_movement_and_stands_apart() -> None:
    store = drained(
        changes=(
            line(1, "1000", "2026-01-01", currency="EUR"),
            rate(2, "EUR", "2026-01-01", "1.00"),
            rate(3, "EUR", "2026-02-01", "1.08"),
        )
    )
    february = ledger(store, date(2026, 2, 1), date(2026, 3, 1), Basis(currency="USD"))[0]
    assert february == Month(
        month="2026-02", opening=Decimal(1000), new=Decimal(0), reactivation=Decimal(0), expansion=Decimal(0),
        contraction=Decimal(0), churn=Decimal(0), closing=Decimal(1080), customers=1, escalators=Decimal(0),
        fx=Decimal(80), customers_before=1, lost=0,
    )  # fmt: skip


def test_a_movement_is_told_at_the_rate_of_its_day() -> None:
    store = drained(
        changes=(
            line(1, "1000", "2026-01-01", currency="EUR"),
            line(2, "1500", "2026-02-15", currency="EUR"),
            rate(3, "EUR", "2026-01-01", "1.00"),
            rate(4, "EUR", "2026-02-01", "1.08"),
        )
    )
    february = ledger(store, date(2026, 2, 1), date(2026, 3, 1), Basis(currency="USD"))[0]
    assert (february.opening, february.expansion, february.fx, february.closing) == (1000, 540, 80, 1620)


def test_a_currency_of_unknown_worth_is_refused_by_name() -> None:
    store = drained(
        changes=(line(1, "10", "2026-01-01"), line(2, "5", "2026-03-01", currency="EUR", name="x"))
    )
    with pytest.raises(NoRate, match="no exchange rate from EUR into USD holds on 2026-03-01: set one"):
        ledger(store, *YEAR)


def test_one_currency_needs_no_rate_whichever_it_is() -> None:
    store = drained(changes=(line(1, "10", "2026-01-01", currency="JPY"),))
    assert ledger(store, *YEAR)[-1].closing == 10


def test_t47_a_pause_within_the_grace_period_moves_nothing() -> None:
    assert kinds(line(1, "800", "2026-01-01"), paused(2, "2026-03-01", "2026-05-01")) == [
        (date(2026, 1, 1), "new", 800)
    ]


def test_a_pause_that_outlasts_the_grace_period_is_churn_then_and_a_return_reactivation() -> None:
    assert kinds(line(1, "800", "2026-01-01"), paused(2, "2026-03-01", "2026-09-01")) == [
        (date(2026, 1, 1), "new", 800),
        (date(2026, 5, 30), "churn", -800),  # 90 days after 1 March
        (date(2026, 9, 1), "reactivation", 800),
    ]


def test_a_pause_taken_back_never_was() -> None:
    told = (paused(2, "2026-03-01", None), paused(3, "2026-03-01", "2026-03-01"))
    assert kinds(line(1, "800", "2026-01-01"), *told) == [(date(2026, 1, 1), "new", 800)]


def test_a_step_agreed_beforehand_is_no_expansion() -> None:
    steps = [["2027-01-01", "1050.00"]]
    assert kinds(line(1, "1000", "2026-01-01", uplifts=steps), line(2, "200", "2027-01-01", name="more")) == [
        (date(2026, 1, 1), "new", 1000),
        (date(2027, 1, 1), "escalators", 50),
        (date(2027, 1, 1), "expansion", 200),
    ]


def test_an_amendment_says_all_its_steps() -> None:
    steps = [["2027-01-01", "1050.00"]]
    assert kinds(line(1, "1000", "2026-01-01", uplifts=steps), line(2, "1500", "2026-06-01")) == [
        (date(2026, 1, 1), "new", 1000),
        (date(2026, 6, 1), "expansion", 500),
    ]


def test_a_line_is_live_on_the_day_of_its_end_where_the_convention_says_so() -> None:
    told = (line(1, "800", "2026-01-01", "2026-02-01"),)
    assert kinds(*told)[-1] == (date(2026, 2, 1), "churn", -800)
    assert kinds(*told, basis=Basis(D2))[-1] == (date(2026, 2, 2), "churn", -800)


def test_of_several_live_lines_the_one_that_started_last_counts_where_the_convention_says_so() -> None:
    told = (
        line(1, "800", "2026-01-01", name="a"),
        line(2, "300", "2026-02-01", "2026-03-01", name="b"),
        line(3, "400", "2026-02-01", "2026-03-01", name="c"),
    )
    assert kinds(*told, basis=Basis(D3)) == [
        (date(2026, 1, 1), "new", 800),
        (date(2026, 2, 1), "contraction", -400),
        (date(2026, 3, 1), "expansion", 400),
    ]


def test_as_known_then_leaves_out_what_was_recorded_later() -> None:
    told = (line(1, "5000", "2026-01-01"), line(2, "6000", "2026-02-01", when="2026-04-10T00:00"))
    then = Basis(known=at("2026-03-31T00:00"))
    assert kinds(*told, basis=then) == [(date(2026, 1, 1), "new", 5000)]
    assert kinds(*told)[-1] == (date(2026, 2, 1), "expansion", 1000)


def test_the_ledger_of_some_accounts_holds_no_others() -> None:
    told = (line(1, "800", "2026-01-01"), line(2, "300", "2026-01-01", account="bolt"))
    assert kinds(*told, basis=Basis(accounts=("bolt",))) == [(date(2026, 1, 1), "new", 300)]
    assert kinds(*told, basis=Basis(accounts=())) == []


def test_a_month_that_is_cut_short_closes_on_its_last_day() -> None:
    store = drained(changes=(line(1, "800", "2026-01-10"), line(2, "100", "2026-01-20", name="more")))
    (january,) = ledger(store, date(2026, 1, 1), date(2026, 1, 16))
    assert (january.new, january.closing) == (800, 800)


def test_what_relationships_pay_is_counted_with_their_account() -> None:
    store = a_store()
    keep(store)
    sold = [
        line(1, "800", "2025-06-01", product="Ledger"),
        line(2, "200", "2025-06-01", name="extra", product="Books"),
    ]
    drain(store, [], sold, NOW)
    (month,) = ledger(store, date(2026, 3, 1), date(2026, 4, 1))
    assert (month.opening, month.closing, month.customers) == (1000, 1000, 1)
    assert [(one.account, one.mrr) for one in mrr_on(store, date(2026, 3, 1))] == [("acme", Decimal(1000))]
    of_one = Basis(accounts=(external_id("acme", "Books"),))
    assert [one.mrr for one in mrr_on(store, date(2026, 3, 1), of_one)] == [Decimal(200)]
