"""When scheduled moments are due. Every instant is counted from the anchor, never from the one before it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count, groupby, takewhile

from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import ELAPSED_UNITS, add, day_after, day_before, month_day, subtract
from aloft.engagement.model import Duration, Every, Offsets, OnDate, Roll, Schedule, Unit

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAYS: Mapping[Unit, float] = {  # in a long run, roughly
    "min": 1 / 1440, "h": 1 / 24, "bh": 1 / 6, "d": 1, "bd": 1.45, "w": 7, "mo": 30.44, "y": 365.24,
}  # fmt: skip


@dataclass(frozen=True)
class Due:
    """`n` counts from 1: the place of the offset in the document, or the period counted from the anchor.

    `at` is UTC. `rolled_from` is the day it would have been due on, had that been a working day.
    """

    n: int
    offset: Duration | None
    at: datetime
    rolled_from: date | None = None


def due_instants(
    schedule: Schedule,
    anchor: datetime | date | None,
    calendar: WorkCalendar,
    *,
    roll: Roll,
    window: tuple[datetime, datetime],
) -> list[Due]:
    """What is due in the half-open `window`, by instant; nothing while the anchor is null.

    A date written in the schedule is its own anchor. Without `at` a due instant has the anchor's time of
    day, or is at the start of business hours if that is local 00:00 or the anchor is a date. With `in ZONE`
    the wall clock is the zone's: a date, or the start of the account's day, is that date there; another
    instant is read there. Raises ValueError for a period of nothing, or for an `on` that is not a day of the
    period's unit (`mon`..`sun` of weeks; 1..31 and `last` of months and years).
    """
    start, end = window
    course = _course(schedule, anchor, calendar, roll)
    if course is None:
        return []
    last = course.local_day(end)
    days = takewhile(lambda found: found[0] <= last, _by_day(schedule, course, start))
    return [due for _, dues in days for due in dues if start <= due.at < end]


def nth(
    schedule: Schedule, anchor: datetime | date | None, calendar: WorkCalendar, roll: Roll, n: int
) -> Due | None:
    """The n-th, wherever it lies; None while the anchor is null or where there is no such one."""
    course = _course(schedule, anchor, calendar, roll)
    if course is None:
        return None
    if isinstance(schedule, Every):
        return _Period(schedule, course).due(n)
    return next((due for due in _listed(schedule, course) if due.n == n), None)


def next_after(
    schedule: Schedule, anchor: datetime | date | None, calendar: WorkCalendar, roll: Roll, instant: datetime
) -> Due | None:
    """The first that is due after `instant` (not at it), or None. Raises like `due_instants`."""
    course = _course(schedule, anchor, calendar, roll)
    if course is None:
        return None
    days = _by_day(schedule, course, instant)
    return next((due for _, dues in days for due in dues if due.at > instant), None)


def next_after_change(
    schedule: Every, anchor: datetime | date | None, calendar: WorkCalendar, roll: Roll, last: datetime
) -> Due | None:
    """The first of a changed recurrence: at least half its period after `last`, the last due that opened."""
    half = (add(last, schedule.period, calendar) - last) / 2
    return next_after(schedule, anchor, calendar, roll, last + half - datetime.resolution)


def opens_at(
    due: datetime, lead: Duration | None, anchor: datetime | date | None, calendar: WorkCalendar
) -> datetime:
    """`lead` before the due instant, never before `anchor`: that of `after`, None for other schedules."""
    opens = due if lead is None else subtract(due, lead, calendar)
    if anchor is None:
        return opens
    return max(opens, anchor if isinstance(anchor, datetime) else calendar.start_of_day(anchor))


def durations_of(schedule: Schedule) -> tuple[Duration, ...]:
    """What it counts by; nothing of a date."""
    if isinstance(schedule, Every):
        return (schedule.period,)
    return schedule.offsets if isinstance(schedule, Offsets) else ()


def counts_days(schedule: Schedule) -> bool:
    """Whether only the local day of the anchor matters, not its time: the schedule says its own time of day."""
    if isinstance(schedule, OnDate):
        return True
    said = schedule.at is not None and schedule.zone is None
    return said and not any(one.unit in ELAPSED_UNITS for one in durations_of(schedule))


@dataclass(frozen=True)
class _Course:
    """The anchor as read, and where counting from it leads."""

    day: date
    clock: time  # of what is due
    start: datetime  # from which elapsed and business time count
    at: time | None  # as the schedule says
    roll: Roll
    calendar: WorkCalendar

    def local_day(self, instant: datetime) -> date:
        return self.calendar.local_date(instant)

    def on_day(self, n: int, day: date, offset: Duration | None = None) -> Due:
        rolled = self.calendar.roll(day, self.roll)
        return Due(n, offset, self.calendar.at(rolled, self.clock), day if rolled != day else None)

    def at_instant(self, n: int, instant: datetime, offset: Duration | None = None) -> Due:
        local = self.calendar.local(instant)
        rolled = self.calendar.roll(local.date(), self.roll)
        if rolled == local.date() and self.at is None:
            return Due(n, offset, instant)
        at = self.calendar.at(rolled, self.at or local.time())
        return Due(n, offset, at, local.date() if rolled != local.date() else None)


def _course(
    schedule: Schedule, anchor: datetime | date | None, account: WorkCalendar, roll: Roll
) -> _Course | None:
    if isinstance(schedule, OnDate):
        anchor = schedule.date
    elif anchor is None:
        anchor = schedule.anchor.date
    if anchor is None:
        return None
    calendar = account.in_zone(schedule.zone)
    if isinstance(anchor, datetime):
        day = account.local_date(anchor)
        if anchor != account.start_of_day(day):
            local = calendar.local(anchor)
            return _Course(local.date(), schedule.at or local.time(), anchor, schedule.at, roll, calendar)
        anchor = day
    start = calendar.at(anchor, calendar.opens)
    return _Course(anchor, schedule.at or calendar.opens, start, schedule.at, roll, calendar)


def _by_day(schedule: Schedule, course: _Course, start: datetime) -> Iterator[tuple[date, list[Due]]]:
    """The local days from that of `start` on, with what is due on them by instant. `every` never ends."""
    first = course.local_day(start)
    if isinstance(schedule, Every):
        period = _Period(schedule, course)
        dues: Iterator[Due] = map(period.due, count(_first_on(period, first, period.guess(start))))
    else:
        listed = sorted(_listed(schedule, course), key=_by_instant)
        dues = (due for due in listed if course.local_day(due.at) >= first)
    # Rolling keeps the order of the days, not that of what is rolled onto one of them.
    for day, together in groupby(dues, key=lambda due: course.local_day(due.at)):
        yield day, sorted(together, key=_by_instant)


def _listed(schedule: Offsets | OnDate, course: _Course) -> Iterator[Due]:
    if isinstance(schedule, OnDate):
        yield course.on_day(1, schedule.date)
        return
    before = schedule.direction == "before"
    for n, offset in enumerate(schedule.offsets, start=1):
        if offset.unit in ELAPSED_UNITS:
            move = subtract if before else add
            yield course.at_instant(n, move(course.start, offset, course.calendar), offset)
        else:
            shift = day_before if before else day_after
            yield course.on_day(n, shift(course.day, offset, course.calendar), offset)


@dataclass(frozen=True)
class _Period:
    """`every P (on DAY)?` from a course: what is due in the n-th period, without the periods before it."""

    every: Every
    course: _Course

    def __post_init__(self) -> None:
        period, on = self.every.period, self.every.on
        if period.number < 1:
            raise ValueError(f"every {period} never comes round")
        weekly, monthly = period.unit == "w", period.unit in ("mo", "y")
        if on is not None and not (weekly if on in WEEKDAYS else monthly):
            raise ValueError(f"every {period} has no day {on}")

    def due(self, n: int) -> Due:
        period, on, course = self.every.period, self.every.on, self.course
        if on in WEEKDAYS:
            return course.on_day(n, self._weekday(WEEKDAYS.index(str(on)), n))
        if on is not None:
            return course.on_day(n, self._day_of_month(31 if on == "last" else int(on), n))
        whole = Duration(n * period.number, period.unit)
        if period.unit in ELAPSED_UNITS:
            return course.at_instant(n, add(course.start, whole, course.calendar))
        return course.on_day(n, day_after(course.day, whole, course.calendar))

    def guess(self, instant: datetime) -> int:
        """An n whose due instant is near `instant`, or 1 before the first."""
        days = (instant - self.course.start) / timedelta(days=1)
        return max(1, int(days / (self.every.period.number * _DAYS[self.every.period.unit])))

    def _weekday(self, weekday: int, n: int) -> date:
        first = self.course.day + timedelta(days=(weekday - self.course.day.weekday() - 1) % 7 + 1)
        return first + timedelta(weeks=(n - 1) * self.every.period.number)

    def _day_of_month(self, on: int, n: int) -> date:
        day, period = self.course.day, self.every.period
        this_month = day.year * 12 + day.month - 1
        first = this_month if month_day(this_month, on) > day else this_month + 1
        months = period.number if period.unit == "mo" else 12 * period.number
        return month_day(first + (n - 1) * months, on)


def _first_on(period: _Period, day: date, guess: int) -> int:
    """The first n due on `day` or later: by halving around a guess, since no later n has an earlier day."""

    def due_on(n: int) -> date:
        return period.course.local_day(period.due(n).at)

    low = high = guess
    while low > 1 and due_on(low) >= day:
        low = max(1, 2 * low - guess - 1)
    while due_on(high) < day:
        high = 2 * high - guess + 1
    return bisect_left(range(high + 1), day, lo=low, key=due_on)


def _by_instant(due: Due) -> tuple[datetime, int]:
    return due.at, due.n
