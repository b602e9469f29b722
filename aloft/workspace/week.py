"""The hours of a person's week: what is booked on each day against what they can give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from aloft.act import sessions
from aloft.act.models import Occurrence
from aloft.records.models import Person
from aloft.ui import words
from aloft.ui.weeks import DayHours, Week, drawn
from aloft.workspace import selectors
from aloft.workspace.history import PAST
from aloft.workspace.model_in_force import hours_of_roles
from aloft.workspace.reader import Reader

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORKED_DAYS = 5


@dataclass(frozen=True)
class MyWeek:
    """`note`: “19 of 24 h”; `advice`: what to do about the first day that is over, or nothing."""

    picture: Week
    note: str
    advice: str


def my_week(reader: Reader, team: Sequence[Person]) -> MyWeek | None:
    """`team` is everybody; None for who is not of it.

    What is late or overdue counts today; for a leader, the team's hours.
    """
    if reader.person is None:
        return None
    monday = (reader.ahead.monday - timedelta(days=7)).astimezone(reader.zone).date()
    hours = hours_given(reader, team)
    limit = hours / WORKED_DAYS if hours else None
    days = _days(reader, monday, booked_in(reader, monday), worked_in(reader, monday))
    total = words.number(round(sum(day.total for day in days), 1))
    note = f"{total} of {words.number(hours)} h" if hours else f"{total} h"
    return MyWeek(drawn(days, limit), note, _advice(reader, monday, days, limit))


def booked_in(reader: Reader, monday: date) -> dict[date, int]:
    """Planned minutes by day of the week that begins there."""
    within = {day: _booked_on(reader, monday, day) for day in _days_ahead(reader, monday)}
    sums = {day.isoformat(): Sum("effort_minutes", filter=due, default=0) for day, due in within.items()}
    found = _to_do(reader).order_by().aggregate(**sums)
    return {day: found[day.isoformat()] for day in within}


def worked_in(reader: Reader, monday: date) -> dict[date, int]:
    """The planned minutes of what was done, by the day on which it was."""
    days = [monday + timedelta(days=place) for place in range(7)]
    done = Occurrence.objects.filter(done_at__gte=_start(reader, monday), done_at__lte=reader.now)
    if not reader.sees_everything:
        done = done.filter(owner=reader.person)
    sums = {
        day.isoformat(): Sum("effort_minutes", filter=_between(reader, "done_at", day), default=0)
        for day in days
    }
    found = sessions.once(done, PAST).order_by().aggregate(**sums)
    return {day: found[day.isoformat()] for day in days}


def _to_do(reader: Reader) -> QuerySet[Occurrence]:
    work = sessions.once(selectors.work_of(reader.person, reader.automated), selectors.WAITING)
    return work.filter(reader.ahead.awake, due_at__lt=reader.ahead.monday)


def _days_ahead(reader: Reader, monday: date) -> list[date]:
    today = reader.now.astimezone(reader.zone).date()
    days = [monday + timedelta(days=place) for place in range(7)]
    return [day for day in days if day >= today]


def _booked_on(reader: Reader, monday: date, day: date) -> Q:
    """Whatever was due before counts on the first day that is left."""
    if day == _days_ahead(reader, monday)[0]:
        return Q(due_at__lt=_start(reader, day + timedelta(days=1)))
    return _between(reader, "due_at", day)


def _between(reader: Reader, name: str, day: date) -> Q:
    following = _start(reader, day + timedelta(days=1))
    return Q(**{f"{name}__gte": _start(reader, day), f"{name}__lt": following})


def _start(reader: Reader, day: date) -> datetime:
    return datetime.combine(day, time(), reader.zone)


def hours_given(reader: Reader, team: Sequence[Person]) -> float | None:
    """A week: the person's own, or those of the role in the model in force. Of a team, the sum."""
    assert reader.person is not None
    people = team if reader.sees_everything else [reader.person]
    roles = hours_of_roles(reader.models)
    told = [float(one.hours_per_week) if one.hours_per_week else roles.get(one.role) for one in people]
    return sum(hours for hours in told if hours) or None


def _days(
    reader: Reader, monday: date, booked: Mapping[date, int], worked: Mapping[date, int]
) -> list[DayHours]:
    """The five of the week; of the weekend those on which something stands."""
    today = reader.now.astimezone(reader.zone).date()
    dates = [monday + timedelta(days=place) for place in range(7)]
    return [
        DayHours(NAMES[place], worked[day] / 60, booked.get(day, 0) / 60, day == today)
        for place, day in enumerate(dates)
        if place < WORKED_DAYS or booked.get(day) or worked[day]
    ]


def _advice(reader: Reader, monday: date, days: list[DayHours], limit: float | None) -> str:
    if limit is None:
        return ""
    over = next((day for day in days if day.booked and day.total > limit), None)
    if over is None:
        return ""
    whose = "the team can give" if reader.sees_everything else "you can give"
    said = f"{over.name} is {_hours(over.total - limit)} over the {_hours(limit)} {whose}."
    least = _least(reader, monday, monday + timedelta(days=NAMES.index(over.name)))
    return f"{said} {least} brings the least of that day: snooze it, or hand it over."


def _least(reader: Reader, monday: date, day: date) -> str:
    """The name of the account with the least MRR of those that the day is booked for; the earliest due of equals."""
    booked = _to_do(reader).filter(_booked_on(reader, monday, day))
    by_mrr = booked.order_by(Coalesce("account__listing__mrr", Decimal(0)), "due_at", "pk")
    return str(by_mrr.values_list("account__name", flat=True)[:1].get())


def _hours(hours: float) -> str:
    return f"{words.number(round(hours, 1))} h"
