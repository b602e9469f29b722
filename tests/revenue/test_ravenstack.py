"""A made-up company of 500 accounts and 5,000 subscriptions, of which an account holds many at once.

Data: RavenStack, by River @ Rivalytics. The figures were counted from its file with SQL, apart from Aloft.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal

import pytest

from aloft.facts.drain import drain
from aloft.facts.store import FactStore
from aloft.revenue.conventions import D1, D2, D3, Basis
from aloft.revenue.lines import mrr_on
from aloft.revenue.movements import Month, ledger
from aloft.revenue.pareto import pareto
from aloft.revenue.retention import retention
from tests.data_sets import data_set
from tests.facts.timeline import NOW, a_store
from tests.revenue.test_lines import line

YEARS = (date(2023, 1, 1), date(2025, 1, 1))


@pytest.fixture(scope="module")
def store() -> FactStore:
    store = a_store()
    with (data_set("ravenstack") / "ravenstack_subscriptions.csv").open(newline="") as file:
        changes = [
            line(
                seq,
                row["mrr_amount"],
                row["start_date"],
                row["end_date"] or None,
                name=row["subscription_id"],
                contract=row["account_id"],
                account=row["account_id"],
            )
            for seq, row in enumerate(csv.DictReader(file), 1)
        ]
    drain(store, [], changes, NOW)
    return store


def month(store: FactStore, name: str, basis: Basis) -> Month:
    return next(one for one in ledger(store, *YEARS, basis) if one.month == name)


@pytest.mark.parametrize(
    ("name", "basis", "mrr", "customers"),
    [
        ("2023-12", Basis(D1), 1_262_113, 185),
        ("2024-12", Basis(D1), 10_159_608, 500),
        ("2024-12", Basis(D3), 1_174_305, 420),
    ],
)
def test_mrr_and_customers(store: FactStore, name: str, basis: Basis, mrr: int, customers: int) -> None:
    found = month(store, name, basis)
    assert (found.closing, found.customers) == (mrr, customers)


@pytest.mark.parametrize("basis", [Basis(D1), Basis(D2), Basis(D3)], ids=str)
def test_every_month_closes_under_every_convention(store: FactStore, basis: Basis) -> None:
    months = ledger(store, *YEARS, basis)
    assert len(months) == 24
    assert all(one.closes() for one in months)


def test_gross_and_net_retention_of_a_month(store: FactStore) -> None:
    december = retention(store, *YEARS)[-1]
    assert (december.month, december.one.grr, december.one.nrr) == (
        "2024-12",
        Decimal("0.980737"),
        Decimal("1.142080"),
    )


def test_a_tenth_of_the_customers_pays_a_quarter_and_three_tenths_more_than_half(store: FactStore) -> None:
    tiers = pareto([row.mrr or Decimal(0) for row in mrr_on(store, date(2024, 12, 31))])
    assert [round(tier.cumulative_share or 0, 4) for tier in tiers] == [
        Decimal("0.2738"),
        Decimal("0.5618"),
        Decimal(1),
    ]
    assert tiers[-1].cumulative_accounts == 500
