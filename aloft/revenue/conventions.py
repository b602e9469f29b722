"""How revenue is counted: conventions have names, and every figure is shown with the one it follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Contracts = Literal["all", "latest"]
EndDay = Literal["exclusive", "included"]
Method = Literal["accounts", "movements"]
"""Retention account by account (F3), or by movements (F4)."""
GRACE = 90  # days that a line may stand still before that counts as churn


@dataclass(frozen=True)
class Convention:
    """`contracts`: all live lines of an account are summed, or only the one that started last counts.

    Of lines that started on one day the one with the greatest id is the last. `end_day`: is a line live on
    the day of its end? `grace` is in days.
    """

    name: str
    contracts: Contracts = "all"
    end_day: EndDay = "exclusive"
    grace: int = GRACE

    def __str__(self) -> str:
        lines = (
            "all live lines summed"
            if self.contracts == "all"
            else "of the live lines the one that started last, ties to the greatest id"
        )
        end = "start ≤ day < end" if self.end_day == "exclusive" else "start ≤ day ≤ end"
        return (
            f"{self.name}: {lines}; live when {end}; a month is read on its last day; "
            f"a pause is churn after {self.grace} days"
        )


D1 = Convention("D1")
D2 = Convention("D2", end_day="included")
D3 = Convention("D3", contracts="latest")
D2_D3 = Convention("D2 and D3", contracts="latest", end_day="included")
CONVENTIONS = (D1, D2, D3, D2_D3)


def convention(contracts: Contracts = "all", end_day: EndDay = "exclusive", grace: int = GRACE) -> Convention:
    """The named one with these parts."""
    named = next(one for one in CONVENTIONS if (one.contracts, one.end_day) == (contracts, end_day))
    return replace(named, grace=grace)


@dataclass(frozen=True)
class Basis:
    """What figures stand on.

    `currency` is the one reported in; None: that of the first line that was ever recorded. `known`: as known
    at this instant (aware); None: now. `accounts`: external ids; None: all.
    """

    convention: Convention = D1
    currency: str | None = None
    known: datetime | None = None
    accounts: tuple[str, ...] | None = None


EVERYTHING = Basis()
