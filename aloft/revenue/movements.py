"""The ledger of MRR movements (F2): opening plus movements is closing, always.

A movement is what one account's MRR does on the day on which it changes, so a fall and a recovery within a
month are both seen. The ledger is as the store knows it: one drained up to an instant gives it as known then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aloft.facts.store import FactStore
from aloft.revenue.lines import live_mrr

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Month:
    """`month` is YYYY-MM; money per month; `customers` are the accounts that pay at its end."""

    month: str
    opening: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    closing: Decimal
    customers: int


@dataclass(frozen=True)
class Movement:
    """`kind`: new reactivation expansion contraction churn. `amount` is positive; `sign` says which way."""

    account: str
    day: date
    kind: str
    amount: Decimal
    sign: int


def movements(store: FactStore, before: date) -> list[Movement]:
    """Every change of an account's MRR on a day earlier than `before`, in order."""
    return [Movement(*row) for row in store.run(f"{MOVEMENTS} ORDER BY day, account", [before])]


def ledger(store: FactStore, first: date, before: date) -> list[Month]:
    """A row for each month from that of `first` up to the day `before` (exclusive)."""
    months: list[Month] = []
    listed = movements(store, before)
    earlier = [one for one in listed if one.day < first.replace(day=1)]
    closing, customers = _sum(earlier), _customers(earlier)
    for month in _months(first, before):
        moved = [one for one in listed if (one.day.year, one.day.month) == (month.year, month.month)]
        opening, closing, customers = closing, closing + _sum(moved), customers + _customers(moved)
        kinds = {kind: _sum([one for one in moved if one.kind == kind]).copy_abs() for kind in KINDS}
        months.append(Month(f"{month:%Y-%m}", opening, **kinds, closing=closing, customers=customers))
    return months


KINDS = ("new", "reactivation", "expansion", "contraction", "churn")

# MRR can only change where a version of a line starts or ends.
MOVEMENTS = f"""
    WITH edge AS (
        SELECT account, starts AS day FROM contract_line
        UNION SELECT account, ends FROM contract_line WHERE ends IS NOT NULL
    ),
    level AS ({live_mrr("edge")}),
    step AS (
        SELECT account, day, mrr, coalesce(lag(mrr) OVER known, 0) AS was,
            coalesce(max(mrr) OVER (known ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) > 0 AS paid_before
        FROM level WINDOW known AS (PARTITION BY account ORDER BY day)
    )
    SELECT a.external AS account, s.day,
        CASE WHEN s.was = 0 AND NOT s.paid_before THEN 'new' WHEN s.was = 0 THEN 'reactivation'
            WHEN s.mrr = 0 THEN 'churn' WHEN s.mrr > s.was THEN 'expansion' ELSE 'contraction' END AS kind,
        abs(s.mrr - s.was) AS amount, sign(s.mrr - s.was)::INTEGER AS sign
    FROM step s JOIN account a ON a.id = s.account
    WHERE s.mrr <> s.was AND s.day < ?"""


def _sum(listed: list[Movement]) -> Decimal:
    return sum((one.sign * one.amount for one in listed), NOTHING)


def _customers(listed: list[Movement]) -> int:
    gained = sum(one.kind in ("new", "reactivation") for one in listed)
    return gained - sum(one.kind == "churn" for one in listed)


def _months(first: date, before: date) -> list[date]:
    months, month = [], first.replace(day=1)
    while month < before:
        months.append(month)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months
