"""Use and money of one account over time, as the engine tells them, and the pictures of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from aloft.act.models import Occurrence
from aloft.engine import client
from aloft.records.models import Account
from aloft.ui import charts
from aloft.ui.charts import Frame, Line
from aloft.ui.words import compact, counted, number

LEFT, RIGHT = 36.0, 612.0


@dataclass(frozen=True)
class Week:
    """Seven days up to and with `last`, a day of the account's own."""

    last: date
    events: int
    users: int


@dataclass(frozen=True)
class Level:
    """What the contracts make of MRR from `day` on; `change` against the level before."""

    day: date
    mrr: Decimal
    change: Decimal


@dataclass(frozen=True)
class DayOf:
    name: str
    times: int
    at: datetime


@dataclass(frozen=True)
class Told:
    at: datetime
    field: str
    value: Any
    source: str


@dataclass(frozen=True)
class Story:
    weeks: list[Week]
    days: list[DayOf]
    told: list[Told]
    levels: list[Level]


def story_of(account: Account) -> Story | None:
    """None when the engine is busy or does not run."""
    answer = client.ask("story", account=account.external_id)
    told = answer.get("story") if answer else None
    if told is None:
        return None
    return Story(
        weeks=[Week(date.fromisoformat(one["last"]), one["events"], one["users"]) for one in told["weeks"]],
        days=[DayOf(one["name"], one["times"], datetime.fromisoformat(one["at"])) for one in told["days"]],
        told=[
            Told(datetime.fromisoformat(one["at"]), one["field"], one["value"], one["source"])
            for one in told["told"]
        ],
        levels=_levels(told["mrr"]),
    )


def _levels(rows: Sequence[Sequence[str]]) -> list[Level]:
    listed: list[Level] = []
    before = Decimal(0)
    for day, amount in rows:
        mrr = Decimal(amount)
        listed.append(Level(date.fromisoformat(day), mrr, mrr - before))
        before = mrr
    return listed


@dataclass(frozen=True)
class Label:
    x: float
    says: str


@dataclass(frozen=True)
class Mark:
    """A moment that opened, under the picture."""

    x: float
    trigger: str
    says: str


@dataclass(frozen=True)
class Picture:
    """`reference` is the height of the seats paid for, if they are known. `end` is the open dot of now."""

    sentence: str
    says: str
    line: str
    area: str
    scale: list[Line]
    labels: list[Label]
    end: tuple[float, float]
    last: str
    reference: float | None = None
    marks: tuple[Mark, ...] = ()


def usage_picture(weeks: Sequence[Week], seats: int | None, opened: Sequence[Occurrence]) -> Picture | None:
    """People a week; events, where nobody knows whose they were. None where nothing was ever used."""
    by_people = any(week.users for week in weeks)
    values = [week.users if by_people else week.events for week in weeks]
    if len(values) < 2 or not any(values):
        return None
    limit = seats if seats and by_people else None
    scale = charts.ticks(0, max(*values, limit or 1), most=3)
    frame = Frame(LEFT, RIGHT, 26, 150, 0, scale[-1])
    points = [(frame.x(place / (len(values) - 1)), frame.y(value)) for place, value in enumerate(values)]
    return Picture(
        sentence=usage_sentence(values, limit, by_people=by_people),
        says=f"{_things(by_people)} a week over {len(values)} weeks: {values[0]} at first, "
        f"{max(values)} at most, {values[-1]} now" + (f". {limit} seats are paid for" if limit else ""),
        line=charts.path(points),
        area=charts.area(points, frame.y(0)),
        scale=[Line(frame.y(value), compact(value)) for value in scale],
        labels=_months(weeks, frame),
        end=points[-1],
        last=number(values[-1]),
        reference=frame.y(limit) if limit else None,
        marks=tuple(_marks(weeks, frame, opened)),
    )


def usage_sentence(values: Sequence[int], seats: int | None, *, by_people: bool) -> str:
    """“60 of 120 seats are active, down from 84 in five weeks”."""
    now, before = values[-1], values[-6] if len(values) > 5 else values[0]
    if seats:
        told = f"{number(now)} of {counted(seats, 'seat')} {'is' if now == 1 else 'are'} active"
    else:
        told = counted(now, "person", "people") if by_people else counted(now, "event")
        told += " in the last week"
    if now == before:
        return f"{told}, as five weeks ago"
    return f"{told}, {'up' if now > before else 'down'} from {number(before)} five weeks ago"


def _things(by_people: bool) -> str:
    return "People who used it" if by_people else "Events"


def _months(weeks: Sequence[Week], frame: Frame) -> list[Label]:
    """Where a month begins; the first is told with its day."""
    first = weeks[0].last
    labels = [Label(frame.x(0), f"{first.day} {first:%b}")]
    for place, (before, week) in enumerate(pairwise(weeks), 1):
        if before.last.month != week.last.month and place > 2:
            labels.append(Label(frame.x(place / (len(weeks) - 1)), f"{week.last:%b}"))
    return labels


def _marks(weeks: Sequence[Week], frame: Frame, opened: Sequence[Occurrence]) -> list[Mark]:
    first, last = weeks[0].last, weeks[-1].last
    span = (last - first).days
    return [
        Mark(frame.x((one.opened_at.date() - first).days / span) - 7, one.trigger, one.title)
        for one in opened
        if first <= one.opened_at.date() <= last
    ]


def mrr_picture(levels: Sequence[Level], today: date) -> Picture | None:
    """MRR as steps, over the last two years or as far as contracts tell. None with nothing to show."""
    if not levels:
        return None
    since = max(levels[0].day, today - timedelta(days=730))
    shown = [Level(max(one.day, since), one.mrr, one.change) for one in _last_two_years(levels, since)]
    span = max(1, (today - since).days)
    scale = charts.ticks(0, float(max(one.mrr for one in shown)) or 1, most=3)
    frame = Frame(40, 288, 10, 70, 0, scale[-1])
    points: list[tuple[float, float]] = []
    for one in shown:
        x = frame.x((one.day - since).days / span)
        if points:
            points.append((x, points[-1][1]))
        points.append((x, frame.y(float(one.mrr))))
    points.append((frame.x(1), points[-1][1]))
    return Picture(
        sentence=mrr_sentence(levels),
        says=f"MRR since {since.day} {since:%b %Y}: "
        + ", ".join(f"{number(one.mrr)} from {one.day}" for one in shown),
        line=charts.path(points),
        area=charts.area(points, frame.y(0)),
        scale=[Line(frame.y(value), compact(value)) for value in scale],
        labels=[Label(frame.x(0), f"{since.day} {since:%b %Y}"), Label(frame.x(1), "today")],
        end=points[-1],
        last=compact(shown[-1].mrr),
    )


def _last_two_years(levels: Sequence[Level], since: date) -> list[Level]:
    before = [one for one in levels if one.day <= since][-1:]
    return [*before, *(one for one in levels if one.day > since)]


def mrr_sentence(levels: Sequence[Level]) -> str:
    """“MRR is 6,240, up 1,200 since 14 Feb 2026”."""
    last = levels[-1]
    told = f"MRR is {number(last.mrr)}"
    if len(levels) == 1:
        return f"{told} since {last.day.day} {last.day:%b %Y}"
    way = "up" if last.change > 0 else "down"
    return f"{told}, {way} {number(abs(last.change))} since {last.day.day} {last.day:%b %Y}"
