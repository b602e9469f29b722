"""When a moment escalates: its clocks, started, in the calendar of its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.engagement.model import Moment, Rule


@dataclass(frozen=True)
class DueEscalation:
    """`index` is the place in `moment.escalations`, from 0. `condition` None: fires unless done."""

    index: int
    at: datetime
    role: str
    condition: Rule | None
    risk: str | None


def instants(moment: Moment, base: datetime, calendar_of_owner: WorkCalendar) -> list[DueEscalation]:
    """The steps by instant (UTC). `base`: due of a scheduled moment, the opening of any other."""
    steps = (
        DueEscalation(index, add(base, step.after, calendar_of_owner), step.to, step.condition, step.risk)
        for index, step in enumerate(moment.escalations)
    )
    return sorted(steps, key=lambda step: (step.at, step.index))
