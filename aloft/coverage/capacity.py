"""F20: the hours that people have, week by week. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aloft.decide.calendar import WorkCalendar

Span = tuple[date, date]
"""Both days included."""


@dataclass(frozen=True)
class Worker:
    """`hours` a week, for customers: what internal work takes is not in them. None: nobody says."""

    hours: float | None
    calendar: WorkCalendar
    leaves: tuple[Span, ...] = ()


def hours_by_week(people: Collection[Worker], weeks: Sequence[date], today: date) -> tuple[float | None, ...]:
    """Of all of them together, in weeks that begin on these Mondays: days off, holidays and days gone by are not
    worked. Nobody has no hours; None while somebody's are unknown."""
    if any(person.hours is None for person in people):
        return (None,) * len(weeks)
    return tuple(sum((_hours(person, week, today) for person in people), 0.0) for week in weeks)


def _hours(person: Worker, week: date, today: date) -> float:
    days = [day for day in _days(week) if day >= today and person.calendar.is_working_day(day)]
    worked = [day for day in days if not any(first <= day <= last for first, last in person.leaves)]
    return (person.hours or 0.0) / len(person.calendar.days) * len(worked)


def _days(week: date) -> Iterable[date]:
    return (week + timedelta(days=n) for n in range(7))
