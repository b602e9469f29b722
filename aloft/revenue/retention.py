"""How much of what customers paid is kept: point to point on the starting set (F3), and by movements (F4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from aloft.facts.store import FactStore
from aloft.revenue import rates
from aloft.revenue.conventions import EVERYTHING, Basis
from aloft.revenue.months import after, index, label, month_ends, months_between
from aloft.revenue.movements import NOTHING, Month, stage
from aloft.revenue.rates import worth
from aloft.revenue.spans import FAR

YEAR = 12
SIX_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Retained:
    """Of the accounts that paid `start` in all at first: what of it they still pay, and what they pay now.

    `kept` is the sum of the lesser of both, account by account; told at the exchange rates of the start.
    """

    start: Decimal = NOTHING
    kept: Decimal = NOTHING
    end: Decimal = NOTHING
    accounts: int = 0
    lost: int = 0

    @property
    def grr(self) -> Decimal | None:
        return share(self.kept, self.start)

    @property
    def nrr(self) -> Decimal | None:
        return share(self.end, self.start)

    @property
    def logo_churn(self) -> Decimal | None:
        return share(self.lost, self.accounts)


@dataclass(frozen=True)
class MonthRetained:
    """`month` is YYYY-MM: against the end of the month before, and against that of twelve months before."""

    month: str
    one: Retained
    year: Retained


@dataclass(frozen=True)
class Churned:
    """By movements (F4), as shares of the opening; None where nobody paid.

    It differs from point to point where an account falls and recovers within the time.
    """

    gross: Decimal | None
    net: Decimal | None
    logos: Decimal | None


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """To six places; None of nothing, rather than infinity."""
    return (Decimal(part) / Decimal(whole)).quantize(SIX_PLACES) if whole > 0 else None


def retention(store: FactStore, first: date, before: date, basis: Basis = EVERYTHING) -> list[MonthRetained]:
    """A row for each month from that of `first` up to the day `before` (exclusive), which may cut the last."""
    months = months_between(first, before)
    if not months:
        return []
    read_months = months_between(after(months[0], -YEAR), before)
    stage(store, basis, month_ends(read_months, before))
    return read(store, months, before)


def read(store: FactStore, months: list[date], before: date) -> list[MonthRetained]:
    """The months from what is staged."""
    earliest, latest = index(months[0]) - YEAR, index(months[-1])
    within = {"earliest": earliest, "latest": latest}
    last = before - timedelta(days=1)
    store.run(f"CREATE OR REPLACE TEMP TABLE month_rate AS {_RATES}", {**within, "last": last})
    store.run(f"CREATE OR REPLACE TEMP TABLE held AS {_HELD}", {**within, "before": before})
    found, nobody = _compare(store), Retained()
    return [
        MonthRetained(
            label(month), found.get((index(month), 1), nobody), found.get((index(month), YEAR), nobody)
        )
        for month in months
    ]


_INDEX = "(year({0}) * 12 + month({0}) - 1)"

# The rate of each currency at the end of each month; before a currency has one, its first.
_RATES = """
    WITH month AS (
        SELECT k, least(last_day(make_date((k // 12)::INTEGER, (k % 12 + 1)::INTEGER, 1)), $last) AS day
        FROM range($earliest, $latest + 1) t(k)
    ),
    pair AS (SELECT m.k, m.day, c.currency, c.rate AS first
        FROM month m, (SELECT currency, arg_min(rate, starts) AS rate FROM rate GROUP BY currency) c)
    SELECT p.k, p.currency, coalesce(r.rate, p.first) AS rate
    FROM pair p ASOF LEFT JOIN rate r ON r.currency = p.currency AND p.day >= r.starts"""

# What each account holds in each currency at the end of each month.
_HELD = f"""
    SELECT account, currency, amount, unnest(range(
        greatest({_INDEX.format("day")}, $earliest),
        CASE WHEN until >= $before THEN $latest + 1 ELSE least({_INDEX.format("until")}, $latest + 1) END
    )) AS k
    FROM (
        SELECT account, currency, day, amount,
            lead(day, 1, {FAR}) OVER (PARTITION BY account, currency ORDER BY day) AS until FROM amount
    ) WHERE amount <> 0 AND day < $before"""

# At the rates of the start: what each account paid then, and what it pays `back` months later.
_AT_START = f"""
    SELECT h.account, h.k, {worth("h.amount", "r.rate")} AS mrr
    FROM held h JOIN month_rate r ON r.k = h.k AND r.currency = h.currency GROUP BY h.account, h.k"""
_LATER = f"""
    SELECT h.account, h.k, {worth("h.amount", "r.rate")} AS mrr
    FROM held h JOIN month_rate r ON r.k = h.k - {{back}} AND r.currency = h.currency
    GROUP BY h.account, h.k"""
_OF_ONE = "SELECT account, k, amount AS mrr FROM held"

_RETAINED = """
    SELECT s.k + {back} AS k, sum(s.mrr)::DECIMAL(18,2),
        sum(least(s.mrr, coalesce(l.mrr, 0)))::DECIMAL(18,2), sum(coalesce(l.mrr, 0))::DECIMAL(18,2),
        count(*), count(*) FILTER (coalesce(l.mrr, 0) <= 0)
    FROM ({at_start}) s LEFT JOIN ({later}) l ON l.account = s.account AND l.k = s.k + {back}
    WHERE s.mrr > 0 GROUP BY s.k"""


def _compare(store: FactStore) -> dict[tuple[int, int], Retained]:
    """By the index of a month, and how many months it is told against."""
    found: dict[tuple[int, int], Retained] = {}
    abroad = rates.several(store)
    for back in (1, YEAR):
        at_start, later = (_AT_START, _LATER.format(back=back)) if abroad else (_OF_ONE, _OF_ONE)
        for k, *row in store.run(_RETAINED.format(back=back, at_start=at_start, later=later)):
            found[k, back] = Retained(*row)
    return found


def churned(months: Sequence[Month], *, escalators: bool = False) -> Churned:
    """Of one month, or of several in a row: F4. Steps agreed beforehand count as expansion only if asked for."""
    opening = months[0].opening
    gross = sum((month.churn + month.contraction for month in months), NOTHING)
    regained = sum((month.expansion + month.reactivation for month in months), NOTHING)
    agreed = sum((month.escalators for month in months), NOTHING) if escalators else NOTHING
    lost = sum(month.lost for month in months)
    return Churned(
        share(gross, opening),
        share(gross - regained - agreed, opening),
        share(lost, months[0].customers_before),
    )


def quick_ratio(month: Month, *, reactivation: bool = True) -> Decimal | None:
    """F6, to two places; None where nothing was lost."""
    lost = month.churn + month.contraction
    gained = month.new + month.expansion + (month.reactivation if reactivation else NOTHING)
    return (gained / lost).quantize(Decimal("0.01")) if lost else None


def compounded(monthly: Decimal) -> Decimal:
    """What a monthly rate of churn comes to in a year (F7), to six places."""
    return (1 - (1 - monthly) ** YEAR).quantize(SIX_PLACES)
