"""All figures of some months together, counted from one staging of the spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from aloft.facts.store import FactStore
from aloft.revenue import movements, rates, retention
from aloft.revenue.conventions import EVERYTHING, Basis
from aloft.revenue.months import after, month_ends, months_between
from aloft.revenue.movements import Month
from aloft.revenue.pareto import CUTS, Tier, pareto
from aloft.revenue.retention import YEAR, MonthRetained


@dataclass(frozen=True)
class Figures:
    """`currency` is that of all money; `paying` are the amounts of the accounts that pay, largest first."""

    currency: str
    day: date
    months: list[Month]
    retained: list[MonthRetained]
    tiers: list[Tier]
    paying: list[Decimal]


@dataclass(frozen=True)
class Behind:
    """One account behind a figure; `day` is that of the movement, None where the figure is no movement."""

    account: str
    day: date | None
    amount: Decimal


def figures(
    store: FactStore,
    first: date,
    before: date,
    basis: Basis = EVERYTHING,
    cuts: Sequence[Decimal] = CUTS,
) -> Figures:
    """The months from that of `first` up to the day `before` (exclusive), and tiers as of its eve. Raises NoRate."""
    months = months_between(first, before)
    _stage(store, months, before, basis)
    paying = [amount for _, amount in _levels(store, before - timedelta(days=1)) if amount > 0]
    return Figures(
        currency=rates.reported_in(store, basis),
        day=before - timedelta(days=1),
        months=movements.read(store, months, before),
        retained=retention.read(store, months, before),
        tiers=pareto(paying, cuts),
        paying=paying,
    )


def behind(store: FactStore, month: date, before: date, kind: str, basis: Basis = EVERYTHING) -> list[Behind]:
    """The accounts behind a figure of a month, largest first: one of KINDS, `fx`, `opening` or `closing`.

    Amounts carry their sign. `before` may cut the month short. Raises NoRate.
    """
    _stage(store, [month], before, basis)
    end = min(after(month), before)
    if kind in ("opening", "closing"):
        day = (month if kind == "opening" else end) - timedelta(days=1)
        return [Behind(account, None, amount) for account, amount in _levels(store, day) if amount]
    rows = store.run(
        f"""SELECT a.external, m.day, m.{_column(kind)} FROM moved m JOIN account a ON a.id = m.account
        WHERE m.day >= ? AND m.day < ? AND m.{_column(kind)} <> 0 ORDER BY abs(m.{_column(kind)}) DESC, 1, 2""",
        [month, end],
    )
    return [Behind(*row) for row in rows]


def _column(kind: str) -> str:
    if kind not in {*movements.KINDS, "fx"}:
        raise ValueError(f"no figure is called {kind!r}")
    return kind


def _stage(store: FactStore, months: list[date], before: date, basis: Basis) -> None:
    earliest = after(months[0], -YEAR) if months else before
    movements.stage(store, basis, month_ends(months_between(earliest, before), before))


def _levels(store: FactStore, day: date) -> list[tuple[Any, ...]]:
    """Account and MRR on a day on which amounts are told anew, largest first."""
    return store.run(
        """SELECT a.external, l.now FROM (
            SELECT account, arg_max(now, day) AS now FROM level WHERE day <= ? GROUP BY account
        ) l JOIN account a ON a.id = l.account ORDER BY l.now DESC, 1""",
        [day],
    )
