"""How long it takes, where some are not there yet: Kaplan-Meier (`domain.md` F13).

Whoever is not there yet counts for as long as it has waited: the mean of those who are would drop the slow ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wait:
    """`over`: it has ended; else it had lasted for `days` when it was looked at."""

    days: int
    over: bool


@dataclass(frozen=True)
class Step:
    """From `days` on the share `waiting` is not there yet."""

    days: int
    waiting: float


def curve(waits: Sequence[Wait]) -> tuple[Step, ...]:
    """A step for each length at which a wait has ended; of equal lengths, those that go on are still at risk."""
    found: list[Step] = []
    waiting = 1.0
    for days in sorted({one.days for one in waits if one.over}):
        at_risk = sum(one.days >= days for one in waits)
        ended = sum(one.over and one.days == days for one in waits)
        waiting *= 1 - ended / at_risk
        found.append(Step(days, waiting))
    return tuple(found)


def days_until(share: float, steps: Sequence[Step]) -> int | None:
    """Within how many days this share is there: .5 gives the median. None: so many are not there yet."""
    rest = 1 - share
    return next((step.days for step in steps if step.waiting <= rest + 1e-9), None)
