"""Which touch fits customers of a kind, by how complex they are and what they pay (4.3). Pure; money is of one year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10
from typing import Literal

from aloft.coverage.cost import HOURS, cover

Level = Literal["high", "low", "tech", "community"]
Phase = Literal["onboarding", "ongoing"]

LEVELS: tuple[Level, ...] = ("high", "low", "tech", "community")
ONBOARDING: Mapping[Level, float] = {"high": 40.0, "low": 8.0, "tech": 0.3, "community": 0.05}
ONGOING: Mapping[Level, float] = {level: HOURS[level] for level in LEVELS}
UPLIFT: Mapping[Level, float] = {"high": 0.094, "low": 0.048, "tech": 0.0, "community": 0.0}
"""How much more of the revenue stays than under tech touch, until experiments say so (4.2)."""
SPEND: Mapping[Phase, float] = {"onboarding": 0.25, "ongoing": 0.15}
"""The share of a year's margin that may go into a phase (F21)."""
FEW = 50
MANY = 500


@dataclass(frozen=True)
class Customers:
    """`acv`: what one pays in a year. Complexities are 0 to 1."""

    acv: float
    accounts: int
    onboarding: float
    ongoing: float


@dataclass(frozen=True)
class Terms:
    """What an hour costs, the gross margin, and for how many years a customer is kept beyond this one."""

    rate: float = 100.0
    margin: float = 0.8
    years: float = 2.5


@dataclass(frozen=True)
class Fitting:
    """Of a phase. `need` follows from complexity and price, `afford` from F21; `gain` and `extra`: what another level
    up would bring and cost in a year, where it was weighed."""

    phase: Phase
    complexity: float
    need: Level
    afford: Level | None
    level: Level
    gain: float | None = None
    extra: float | None = None

    @property
    def under_served(self) -> bool:
        """They need more than they pay for."""
        return self.afford is None or LEVELS.index(self.afford) > LEVELS.index(self.need)

    @property
    def upgraded(self) -> bool:
        return self.gain is not None and self.level != self.need


@dataclass(frozen=True)
class Fit:
    """`preset` is the model to begin with; `base`: so many need automation under whatever touch."""

    shift: float
    onboarding: Fitting
    ongoing: Fitting
    preset: str
    base: bool


def fit(customers: Customers, terms: Terms = Terms()) -> Fit:
    """Raises ValueError for a complexity that is not within 0 and 1, or a contract that is worth nothing."""
    if customers.acv <= 0:
        raise ValueError("a contract is worth more than nothing")
    if not (0 <= customers.onboarding <= 1 and 0 <= customers.ongoing <= 1):
        raise ValueError("a complexity is within 0 and 1")
    shift = max(-0.3, min(0.3, 0.15 * log10(customers.acv / 10_000)))
    first = _fitting("onboarding", customers.onboarding, shift, customers.acv, terms)
    then = _upgraded(
        _fitting("ongoing", customers.ongoing, shift, customers.acv, terms), customers.acv, terms
    )
    hybrid = "-".join("high" if one.level == "high" else "low" for one in (first, then))
    few = customers.accounts < FEW
    return Fit(shift, first, then, "high-touch-first" if few else hybrid, customers.accounts > MANY)


def _fitting(phase: Phase, complexity: float, shift: float, acv: float, terms: Terms) -> Fitting:
    need = _need(round(complexity + shift, 9))
    afford = next((level for level in LEVELS if _pays(phase, level, acv, terms)), None)
    level = need if afford is None else max(need, afford, key=LEVELS.index)
    return Fitting(phase, complexity, need, afford, level if afford else "community")


def _need(asks: float) -> Level:
    return "high" if asks >= 0.6 else "low" if asks >= 0.3 else "tech"


def _pays(phase: Phase, level: Level, acv: float, terms: Terms) -> bool:
    hours = (ONBOARDING if phase == "onboarding" else ONGOING)[level]
    found = cover(arr=acv, hours=hours, rate=terms.rate, margin=terms.margin, spend=SPEND[phase])
    return bool(found.passes)


def _upgraded(one: Fitting, acv: float, terms: Terms) -> Fitting:
    """One level more than is needed, where that is affordable and keeps more than it costs."""
    if one.afford is None or LEVELS.index(one.afford) >= LEVELS.index(one.need):
        return one
    above = LEVELS[LEVELS.index(one.need) - 1]
    gain = (UPLIFT[above] - UPLIFT[one.need]) * acv * terms.margin * terms.years
    extra = (ONGOING[above] - ONGOING[one.need]) * terms.rate
    level = above if gain > extra else one.need
    return Fitting(one.phase, one.complexity, one.need, one.afford, level, gain, extra)
