"""What is asked of the figures, as it comes from the command line or a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from aloft.revenue.conventions import GRACE, Basis, Contracts, EndDay, Method, convention
from aloft.revenue.months import after
from aloft.revenue.pareto import CUTS

MONTHS = 12


@dataclass(frozen=True)
class Asked:
    """`before` is the day after the last one told of; `method`: how retention is counted (F3 or F4)."""

    first: date
    before: date
    basis: Basis
    cuts: tuple[Decimal, ...]
    method: Method

    @property
    def day(self) -> date:
        return self.before - timedelta(days=1)


class NoSuchReport(ValueError):
    """What was asked for is no report, or makes none; the message says what to ask."""


def read(arguments: Mapping[str, Any], today: date) -> Asked:
    """What was asked, with its defaults: up to today, and the twelve months that end there. Raises NoSuchReport."""
    last = _date(arguments, "to") or _date(arguments, "as_of") or today
    first = _date(arguments, "from") or after(last.replace(day=1), 1 - MONTHS)
    if first > last:
        raise NoSuchReport(f"{first} is after {last}: give --from a day that is not after --to")
    known = arguments.get("known_on")
    counted = convention(
        _choice(arguments, "contracts", Contracts),
        _choice(arguments, "end_day", EndDay),
        int(arguments.get("grace", GRACE)),
    )
    accounts = arguments.get("accounts")
    basis = Basis(
        convention=counted,
        currency=arguments.get("currency"),
        known=_end_of(date.fromisoformat(known)) if known else None,
        accounts=None if accounts is None else tuple(accounts),
    )
    return Asked(
        first,
        last + timedelta(days=1),
        basis,
        _cuts(arguments.get("cuts")),
        _choice(arguments, "method", Method),
    )


def _date(arguments: Mapping[str, Any], name: str) -> date | None:
    told = arguments.get(name)
    return date.fromisoformat(told) if told else None


def _end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1)


def _choice(arguments: Mapping[str, Any], name: str, choices: Any) -> Any:
    known = get_args(choices)
    told = arguments.get(name) or known[0]
    if told not in known:
        raise NoSuchReport(f"{name} {told!r} is unknown: give one of {', '.join(known)}")
    return told


def _cuts(told: list[str] | None) -> tuple[Decimal, ...]:
    try:
        cuts = tuple(Decimal(cut) for cut in told) if told else CUTS
    except InvalidOperation:
        raise NoSuchReport(f"{told} are no shares: give rising fractions such as 0.1 and 0.3") from None
    if any(not 0 < cut < 1 for cut in cuts) or list(cuts) != sorted(set(cuts)):
        raise NoSuchReport(f"{told} are no cuts: give rising fractions such as 0.1 and 0.3")
    return cuts
