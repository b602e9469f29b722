"""Metrics counted plainly, one event after another: slow, and simple enough to be believed.

What SQL, state and masks do elsewhere is here a loop over the events of one account. Nothing but tests uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from holidays import HolidayBase, country_holidays

from aloft.engagement.model import Metric

Value = float | int | str | datetime | None


@dataclass(frozen=True)
class Happened:
    """An event as it was kept. Instants are aware; `user` is '' where nobody is named."""

    name: str
    occurred: datetime
    received: datetime
    id: str
    user: str
    times: int
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Plainly:
    """A metric, and its `where` once more, in Python."""

    metric: Metric
    where: Callable[[Mapping[str, Any]], bool] = lambda _properties: True


@dataclass(frozen=True)
class Place:
    zone: ZoneInfo
    country: str

    def days_worked(self, last: date) -> Iterator[date]:
        """Backwards from a day on."""
        free = _holidays(self.country)
        for back in range(2 * 366):
            day = last - timedelta(days=back)
            if day.weekday() < 5 and day not in free:
                yield day

    def begin_of_days(self, number: int, today: date) -> date:
        return list(islice(self.days_worked(today), number))[-1]

    def begin_of_hours(self, left: timedelta, at: datetime) -> datetime:
        for day in self.days_worked(at.astimezone(self.zone).date()):
            opens, closes = (datetime.combine(day, time(hour), tzinfo=self.zone) for hour in (9, 18))
            open_until = min(at, closes).astimezone(UTC) - opens.astimezone(UTC)
            if open_until >= left:
                return min(at, closes) - left
            left -= max(open_until, timedelta())
        raise AssertionError("a year without work")


@lru_cache
def _holidays(country: str) -> HolidayBase:
    return country_holidays(country, years=range(2020, 2031))


def values(
    plain: Sequence[Plainly],
    events: Sequence[Happened],
    at: datetime,
    zone: ZoneInfo,
    instants: Mapping[str, datetime | None],
    country: str,
) -> dict[str, Value]:
    """Each metric of an account, in their order; `instants` are those that a window may begin at.

    Mondays to Fridays from nine to six are worked, but for the holidays of its country.
    """
    known = dict(instants)
    found: dict[str, Value] = {}
    place = Place(zone, country)
    for one in plain:
        value = _value(one, events, at, place, known)
        found[one.metric.name] = value
        if isinstance(value, datetime) or one.metric.verb in ("first", "last"):
            known[one.metric.name] = value if isinstance(value, datetime) else None
    return found


def _value(
    plain: Plainly,
    events: Sequence[Happened],
    at: datetime,
    place: Place,
    instants: Mapping[str, datetime | None],
) -> Value:
    metric = plain.metric
    since = metric.since.name if metric.since else None
    if since is not None and instants[since] is None:
        return None
    past = [event for event in events if event.occurred <= at]
    ours = [
        event
        for event in past
        if (not metric.events or event.name in metric.events)
        and plain.where(event.properties)
        and _is_inside(metric, event.occurred, at, place, instants)
    ]
    match metric.verb:
        case "count":
            return sum(event.times for event in ours)
        case "users":
            nobody_knows = any(not event.user and event.times > 1 for event in ours)
            return None if nobody_knows else len({event.user for event in ours} - {""})
        case "days":
            return len({event.occurred.astimezone(place.zone).date() for event in ours})
        case "first":
            return min((event.occurred for event in ours), default=None)
        case "last":
            return max((event.occurred for event in ours), default=None)
        case "open":
            return _open(plain, ours, past, at, place, instants)
        case "distinct":
            return len({_text(event, metric) for event in ours} - {None})
        case "latest":
            told = [event for event in ours if _text(event, metric) is not None]
            last = max(told, key=lambda event: (event.occurred, event.received, event.id), default=None)
            return _text(last, metric) if last else None
        case _:
            return _number(metric, ours)


def _is_inside(
    metric: Metric, occurred: datetime, at: datetime, place: Place, instants: Mapping[str, datetime | None]
) -> bool:
    today, day = at.astimezone(place.zone).date(), occurred.astimezone(place.zone).date()
    if metric.over is not None:
        number = metric.over.number
        match metric.over.unit:
            case "min":
                return occurred >= at - timedelta(minutes=number)
            case "h":
                return occurred >= at - timedelta(hours=number)
            case "d":
                return day > today - timedelta(days=number)
            case "w":
                return day > today - timedelta(weeks=number)
            case "bd":
                return day >= place.begin_of_days(number, today)
            case "bh":
                return occurred >= place.begin_of_hours(timedelta(hours=number), at)
            case "mo":
                return day > today - relativedelta(months=number)
            case _:
                return day > today - relativedelta(years=number)
    if metric.since is None:
        return True
    if metric.since.date is not None:
        return day >= metric.since.date
    instant = instants[metric.since.name or ""]
    return instant is not None and occurred >= instant


def _open(
    plain: Plainly,
    opened: Sequence[Happened],
    past: Sequence[Happened],
    at: datetime,
    place: Place,
    instants: Mapping[str, datetime | None],
) -> int:
    metric = plain.metric
    closing = [event for event in past if event.name in metric.until]
    if metric.by is not None:
        return len(
            {
                event.properties[metric.by]
                for event in opened
                if metric.by in event.properties
                and not any(
                    close.properties.get(metric.by) == event.properties[metric.by]
                    and close.occurred >= event.occurred
                    for close in closing
                )
            }
        )
    steps = [(event.occurred, 0, event.times) for event in opened]
    steps += [
        (event.occurred, 1, event.times)
        for event in closing
        if plain.where(event.properties) and _is_inside(metric, event.occurred, at, place, instants)
    ]
    waiting = 0
    for _, closes, times in sorted(steps):
        waiting = max(waiting - times, 0) if closes else waiting + times
    return waiting


def _text(event: Happened, metric: Metric) -> str | None:
    value = event.properties.get(metric.property or "")
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _number(metric: Metric, events: Sequence[Happened]) -> float | None:
    told = [(number, event.times) for event in events if (number := _exact(_text(event, metric))) is not None]
    total = sum((number * times for number, times in told), Decimal(0))
    match metric.verb:
        case "sum":
            return float(total)
        case "min":
            return float(min(number for number, _ in told)) if told else None
        case "max":
            return float(max(number for number, _ in told)) if told else None
        case _:
            return float(total) / sum(times for _, times in told) if told else None


def _exact(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text is not None else None
    except InvalidOperation:
        return None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
