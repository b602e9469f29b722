"""Working time: which local day an instant belongs to, which days are worked, and from when to when."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from aloft.engagement.model import Roll, WorkingTime

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)

Closed = tuple[tuple[date, date], ...]

zone_named = cache(ZoneInfo)
"""`zoneinfo` keeps eight zones; it would read each further one from disk again, at every instant asked of it."""


@dataclass(frozen=True)
class WorkCalendar:
    """The working days and hours of an account or a person, in one zone.

    `days`: Monday is 0. `closes` at 00:00 is the end of the day. `country` None: no public holidays; a
    country or subdivision whose holidays nobody knows counts as none. `closed`: days, both ends included.
    Raises ValueError without a working day in the week, or when it closes before it opens.
    """

    zone: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: time = time(9)
    closes: time = time(18)
    country: str | None = None
    subdivision: str | None = None
    closed: Closed = ()

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("a working week needs at least one day")
        if self.closes <= self.opens and self.closes != _MIDNIGHT:
            raise ValueError(f"business hours close at {self.closes}, before they open at {self.opens}")

    def local(self, instant: datetime) -> datetime:
        """The instant on the wall clock of the zone. Raises ValueError for an instant without a zone."""
        if instant.tzinfo is None:
            raise ValueError(f"{instant} is on no clock: an instant needs a zone")
        return instant.astimezone(zone_named(self.zone))

    def local_date(self, instant: datetime) -> date:
        return self.local(instant).date()

    def at(self, day: date, clock: time) -> datetime:
        """The instant (UTC) of a wall-clock time.

        A time in a gap moves forward by the gap; of an ambiguous time it is the first.
        """
        wall = datetime.combine(day, clock.replace(fold=0, tzinfo=None), tzinfo=zone_named(self.zone))
        return wall.astimezone(UTC)

    def start_of_day(self, day: date) -> datetime:
        """Local 00:00 as an instant (UTC); where midnight is missing, that much later."""
        return self.at(day, _MIDNIGHT)

    def hours(self, day: date) -> tuple[datetime, datetime]:
        """The instants (UTC) between which business is open, if `day` is a working day."""
        last = day + _DAY if self.closes == _MIDNIGHT else day
        return self.at(day, self.opens), self.at(last, self.closes)

    def is_working_day(self, day: date) -> bool:
        return _is_worked(day, self.days, self.country, self.subdivision, self.closed)

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return self.working_day_after(day + _DAY, 0)

    def previous_working_day(self, day: date) -> date:
        """The last working day before `day`."""
        return self.working_day_before(day - _DAY, 0)

    def working_day_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which counts as the next working day if it is none itself.

        0 is that day. Raises ValueError when a whole year on the way has no working day.
        """
        year, days = day.year, self.working_days(day.year)
        index = bisect_left(days, day) + count
        while index >= len(days):
            index -= len(days)
            year += 1
            days = self.working_days(year)
        return days[index]

    def working_day_before(self, day: date, count: int) -> date:
        """The `count`-th working day before `day`, which counts as the previous one if it is none itself.

        0 is that day. Raises ValueError when a whole year on the way has no working day.
        """
        year, days = day.year, self.working_days(day.year)
        index = bisect_right(days, day) - 1 - count
        while index < 0:
            year -= 1
            days = self.working_days(year)
            index += len(days)
        return days[index]

    def working_days_between(self, day: date, last: date) -> int:
        """How many there are after `day`, up to and with `last`; 0 where that is earlier."""
        years = (self.working_days(year) for year in range(day.year, last.year + 1))
        return max(0, sum(bisect_right(days, last) - bisect_right(days, day) for days in years))

    def roll(self, day: date, roll: Roll) -> date:
        """Where `day` moves to if it is not a working day; `modified_following` stays within the month."""
        if roll == "none" or self.is_working_day(day):
            return day
        if roll == "preceding":
            return self.working_day_before(day, 0)
        following = self.working_day_after(day, 0)
        if roll == "modified_following" and following.month != day.month:
            return self.working_day_before(day, 0)
        return following

    def in_zone(self, zone: str | None) -> WorkCalendar:
        """The same days and hours on another wall clock; None: this one."""
        return self if zone is None else replace(self, zone=zone)

    def working_days(self, year: int) -> tuple[date, ...]:
        """All of a year, in order. Raises ValueError when there is none."""
        return _worked_days(year, self.days, self.country, self.subdivision, self.closed)


@lru_cache(maxsize=4096)
def for_account(
    clock: WorkingTime, zone: str | None, country: str | None, subdivision: str | None = None
) -> WorkCalendar:
    """The calendar of an account: the model's zone and holidays for all, else its own, else home's.

    An empty or unknown zone counts as none.
    """
    own = (country, subdivision) if country else (clock.home_country, None)
    fixed = (None if clock.holidays == "none" else clock.holidays, None)
    holidays = own if clock.holidays == "account" else fixed
    return _calendar(clock, clock.zone or _known(zone) or _home(clock), *holidays)


def for_person(clock: WorkingTime, zone: str | None, country: str | None) -> WorkCalendar:
    """The calendar of one of our people: their own zone and holidays, else the model's for all, else home's.

    `holidays: none` holds for people too. An empty or unknown zone counts as none.
    """
    ours = clock.home_country if clock.holidays == "account" else clock.holidays
    holidays = None if clock.holidays == "none" else country or ours
    return _calendar(clock, _known(zone) or _home(clock), holidays, None)


def _calendar(clock: WorkingTime, zone: str, country: str | None, subdivision: str | None) -> WorkCalendar:
    return WorkCalendar(
        zone=zone,
        days=clock.days,
        opens=clock.opens,
        closes=clock.closes,
        country=country or None,
        subdivision=subdivision or None,
        closed=clock.closed,
    )


def _home(clock: WorkingTime) -> str:
    # A model that puts every account on one zone and names no home works in that zone itself.
    return clock.home_zone if clock.home_zone != "UTC" else clock.zone or "UTC"


@lru_cache(maxsize=1024)
def _known(zone: str | None) -> str | None:
    try:
        return zone_named(zone).key if zone else None
    except (KeyError, ValueError, OSError):  # not found; not a name; a folder of zones such as "America"
        return None


def _is_worked(
    day: date, days: tuple[int, ...], country: str | None, subdivision: str | None, closed: Closed
) -> bool:
    if day.weekday() not in days or any(first <= day <= last for first, last in closed):
        return False
    return country is None or day not in _public_holidays(country, subdivision, day.year)


@lru_cache(maxsize=2048)
def _worked_days(
    year: int, days: tuple[int, ...], country: str | None, subdivision: str | None, closed: Closed
) -> tuple[date, ...]:
    first = date(year, 1, 1)
    length = (date(year, 12, 31) - first).days + 1
    every = (first + timedelta(days=n) for n in range(length))
    worked = tuple(day for day in every if _is_worked(day, days, country, subdivision, closed))
    if not worked:
        raise ValueError(f"{year} has no working day in this calendar")
    return worked


@lru_cache(maxsize=4096)
def _public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    from holidays import country_holidays  # 0.3 s to load, and many deployments never ask

    code = country.strip().upper()
    part = subdivision and subdivision.strip().upper().removeprefix(f"{code}-")
    try:
        return frozenset(country_holidays(code, subdiv=part, years=year))
    except NotImplementedError:
        return _public_holidays(country, None, year) if subdivision else frozenset()
