from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from aloft.facts.changes import ChangeRow
from aloft.revenue.conventions import EVERYTHING, Basis
from aloft.revenue.movements import Month, ledger
from aloft.revenue.retention import Churned, Retained, churned, compounded, quick_ratio, retention
from tests.facts.timeline import drained
from tests.revenue.test_lines import line, paused, rate

MARCH = (date(2026, 3, 1), date(2026, 4, 1))

# F3, in thousands: A 10 -> 12, B 8 -> 6, C 5 -> 0, D 7 -> 7, E 0 -> 4.
F3 = (
    line(1, "10000", "2025-06-01", account="a"),
    line(2, "12000", "2026-03-10", account="a"),
    line(3, "8000", "2025-06-01", account="b"),
    line(4, "6000", "2026-03-11", account="b"),
    line(5, "5000", "2025-06-01", "2026-03-12", account="c"),
    line(6, "7000", "2025-06-01", account="d"),
    line(7, "4000", "2026-03-13", account="e"),
)

F2 = Month(
    "2026-03", opening=Decimal(100_000), new=Decimal(12_000), reactivation=Decimal(1_000), expansion=Decimal(6_000),
    contraction=Decimal(2_000), churn=Decimal(4_000), closing=Decimal(113_000), customers=4,
    customers_before=4, lost=1,
)  # fmt: skip


def of_march(*changes: ChangeRow, basis: Basis = EVERYTHING) -> Retained:
    (march,) = retention(drained(changes=changes), *MARCH, basis)
    return march.one


def test_f3_the_worked_example() -> None:
    march = of_march(*F3)
    assert march == Retained(Decimal(30_000), Decimal(23_000), Decimal(25_000), accounts=4, lost=1)
    assert (march.grr, march.nrr, march.logo_churn) == (
        Decimal("0.766667"),
        Decimal("0.833333"),
        Decimal("0.250000"),
    )


def test_twelve_months_are_told_against_the_end_of_the_month_a_year_before() -> None:
    store = drained(changes=F3)
    (june,) = retention(store, date(2026, 6, 1), date(2026, 7, 1))
    assert (june.month, june.year) == (
        "2026-06",
        Retained(Decimal(30_000), Decimal(23_000), Decimal(25_000), accounts=4, lost=1),
    )
    assert june.one == Retained(Decimal(29_000), Decimal(29_000), Decimal(29_000), accounts=4, lost=0)


def test_where_nobody_paid_at_first_there_is_no_rate_rather_than_an_infinite_one() -> None:
    march = of_march(line(1, "100", "2026-03-05"))
    assert march == Retained()
    assert (march.grr, march.nrr, march.logo_churn) == (None, None, None)


def test_t35_who_left_and_came_back_within_the_year_is_read_by_what_they_pay_at_its_end() -> None:
    store = drained(
        changes=(line(1, "800", "2025-06-01", "2026-01-20"), line(2, "900", "2026-04-02", name="again"))
    )
    (june,) = retention(store, date(2026, 6, 1), date(2026, 7, 1))
    assert (june.year.grr, june.year.nrr, june.year.logo_churn) == (1, Decimal("1.125"), 0)


def test_t36_a_rate_that_moves_retains_everything() -> None:
    told = (line(1, "1000", "2026-01-01", currency="EUR"), rate(2, "EUR", "2026-01-01", "1.00"))
    march = of_march(*told, rate(3, "EUR", "2026-03-10", "0.92"), basis=Basis(currency="USD"))
    assert (march.grr, march.nrr) == (1, 1)


def test_t37_losing_one_of_two_subscriptions_loses_no_customer() -> None:
    march = of_march(line(1, "800", "2025-06-01"), line(2, "200", "2025-06-01", "2026-03-05", name="extra"))
    assert (march.grr, march.logo_churn) == (Decimal("0.8"), 0)


def test_t47_a_pause_within_the_grace_period_loses_no_customer() -> None:
    march = of_march(line(1, "800", "2025-06-01"), paused(2, "2026-03-05", "2026-05-05"))
    assert (march.grr, march.logo_churn) == (1, 0)


def test_f4_by_movements() -> None:
    assert churned([F2]) == Churned(gross=Decimal("0.06"), net=Decimal("-0.01"), logos=Decimal("0.25"))


def test_f4_differs_from_f3_where_an_account_falls_and_recovers() -> None:
    store = drained(
        changes=(line(1, "800", "2026-01-01"), line(2, "500", "2026-03-05"), line(3, "800", "2026-03-20"))
    )
    assert churned(ledger(store, *MARCH)).gross == Decimal("0.375")
    assert retention(store, *MARCH)[0].one.grr == 1


def test_f4_counts_steps_agreed_beforehand_as_expansion_only_if_asked() -> None:
    steps = [["2026-03-01", "1050"]]
    store = drained(changes=(line(1, "1000", "2026-01-01", uplifts=steps),))
    months = ledger(store, *MARCH)
    assert (churned(months).net, churned(months, escalators=True).net) == (0, Decimal("-0.05"))


def test_f6_the_quick_ratio() -> None:
    assert (quick_ratio(F2), quick_ratio(F2, reactivation=False)) == (Decimal("3.17"), Decimal("3.00"))


def test_f6_where_nothing_was_lost_there_is_none() -> None:
    store = drained(changes=(line(1, "100", "2026-03-05"),))
    assert quick_ratio(ledger(store, *MARCH)[0]) is None


@pytest.mark.parametrize(("monthly", "yearly"), [("0.02", "0.215283"), ("0", "0"), ("1", "1")])
def test_f7_compounding(monthly: str, yearly: str) -> None:
    assert compounded(Decimal(monthly)) == Decimal(yearly)
