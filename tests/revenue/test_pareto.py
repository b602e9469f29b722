from __future__ import annotations

from decimal import Decimal
from math import exp

import pytest

from aloft.revenue.pareto import pareto


def fixture_mrr(rank: int) -> float:
    """domain.md 4.1: 2,000 customers whose curve gives the figures of the founding document."""
    if rank <= 200:
        return 5000 * (200 / rank) ** 0.478
    if rank <= 600:
        return float(5000 * 0.34 ** ((rank - 200) / 400))
    return 1700 * exp(-0.00145 * (rank - 600))


FIXTURE = [Decimal(repr(fixture_mrr(rank))) for rank in range(1, 2001)]


def test_the_fixture_of_the_founding_document() -> None:
    first, second, third = pareto(FIXTURE)
    assert (first.accounts, first.floor, first.exit_floor) == (200, 5000, 4500)
    assert round(first.share or 0, 3) == Decimal("0.450")
    assert (second.accounts, round(second.floor or 0, 6), second.exit_floor) == (400, 1700, 1530)
    assert round(second.cumulative_share or 0, 3) == Decimal("0.750")
    assert (third.accounts, third.floor, third.cumulative_accounts) == (1400, None, 2000)
    assert round(first.mrr + second.mrr + third.mrr) == 4_071_122


def test_all_ties_at_the_floor_are_in() -> None:
    first, second, third = pareto(
        [Decimal(n) for n in (9, 7, 7, 7, 7, 3, 3, 3, 2, 1)], [Decimal("0.2"), Decimal("0.6")]
    )
    assert (first.accounts, first.floor) == (5, 7)
    assert (second.accounts, second.floor) == (3, 3)
    assert (third.accounts, third.cumulative_share) == (2, 1)


def test_who_pays_nothing_is_in_no_tier() -> None:
    assert [tier.accounts for tier in pareto([Decimal(5), Decimal(0), Decimal(-1)])] == [1, 0, 0]
    assert pareto([Decimal(0)]) == []


@pytest.mark.parametrize(("accounts", "first"), [(1, 1), (10, 1), (11, 2), (185, 19)])
def test_a_share_of_accounts_is_rounded_up(accounts: int, first: int) -> None:
    assert pareto([Decimal(n) for n in range(1, accounts + 1)])[0].accounts == first
