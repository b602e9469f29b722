"""Counting with durations: elapsed time, wall-clock time and business time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from aloft.decide.calendar import WorkCalendar
from aloft.engagement.model import Duration, Unit

ELAPSED_UNITS: frozenset[Unit] = frozenset({"min", "h", "bh"})  # they lead to an instant, the others to a day


def add(instant: datetime, duration: Duration, calendar: WorkCalendar) -> datetime:
    """The instant (UTC) that lies `duration` after `instant`.

    `min h` are elapsed time. `d w mo y` keep the wall-clock time: a month's end falls back to the last valid
    day, a missing time moves forward by the gap, an ambiguous one is the first. `bd` counts working days and
    keeps the wall-clock time; a start on another day counts from the next working day, so that 1bd after a
    Saturday is a Tuesday. `bh` counts the time from `opens` to `closes` of working days; what is used up at
    closing time ends then, not when business opens again.
    Raises OverflowError or ValueError past the year 9999.
    """
    if duration.unit == "bh":
        return _after_hours(instant, timedelta(hours=duration.number), calendar)
    if duration.unit in ELAPSED_UNITS:
        return instant.astimezone(UTC) + _elapsed(duration)
    local = calendar.local(instant)
    return _on_day(local, day_after(local.date(), duration, calendar), calendar)


def subtract(instant: datetime, duration: Duration, calendar: WorkCalendar) -> datetime:
    """The instant (UTC) that lies `duration` before `instant`: `add` in the mirror.

    A start on a day that is not worked counts from the previous working day (1bd before a Sunday is a
    Thursday), and business hours used up at opening time end then.
    """
    if duration.unit == "bh":
        return _before_hours(instant, timedelta(hours=duration.number), calendar)
    if duration.unit in ELAPSED_UNITS:
        return instant.astimezone(UTC) - _elapsed(duration)
    local = calendar.local(instant)
    return _on_day(local, day_before(local.date(), duration, calendar), calendar)


def day_after(day: date, duration: Duration, calendar: WorkCalendar) -> date:
    """The day that lies `duration` (`d w mo y bd`) after `day`. Raises ValueError for the other units."""
    if duration.unit == "bd":
        return calendar.working_day_after(day, duration.number)
    return _shifted(day, duration.number, duration.unit)


def day_before(day: date, duration: Duration, calendar: WorkCalendar) -> date:
    """The day that lies `duration` (`d w mo y bd`) before `day`. Raises ValueError for the other units."""
    if duration.unit == "bd":
        return calendar.working_day_before(day, duration.number)
    return _shifted(day, -duration.number, duration.unit)


def month_day(months: int, day: int) -> date:
    """A day of the month counted from year 0 (year * 12 + month - 1), or the last of a shorter month."""
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))


def _shifted(day: date, number: int, unit: Unit) -> date:
    match unit:
        case "d":
            return day + timedelta(days=number)
        case "w":
            return day + timedelta(weeks=number)
        case "mo" | "y":
            months = number if unit == "mo" else 12 * number
            return month_day(day.year * 12 + day.month - 1 + months, day.day)
        case _:
            raise ValueError(f"{unit} does not count days")


def _elapsed(duration: Duration) -> timedelta:
    return timedelta(minutes=duration.number if duration.unit == "min" else 60 * duration.number)


def _on_day(local: datetime, day: date, calendar: WorkCalendar) -> datetime:
    if day == local.date():
        return local.astimezone(UTC)  # the second of two equal wall-clock times stays the second
    return calendar.at(day, local.time())


def _after_hours(instant: datetime, left: timedelta, calendar: WorkCalendar) -> datetime:
    day = calendar.working_day_after(calendar.local_date(instant), 0)
    if instant > calendar.hours(day)[1]:
        day = calendar.next_working_day(day)
    year, (days, gone) = day.year, _open_time(calendar, day.year)
    index = bisect_left(days, day)
    left += gone[index] + max(instant - calendar.hours(day)[0], timedelta())
    while left > gone[-1]:
        left -= gone[-1]
        year, index = year + 1, 0
        days, gone = _open_time(calendar, year)
    index = bisect_left(gone, left, lo=index + 1) - 1
    return calendar.hours(days[index])[0] + left - gone[index]


def _before_hours(instant: datetime, left: timedelta, calendar: WorkCalendar) -> datetime:
    day = calendar.working_day_before(calendar.local_date(instant), 0)
    if instant < calendar.hours(day)[0]:
        day = calendar.previous_working_day(day)
    year, (days, gone) = day.year, _open_time(calendar, day.year)
    index = bisect_left(days, day)
    left = gone[index + 1] - left - max(calendar.hours(day)[1] - instant, timedelta())
    while left < timedelta():
        year -= 1
        days, gone = _open_time(calendar, year)
        left, index = left + gone[-1], len(days) - 1
    index = bisect_right(gone, left, hi=index + 1) - 1
    return calendar.hours(days[index])[0] + left - gone[index]


@lru_cache(maxsize=1024)
def _open_time(calendar: WorkCalendar, year: int) -> tuple[tuple[date, ...], tuple[timedelta, ...]]:
    """The working days of a year, and the business time gone before each of them and after the last."""
    days = calendar.working_days(year)
    hours = (calendar.hours(day) for day in days)
    lengths = (max(closes - opens, timedelta()) for opens, closes in hours)
    return days, tuple(accumulate(lengths, initial=timedelta()))
