"""Claim: ledger, retention and tiers of 100,000 accounts over 24 months cost less than the same by plain Python.

The named alternative reads the same lines out of the same store and counts them account by account with
dictionaries and Decimals, in one currency and without versions, steps or pauses. Both are measured in time on
a processor, of all threads together; the database spreads its own over as many as there are. Both must give the
same movements, closing, customers and retention. Run: `python benchmarks/revenue.py [accounts]`.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from aloft.facts.store import FactStore
from aloft.revenue.figures import figures
from aloft.revenue.months import index
from aloft.revenue.retention import YEAR

ACCOUNTS, LINES = 100_000, 3
FIRST, BEFORE = date(2023, 1, 1), date(2025, 1, 1)
T = TypeVar("T")
MOVED = ("new", "reactivation", "expansion", "contraction", "churn")
Told = list[tuple[Decimal | int, ...]]


def a_company(accounts: int) -> FactStore:
    """Three lines each, begun within two years, of 100 to 1,100 a month; two of five end within a year."""
    store = FactStore.open(":memory:")
    store.run(f"INSERT INTO account SELECT n, 'account-' || n, '' FROM range({accounts}) t(n)")
    store.run(
        f"""INSERT INTO contract_line BY NAME
        SELECT n % {accounts} AS account, 'contract-' || (n % {accounts}) AS contract, 'line-' || n AS line,
            (100 + n * 7919 % 100000 / 100)::DECIMAL(14,2) AS mrr, 'USD' AS currency,
            DATE '2022-06-01' + (n * 104729 % 900)::INTEGER AS starts,
            CASE WHEN n % 5 < 2 THEN starts + (30 + n * 1299709 % 335)::INTEGER END AS ends,
            TIMESTAMP '2023-01-01' AS recorded, n AS seq, 1 AS stream
        FROM range({accounts * LINES}) t(n)"""
    )
    return store


def with_aloft(store: FactStore) -> Told:
    found = figures(store, FIRST, BEFORE)
    return [
        (
            *(getattr(month, kind) for kind in MOVED),
            month.closing,
            month.customers,
            kept.one.kept,
            kept.year.kept,
        )
        for month, kept in zip(found.months, found.retained, strict=True)
    ]


def by_hand(store: FactStore) -> Told:
    changes: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for account, mrr, starts, ends in store.run("SELECT account, mrr, starts, ends FROM contract_line"):
        changes[account][starts] += mrr
        if ends:
            changes[account][ends] -= mrr
    first, months = index(FIRST) - YEAR, index(BEFORE) - index(FIRST)
    closing, customers = [Decimal(0)] * months, [0] * months
    kept, kept_12m = [Decimal(0)] * months, [Decimal(0)] * months
    moved: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for days in changes.values():
        levels = walked(days, first, months + YEAR, moved)
        for place in range(months):
            now = levels[place + YEAR]
            closing[place] += now
            customers[place] += now > 0
            kept[place] += min(levels[place + YEAR - 1], now)
            kept_12m[place] += min(levels[place], now)
    return [
        (
            *(abs(moved[index(FIRST) + n, kind]) for kind in MOVED),
            closing[n],
            customers[n],
            kept[n],
            kept_12m[n],
        )
        for n in range(months)
    ]


def walked(
    days: dict[date, Decimal], first: int, months: int, moved: dict[tuple[int, str], Decimal]
) -> list[Decimal]:
    """The level at the end of each month; movements by month and kind on the way."""
    levels = [Decimal(0)] * months
    level, paid = Decimal(0), False
    for day in sorted(days):
        was, level = level, level + days[day]
        moved[index(day), kind_of(was, level, paid)] += level - was
        paid = paid or level > 0
        for place in range(max(0, index(day) - first), months):
            levels[place] = level
    return levels


def kind_of(was: Decimal, level: Decimal, paid: bool) -> str:
    if not was:
        return "reactivation" if paid else "new"
    if not level:
        return "churn"
    return "expansion" if level > was else "contraction"


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """With the time of all its threads on a processor, which a busy machine does not stretch."""
    began = time.process_time()
    found = work()
    return found, time.process_time() - began


def main() -> None:
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS
    store = a_company(accounts)
    theirs, slow = timed(lambda: by_hand(store))
    ours, fast = timed(lambda: with_aloft(store))
    if ours != theirs:
        raise SystemExit("the two do not count alike")
    print(f"{accounts:,} accounts, {accounts * LINES:,} lines, 24 months; ledger, retention and tiers")
    print(f"aloft          {fast:6.2f} s of a processor")
    print(f"plain Python   {slow:6.2f} s of a processor")
    print(f"ratio          {slow / fast:6.1f}")


if __name__ == "__main__":
    main()
