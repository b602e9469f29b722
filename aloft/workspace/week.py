"""The hours of a person's week: what is booked on each day against what they can give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from aloft.act.models import Occurrence
from aloft.records.models import Person
from aloft.ui import words
from aloft.ui.weeks import DayHours, Week, drawn
from aloft.workspace import selectors
from aloft.workspace.horizon import Horizon
from aloft.workspace.model_in_force import hours_of_roles
from aloft.workspace.reader import Reader

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORKED_DAYS = 5


@dataclass(frozen=True)
class Booked:
    day: date
    minutes: int
    account: str
    mrr: Decimal | None


@dataclass(frozen=True)
class MyWeek:
    """`note`: “19 of 24 h”; `advice`: what to do about the first day that is over, or nothing."""

    picture: Week
    note: str
    advice: str


def my_week(reader: Reader, ahead: Horizon) -> MyWeek | None:
    """None for who is not on the team. What is late or overdue counts today; for a leader, the team's hours."""
    if reader.person is None:
        return None
    monday = (ahead.monday - timedelta(days=7)).astimezone(reader.zone).date()
    booked = list(booked_in(reader, ahead, monday))
    worked = worked_in(reader, monday)
    hours = hours_given(reader)
    limit = hours / WORKED_DAYS if hours else None
    days = _days(reader, monday, booked, worked)
    total = words.number(round(sum(day.total for day in days), 1))
    note = f"{total} of {words.number(hours)} h" if hours else f"{total} h"
    return MyWeek(drawn(days, limit), note, _advice(days, monday, booked, limit, reader.sees_everything))


def booked_in(reader: Reader, ahead: Horizon, monday: date) -> Iterable[Booked]:
    first = max(monday, reader.now.astimezone(reader.zone).date())
    rows = selectors.work_of(reader.person).filter(ahead.awake, due_at__lt=ahead.monday)
    told = rows.order_by("due_at").values_list(
        "due_at", "effort_minutes", "account__name", "account__projection__mrr"
    )
    for due, minutes, account, mrr in told:
        yield Booked(max(first, due.astimezone(reader.zone).date()), minutes, account, mrr)


def worked_in(reader: Reader, monday: date) -> Counter[date]:
    """The planned minutes of what was done, by the day on which it was."""
    assert reader.person is not None
    begun = datetime.combine(monday, datetime.min.time(), reader.zone)
    done = Occurrence.objects.filter(done_at__gte=begun, done_at__lte=reader.now)
    if not reader.sees_everything:
        done = done.filter(owner=reader.person)
    minutes: Counter[date] = Counter()
    for at, effort in done.values_list("done_at", "effort_minutes"):
        if at is not None:
            minutes[at.astimezone(reader.zone).date()] += effort
    return minutes


def hours_given(reader: Reader) -> float | None:
    """A week: the person's own, or those of the role in the model in force. Of a team, the sum."""
    assert reader.person is not None
    people = list(Person.objects.all()) if reader.sees_everything else [reader.person]
    roles = hours_of_roles(reader.now)
    told = [float(one.hours_per_week) if one.hours_per_week else roles.get(one.role) for one in people]
    return sum(hours for hours in told if hours) or None


def _days(reader: Reader, monday: date, booked: list[Booked], worked: Counter[date]) -> list[DayHours]:
    """The five of the week; of the weekend those on which something stands."""
    minutes: Counter[date] = Counter()
    for one in booked:
        minutes[one.day] += one.minutes
    today = reader.now.astimezone(reader.zone).date()
    dates = [monday + timedelta(days=place) for place in range(7)]
    return [
        DayHours(NAMES[place], worked[day] / 60, minutes[day] / 60, day == today)
        for place, day in enumerate(dates)
        if place < WORKED_DAYS or minutes[day] or worked[day]
    ]


def _advice(days: list[DayHours], monday: date, booked: list[Booked], limit: float | None, team: bool) -> str:
    if limit is None:
        return ""
    over = next((day for day in days if day.booked and day.total > limit), None)
    if over is None:
        return ""
    whose = "the team can give" if team else "you can give"
    said = f"{over.name} is {_hours(over.total - limit)} over the {_hours(limit)} {whose}."
    least = min(_on(booked, monday + timedelta(days=NAMES.index(over.name))), key=lambda one: one.mrr or 0)
    return f"{said} {least.account} brings the least of that day: snooze it, or hand it over."


def _on(booked: list[Booked], day: date) -> list[Booked]:
    return [one for one in booked if one.day == day]


def _hours(hours: float) -> str:
    return f"{words.number(round(hours, 1))} h"
