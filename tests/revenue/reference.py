"""The ledger counted day by day in plain Python: slow, and written apart from the SQL that it checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from aloft.revenue.conventions import Convention

ZERO = Decimal(0)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Version:
    seq: int
    account: str
    line: str
    currency: str
    mrr: Decimal
    starts: date
    ends: date | None
    uplifts: tuple[tuple[date, Decimal], ...] = ()


@dataclass(frozen=True)
class Pause:
    account: str
    line: str
    starts: date
    ends: date | None


@dataclass(frozen=True)
class Company:
    """`rates`: by currency, (from that day on, rate), in order."""

    versions: Sequence[Version]
    pauses: Sequence[Pause]
    rates: dict[str, list[tuple[date, Decimal]]]

    def accounts(self) -> list[str]:
        return sorted({version.account for version in self.versions})

    def rate(self, currency: str, day: date) -> Decimal:
        return [rate for since, rate in self.rates[currency] if since <= day][-1]


@dataclass
class Sums:
    opening: Decimal = ZERO
    closing: Decimal = ZERO
    customers: int = 0
    moved: dict[str, Decimal] = field(default_factory=dict)

    def add(self, kind: str, amount: Decimal) -> None:
        self.moved[kind] = self.moved.get(kind, ZERO) + amount


def live(
    company: Company, account: str, day: date, convention: Convention
) -> dict[str, tuple[Version, Decimal]]:
    """By line: the version in force and what it pays."""
    found: dict[str, tuple[Version, Decimal]] = {}
    for line in {one.line for one in company.versions if one.account == account}:
        known = [
            one
            for one in company.versions
            if (one.account, one.line) == (account, line) and one.starts <= day
        ]
        if not known:
            continue
        last = max(known, key=lambda one: one.seq)
        end = last.ends + DAY if last.ends and convention.end_day == "included" else last.ends
        if (end is None or day < end) and not stopped(company, account, line, day, convention.grace):
            steps = [mrr for since, mrr in last.uplifts if since <= day]
            found[line] = (last, steps[-1] if steps else last.mrr)
    if convention.contracts == "latest" and found:
        line = max(found, key=lambda name: (found[name][0].starts, name))
        return {line: found[line]}
    return found


def stopped(company: Company, account: str, line: str, day: date, grace: int) -> bool:
    return any(
        one.starts + timedelta(days=grace) <= day and (one.ends is None or day < one.ends)
        for one in company.pauses
        if (one.account, one.line) == (account, line)
    )


def worth(company: Company, lines: dict[str, tuple[Version, Decimal]], day: date) -> Decimal:
    exact = sum((mrr * company.rate(version.currency, day) for version, mrr in lines.values()), ZERO)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def ledger(company: Company, convention: Convention, first: date, before: date) -> list[Sums]:
    """Months from that of `first`; the history is walked from a year before any line."""
    months: dict[tuple[int, int], Sums] = {}
    for account in company.accounts():
        for day, kind, amount in walk(company, account, convention, before):
            if day >= first:
                sums = months.setdefault((day.year, day.month), Sums())
                sums.add(kind, amount)
    return list(finished(company, convention, months, first, before))


def finished(
    company: Company, convention: Convention, months: dict[tuple[int, int], Sums], first: date, before: date
) -> Iterator[Sums]:
    day = first
    while day < before:
        next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = min(next_month, before) - DAY
        sums = months.get((day.year, day.month), Sums())
        at_end = [worth(company, live(company, one, last, convention), last) for one in company.accounts()]
        at_start = day - DAY
        sums.opening = sum(
            (
                worth(company, live(company, one, at_start, convention), at_start)
                for one in company.accounts()
            ),
            ZERO,
        )
        sums.closing, sums.customers = sum(at_end, ZERO), sum(level > 0 for level in at_end)
        yield sums
        day = next_month


def walk(
    company: Company, account: str, convention: Convention, before: date
) -> Iterator[tuple[date, str, Decimal]]:
    day = min(one.starts for one in company.versions) - DAY
    lines: dict[str, tuple[Version, Decimal]] = {}
    level, paid = ZERO, False
    while day < before:
        now_lines = live(company, account, day, convention)
        was, now = worth(company, lines, day), worth(company, now_lines, day)
        yield day, "fx", was - level
        stepped = agreed(company, lines, now_lines, day)
        if was <= 0 < now:
            yield day, "reactivation" if paid else "new", now - was
        elif now <= 0 < was:
            yield day, "churn", was - now
        else:
            rest = now - was - stepped
            yield day, "escalators", stepped
            yield day, "expansion" if rest > 0 else "contraction", abs(rest)
        lines, level, paid = now_lines, now, paid or now > 0
        day += DAY


def agreed(
    company: Company,
    before: dict[str, tuple[Version, Decimal]],
    after: dict[str, tuple[Version, Decimal]],
    day: date,
) -> Decimal:
    exact = ZERO
    for line, (version, mrr) in after.items():
        if line in before and before[line][0] == version:
            exact += (mrr - before[line][1]) * company.rate(version.currency, day)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Kept:
    start: Decimal
    kept: Decimal
    end: Decimal
    accounts: int
    lost: int


def retained(company: Company, convention: Convention, start: date, end: date) -> Kept:
    """Point to point between two days, at the rates of the first."""
    pairs = []
    for account in company.accounts():
        first = worth(company, live(company, account, start, convention), start)
        last = worth(company, live(company, account, end, convention), start)
        if first > 0:
            pairs.append((first, last))
    return Kept(
        sum((first for first, _ in pairs), ZERO),
        sum((min(pair) for pair in pairs), ZERO),
        sum((last for _, last in pairs), ZERO),
        len(pairs),
        sum(last <= 0 for _, last in pairs),
    )
