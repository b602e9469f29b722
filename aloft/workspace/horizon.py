"""The instants that part a list of work into late, today, this week and later, in the reader's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db.models import Q

from aloft.ui import words

SATURDAY = 5


@dataclass(frozen=True)
class Horizon:
    now: datetime
    tomorrow: datetime  # the first instant of the next local day
    monday: datetime  # the first instant of the local week after this one

    @property
    def awake(self) -> Q:
        return Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=self.now)

    def sections(self) -> dict[str, Q]:
        """Every open occurrence falls into exactly one."""
        late, today, week = Q(due_at__lt=self.now), Q(due_at__lt=self.tomorrow), Q(due_at__lt=self.monday)
        return {
            "Late": self.awake & late,
            "Today": self.awake & today & ~late,
            "This week": self.awake & week & ~today & ~late,
            "Later": ~self.awake | ~(week | late),
        }


def horizon(now: datetime, zone: tzinfo) -> Horizon:
    """On a Saturday or Sunday, the week is the one that comes."""
    weekday = now.astimezone(zone).weekday()
    days = 7 - weekday if weekday < SATURDAY else 14 - weekday
    return Horizon(now, words.start_of_day(now, zone, 1), words.start_of_day(now, zone, days))
