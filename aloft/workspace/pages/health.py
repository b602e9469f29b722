"""How healthy is this customer, what drives it, which signals stand, and what do people say?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aloft.measures.daily import NO_PROFILE
from aloft.measures.models import AccountHealth, HealthDay, Signal
from aloft.records.models import Pulse
from aloft.ui.words import humanised
from aloft.workspace.forms import PULSE_WORDS
from aloft.workspace.history import History
from aloft.workspace.sentences import scored_as

DAYS, SIGNALS, PULSES = 90, 5, 3
FLAPS = 0.2
WIDTH, HEIGHT = 240.0, 40.0
GAUGE, MIDDLE, WIDEST = 120.0, 60.0, 25.0


@dataclass(frozen=True)
class Driver:
    """A dimension; `left` and `width` draw its points against the segment's middle, in a box of 120."""

    name: str
    says: str
    score: float | None
    share: float
    points: float
    left: float
    width: float


@dataclass(frozen=True)
class Shown:
    """`path` draws the history in a box of 240 by 40; empty with fewer than two days that are known. `profile` tells
    by which one it was scored, and since when; empty where the model scores everybody alike."""

    band: str
    score: str
    profile: str
    trend: float | None
    sentence: str
    coverage: float
    drivers: tuple[Driver, ...]
    path: str
    days: int

    @property
    def percent(self) -> int:
        return round(100 * self.coverage)


def health_of(history: History) -> Shown | None:
    """None where the model scores nothing, or the account has had no reading yet."""
    kept: AccountHealth | None = getattr(history.account, "health", None)
    if kept is None:
        return None
    drivers = tuple(_driver(told) for told in kept.dimensions)
    days = _newest(history.health, kept)
    return Shown(
        band=kept.band,
        score="" if kept.score is None else f"{kept.score:.0f}",
        profile=scored_as(kept.profile, kept.profile_since),
        trend=kept.trend,
        sentence=sentence(kept, drivers),
        coverage=kept.coverage,
        drivers=tuple(sorted(drivers, key=lambda one: one.points)),
        path=_path([one for one in days if one.score is not None]),
        days=len(days),
    )


def _driver(told: dict[str, Any]) -> Driver:
    length = min(abs(told["points"]), WIDEST) / WIDEST * MIDDLE
    left = MIDDLE - length if told["points"] < 0 else MIDDLE
    return Driver(
        humanised(told["name"]), told["says"], told["score"], told["share"], told["points"], left, length
    )


def sentence(kept: AccountHealth, drivers: Sequence[Driver]) -> str:
    """What holds it down and what lifts it, against the middle of its segment; or why there is no score."""
    if kept.profile == NO_PROFILE:
        return "No profile of health takes it, so it has no score."
    missing = [one.name.lower() for one in drivers if one.share == 0]
    if kept.score is None:
        return f"Too little is known for a score: {kept.coverage:.0%} of its weight. Not available: {_listed(missing)}."
    parts = [f"{one.name} {_moves(one.points)}" for one in _strongest(drivers)]
    told = "; ".join(parts) if parts else "No part of it differs much from its segment"
    ceiling = f" It may not be above {kept.ceiling:.0f} now." if kept.ceiling is not None else ""
    absent = f" Not available, and left out: {_listed(missing)}." if missing else ""
    return f"{told}.{ceiling}{absent}"


def _strongest(drivers: Sequence[Driver]) -> list[Driver]:
    felt = [one for one in drivers if abs(one.points) >= 0.5]
    return sorted(felt, key=lambda one: -abs(one.points))[:3]


def _moves(points: float) -> str:
    size = f"{abs(points):.1f} points"
    return f"holds it {size} below the middle of its segment" if points < 0 else f"lifts it by {size}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


def _newest(days: Sequence[HealthDay], kept: AccountHealth) -> list[HealthDay]:
    since = kept.day - timedelta(days=DAYS)
    return [one for one in days if one.day > since]


def _path(days: Sequence[HealthDay]) -> str:
    """A line for each profile: what two of them find is not compared."""
    if len(days) < 2:
        return ""
    step, told = WIDTH / (len(days) - 1), ""
    for i, one in enumerate(days):
        begins = i == 0 or one.profile != days[i - 1].profile
        told += f"{'M' if begins else ' L'}{i * step:.1f} {HEIGHT - (one.score or 0) / 100 * HEIGHT:.1f}"
    return told


@dataclass(frozen=True)
class Standing:
    """A signal that is raised; `flaps`: it comes and goes more than one reading in five."""

    signal: Signal
    flaps: bool

    @property
    def percent(self) -> int:
        return round(100 * self.signal.flapping)


def signals_at(history: History) -> list[Standing]:
    """Those raised at the newest reading, the strongest first."""
    latest = {signal.detector: signal for signal in reversed(history.signals)}
    raised = [signal for signal in latest.values() if signal.raised]
    ordered = sorted(raised, key=lambda signal: (signal.p if signal.p is not None else 1, signal.detector))
    return [Standing(signal, signal.flapping >= FLAPS) for signal in ordered[:SIGNALS]]


def pulses_at(history: History) -> list[tuple[Pulse, str]]:
    """What people said last, with the word for it."""
    return [(pulse, PULSE_WORDS[pulse.score]) for pulse in history.pulses[:PULSES]]
