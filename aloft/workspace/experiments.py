"""Experiments as the page shows them: arms with their intervals on one scale, and whom the reader may read of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aloft.engagement.words import length
from aloft.learn.effect import wilson
from aloft.learn.experiments import SENTENCES, Side, Trial
from aloft.learn.models import Assignment, Contamination
from aloft.records.models import Person
from aloft.ui.words import counted
from aloft.workspace import selectors

WIDTH = 240.0
SPOILED = 20  # of a kind, on the page


@dataclass(frozen=True)
class Bar:
    """A value with its interval, in a box of 240. `middle` is where the value lies."""

    left: float
    width: float
    middle: float


@dataclass(frozen=True)
class ArmShown:
    name: str
    side: Side
    bar: Bar | None

    @property
    def percent(self) -> float | None:
        return None if self.side.share is None else 100 * self.side.share


@dataclass(frozen=True)
class Shown:
    """`difference` is in words, in percentage points; `bar` draws it around the middle of a box of 240, which is
    `reach` points to either side."""

    trial: Trial
    sentence: str
    arms: tuple[ArmShown, ArmShown]
    difference: str
    bar: Bar | None
    reach: float
    contaminations: Sequence[Contamination]
    excluded: Sequence[Assignment]

    @property
    def within(self) -> str:
        return length(self.trial.experiment.within) if self.trial.experiment else ""

    @property
    def smallest(self) -> float | None:
        return None if self.trial.smallest is None else 100 * self.trial.smallest


def shown(trial: Trial, person: Person | None) -> Shown:
    found = trial.difference
    points, low, high = (100 * found.points, 100 * found.low, 100 * found.high) if found else (0.0, 0.0, 0.0)
    reach = max(10.0, abs(low), abs(high))
    return Shown(
        trial=trial,
        sentence=_sentence(trial),
        arms=(_arm("Treated", trial.treated), _arm("Held out", trial.held_out)),
        difference=f"{points:+.1f} points, from {low:+.1f} to {high:+.1f} with 95 %" if found else "",
        bar=_bar(points, low, high, -reach, reach) if found else None,
        reach=reach,
        contaminations=_contaminations(trial, person),
        excluded=_excluded(trial, person),
    )


def _sentence(trial: Trial) -> str:
    says = SENTENCES[trial.says]
    return f"{says[0].upper()}{says[1:]}"


def _arm(name: str, side: Side) -> ArmShown:
    if side.share is None:
        return ArmShown(name, side, None)
    low, high = wilson(side.seen)
    return ArmShown(name, side, _bar(side.share, low, high, 0, 1))


def _bar(value: float, low: float, high: float, start: float, end: float) -> Bar:
    def x(point: float) -> float:
        return round((point - start) / (end - start) * WIDTH, 1)

    return Bar(x(low), round(max(x(high) - x(low), 1), 1), x(value))


def _contaminations(trial: Trial, person: Person | None) -> Sequence[Contamination]:
    rows = Contamination.objects.filter(assignment__moment=trial.moment, assignment__start=trial.start)
    return list(selectors.seen_by(person, rows).select_related("account").order_by("-at")[:SPOILED])


def _excluded(trial: Trial, person: Person | None) -> Sequence[Assignment]:
    rows = Assignment.objects.filter(moment=trial.moment, start=trial.start, excluded_at__isnull=False)
    seen = selectors.seen_by(person, rows).select_related("unit", "account")
    return list(seen.order_by("-excluded_at")[:SPOILED])


def told(trials: Sequence[Trial]) -> str:
    """The page's sentence."""
    running = [one for one in trials if one.runs]
    if not running:
        return "No experiment runs"
    sure = sum(one.says in ("helps", "harms", "nothing") for one in running)
    runs = f"{counted(len(running), 'experiment')} {'runs' if len(running) == 1 else 'run'}"
    if sure == len(running):
        return f"{runs}, and can be read"
    if not sure:
        return f"{runs}, and cannot be read yet"
    return f"{runs}: {sure} can be read, {len(running) - sure} cannot yet"
