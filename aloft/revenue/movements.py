"""The ledger of MRR movements (F2): opening plus movements plus the effect of rates is closing, always.

A movement is what one account's MRR does on the day on which it changes, told at that day's exchange rates,
so a fall and a recovery within a month are both seen, and a rate that moves makes no movement (F2): what it
does to an amount that stays stands apart. A step that was agreed beforehand stands apart from expansion (F4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aloft.facts.store import FactStore
from aloft.revenue import levels, rates, spans
from aloft.revenue.conventions import EVERYTHING, Basis
from aloft.revenue.months import label, month_ends, months_between

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Month:
    """`month` is YYYY-MM; money per month; `customers` are the accounts that pay at its end.

    `contraction` and `churn` are positive; `escalators` and `fx` carry their sign. `customers_before`
    paid as it opened; `lost` counts churns.
    """

    month: str
    opening: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    closing: Decimal
    customers: int
    escalators: Decimal = NOTHING
    fx: Decimal = NOTHING
    customers_before: int = 0
    lost: int = 0

    def closes(self) -> bool:
        """The identity; true of every month, or the ledger is wrong."""
        gained = self.new + self.reactivation + self.expansion + self.escalators + self.fx
        return self.opening + gained - self.contraction - self.churn == self.closing


@dataclass(frozen=True)
class Movement:
    """`kind`: one of KINDS, or fx. `amount` is positive; `sign` says which way."""

    account: str
    day: date
    kind: str
    amount: Decimal
    sign: int


KINDS = ("new", "reactivation", "expansion", "contraction", "churn", "escalators")

# What each account did on each day on which something moved, in signed columns; they add up to now - before.
MOVED = """
    SELECT account, day, before, now, fx,
        CASE WHEN was <= 0 AND now > 0 AND NOT paid_before THEN now - was ELSE 0 END AS new,
        CASE WHEN was <= 0 AND now > 0 AND paid_before THEN now - was ELSE 0 END AS reactivation,
        CASE WHEN was > 0 AND now <= 0 THEN now - was ELSE 0 END AS churn,
        CASE WHEN going THEN stepped ELSE 0 END AS escalators,
        CASE WHEN going THEN greatest(now - was - stepped, 0) ELSE 0 END AS expansion,
        CASE WHEN going THEN least(now - was - stepped, 0) ELSE 0 END AS contraction
    FROM (SELECT *, (was > 0) = (now > 0) AS going FROM level)"""


def stage(store: FactStore, basis: Basis, revalued: list[date]) -> None:
    """Make `span`, `rate`, `level` and `moved` among other temporary tables of the basis. Raises NoRate.

    `revalued`: the days on which amounts in other currencies are told anew, besides those on which they move.
    """
    spans.stage(store, basis)
    rates.stage(store, basis)
    store.run("CREATE OR REPLACE TEMP TABLE revalued (day DATE)")
    if revalued:
        store.run("INSERT INTO revalued SELECT unnest(?::DATE[])", [revalued])
    for name, query in levels.stages(store, basis.convention.contracts):
        store.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    store.run(f"CREATE OR REPLACE TEMP TABLE moved AS {MOVED}")


def movements(store: FactStore, before: date, basis: Basis = EVERYTHING) -> list[Movement]:
    """Every change of an account's MRR on a day earlier than `before`, in order."""
    stage(store, basis, [])
    rows = store.run(
        f"""SELECT a.external, m.day, m.kind, abs(m.amount), sign(m.amount)::INTEGER
        FROM (UNPIVOT moved ON {", ".join(KINDS)}, fx INTO NAME kind VALUE amount) m
        JOIN account a ON a.id = m.account
        WHERE m.amount <> 0 AND m.day < ? ORDER BY m.day, a.external, m.kind""",
        [before],
    )
    return [Movement(*row) for row in rows]


def ledger(store: FactStore, first: date, before: date, basis: Basis = EVERYTHING) -> list[Month]:
    """A row for each month from that of `first` up to the day `before` (exclusive), which may cut the last."""
    months = months_between(first, before)
    stage(store, basis, month_ends(months, before))
    return read(store, months, before)


def read(store: FactStore, months: list[date], before: date) -> list[Month]:
    """The months from what is staged."""
    if not months:
        return []
    rows = store.run(_SUMS, {"first": months[0], "before": before})
    sums = {label(month): row for month, *row in rows}
    closing, customers = sums.pop("", [NOTHING, 0])[:2]
    listed: list[Month] = []
    for month in map(label, months):
        change, more, lost, *amounts = sums.get(month, [NOTHING, 0, 0, *[NOTHING] * 7])
        new, reactivation, expansion, contraction, churn, escalators, fx = amounts
        opening, closing = closing, closing + change
        paid, customers = customers, customers + int(more)
        told = Month(
            month, opening, new, reactivation, expansion, contraction, churn, closing, customers,
            escalators, fx, paid, int(lost),
        )  # fmt: skip
        listed.append(told)
    return listed


# The first row is the time before: its month is NULL.
_SUMS = """
    SELECT CASE WHEN day >= $first THEN date_trunc('month', day)::DATE END AS month,
        sum(now - before)::DECIMAL(18,2), sum((now > 0)::INTEGER - (before > 0)::INTEGER),
        count(*) FILTER (churn <> 0), sum(new)::DECIMAL(18,2), sum(reactivation)::DECIMAL(18,2),
        sum(expansion)::DECIMAL(18,2), -sum(contraction)::DECIMAL(18,2), -sum(churn)::DECIMAL(18,2),
        sum(escalators)::DECIMAL(18,2), sum(fx)::DECIMAL(18,2)
    FROM moved WHERE day < $before GROUP BY 1"""
