"""A simulated vendor whose book publishes the SQL that counts it: net retention, customer churn, MRR churn.

Data: `fightchurn` 1.2.0, for "Fighting Churn With Data" by Carl Gold. The figures below are what its listings
2.1 (net retention), 2.2 (customer churn) and 2.4 (MRR churn) give between the last days of two months, run on
the same file apart from Aloft. Definitions agree: a line is live when start <= day < end, all lines of an
account are summed, and MRR churn is what the starting set lost, so it is 1 - GRR.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from aloft.facts.drain import drain
from aloft.facts.store import FactStore
from aloft.revenue.months import after
from aloft.revenue.retention import Retained, retention
from tests.data_sets import data_set
from tests.facts.timeline import NOW, a_store
from tests.revenue.test_lines import line


@pytest.fixture(scope="module")
def store() -> FactStore:
    """A row is a line of its own: a renewal follows on the day on which the one before it ends."""
    rows = pq.read_table(data_set("saas-sim-crm5") / "subscriptions.parquet").to_pylist()
    changes = [
        line(
            seq,
            str(row["mrr"]),
            str(row["start_date"]),
            str(row["end_date"]),
            name=f"{row['product']}-{seq}",
            account=str(row["account_id"]),
        )
        for seq, row in enumerate(rows, 1)
    ]
    store = a_store()
    drain(store, [], changes, NOW)
    return store


MONTHS = {
    date(2023, 1, 1): Retained(Decimal(193_115), Decimal(190_053), Decimal(191_150), accounts=162, lost=4),
    date(2023, 6, 1): Retained(Decimal(273_325), Decimal(268_272), Decimal(271_866), accounts=231, lost=5),
    date(2023, 12, 1): Retained(Decimal(394_207), Decimal(389_325), Decimal(395_580), accounts=339, lost=4),
}


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_a_month_is_as_the_book_counts_it(store: FactStore, month: date) -> None:
    """`kept` is the book's MRR at the start less its churned and its downsold MRR: 2,862 and 200 in January."""
    (found,) = retention(store, month, after(month))
    assert found.one == MONTHS[month]


def test_the_rates_of_a_month_are_those_of_the_book(store: FactStore) -> None:
    (june,) = retention(store, date(2023, 6, 1), date(2023, 7, 1))
    assert june.one.nrr == Decimal("0.994662")
    assert june.one.logo_churn == Decimal("0.021645")
    assert 1 - (june.one.grr or 0) == Decimal("0.018487")


def test_twelve_months_are_as_the_book_counts_them(store: FactStore) -> None:
    (december,) = retention(store, date(2023, 12, 1), date(2024, 1, 1))
    assert december.year == Retained(
        Decimal(193_115), Decimal(193_115 - 28_315 - 1_020), Decimal(174_161), accounts=162, lost=29
    )
