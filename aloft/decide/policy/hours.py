"""When may it reach them? Step 4 of domain.md 3.7: quiet hours and days that are not worked, in the contact's zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from aloft.decide.calendar import WorkCalendar
from aloft.engagement.policy import QuietHours

_DAY = timedelta(days=1)


def slot(at: datetime, quiet: QuietHours | None, calendar: WorkCalendar) -> datetime:
    """The first instant (UTC) from `at` on that is not quiet. Without quiet hours every instant is."""
    if quiet is None:
        return at
    while True:
        day, clock = calendar.local_date(at), calendar.local(at).time()
        if not calendar.is_working_day(day):
            at = calendar.start_of_day(calendar.next_working_day(day))
        elif not _is_quiet(clock, quiet):
            return at
        else:
            at = calendar.at(day if clock < quiet.end else day + _DAY, quiet.end)


def _is_quiet(clock: time, quiet: QuietHours) -> bool:
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end
