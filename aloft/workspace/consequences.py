"""A plan as a page shows it: pictures, links to the accounts that the reader may see, words for what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from aloft.act.policies import accounts_of
from aloft.records.models import Account, Person
from aloft.ui import charts
from aloft.ui.charts import Bar, Frame, Line
from aloft.ui.words import compact, humanised, number

Told = Mapping[str, Any]
LABELLED = 3
"""Every so many weeks are named under a picture."""


@dataclass(frozen=True)
class Named:
    """An account of a group; `row` is what it links to."""

    row: Account
    mrr: float | None


@dataclass(frozen=True)
class Group:
    """Accounts that go one way, with those of the largest that the reader may see; `more` are not shown."""

    what: str
    was: str
    now: str
    accounts: int
    mrr: float
    who: Sequence[Named]
    more: int


@dataclass(frozen=True)
class Slot:
    """A week of a picture; `cap` is the height of its capacity, None where nobody says; `says` tells the figures."""

    x: float
    left: float
    right: float
    label: str
    bars: Sequence[Bar]
    cap: float | None
    before: float
    says: str


@dataclass(frozen=True)
class Picture:
    """Hours of a role in each week. `says`: in one sentence; `over` weeks exceed the capacity."""

    role: str
    says: str
    over: int
    slots: Sequence[Slot]
    scale: Sequence[Line]
    weeks: Sequence[Told]


def groups(plan: Told, person: Person | None) -> list[Group]:
    known = _visible(person, [*plan["moves"], *plan["claims"]])
    return [_group(one, one["what"], one["was"], one["now"], known) for one in plan["moves"]] + [
        _group(one, "claimed", ", ".join(one["models"]), one["follows"], known) for one in plan["claims"]
    ]


def _group(told: Told, what: str, was: str, now: str, known: Mapping[str, Account]) -> Group:
    who = [Named(known[one["account"]], one["mrr"]) for one in told["who"] if one["account"] in known]
    return Group(what, was, now, told["accounts"], told.get("mrr", 0.0), who, told["accounts"] - len(who))


def _visible(person: Person | None, groups: Sequence[Told]) -> dict[str, Account]:
    """By external id; of the accounts of a plan those that the reader may see."""
    names = {one["account"] for group in groups for one in group["who"]}
    rows = accounts_of(person).filter(external_id__in=names)
    return {row.external_id: row for row in rows}


def pictures(plan: Told) -> list[Picture]:
    """Of each role that has anything to do, or would have."""
    return [
        picture(role)
        for role in plan["roles"]
        if any(week["before"] or week["scheduled"] or week["high"] for week in role["weeks"])
    ]


def picture(role: Told) -> Picture:
    weeks = role["weeks"]
    most = max(_most(week) for week in weeks)
    scale = charts.ticks(0.0, most, most=3)
    frame = Frame(40, 950, 12, 150, 0.0, scale[-1])
    over = [week for week in weeks if _is_over(week)]
    return Picture(
        role=role["role"],
        says=_says(role, over),
        over=len(over),
        slots=[_slot(frame, place, week, len(weeks)) for place, week in enumerate(weeks)],
        scale=[Line(frame.y(value), compact(value)) for value in scale],
        weeks=weeks,
    )


def _most(week: Told) -> float:
    return float(max(week["scheduled"] + week["high"], week["capacity"] or 0.0, week["before"], 1.0))


def _is_over(week: Told) -> bool:
    return week["capacity"] is not None and week["scheduled"] + week["likely"] > week["capacity"]


def _slot(frame: Frame, place: int, week: Told, places: int) -> Slot:
    x, half = frame.slot(place, places), (frame.right - frame.left) / places / 2
    day = date.fromisoformat(week["begins"])
    shade = "over" if _is_over(week) else "f1"
    parts = [(shade, week["scheduled"]), ("f2", week["likely"]), ("rest", week["high"] - week["likely"])]
    return Slot(
        x=x,
        left=round(x - half + 4, 1),
        right=round(x + half - 4, 1),
        label=f"{day.day} {day:%b}" if place % LABELLED == 0 else "",
        bars=charts.stacked(frame, place, places, parts, []),
        cap=None if week["capacity"] is None else frame.y(week["capacity"]),
        before=frame.y(week["before"]),
        says=_hours(week, day),
    )


def _hours(week: Told, day: date) -> str:
    told = f"Week of {day.day} {day:%b}: {number(week['scheduled'])} h scheduled"
    return f"{told}, {number(week['low'])} to {number(week['high'])} h by events and conditions"


def _says(role: Told, over: Sequence[Told]) -> str:
    people = f"{role['people']} {'person' if role['people'] == 1 else 'people'}"
    if any(week["capacity"] is None for week in role["weeks"]):
        return f"{people}; how many hours they have is not known"
    if not over:
        return f"{people}; it fits in every week"
    most = max(week["scheduled"] + week["likely"] - week["capacity"] for week in over)
    weeks = f"{len(over)} {'week' if len(over) == 1 else 'weeks'}"
    return f"{people}; {weeks} over capacity, by {number(round(most, 1))} h at most"


def moments(plan: Told) -> Iterator[dict[str, Any]]:
    """Those to which something happens, or that come, change or go; with their titles as people read them."""
    for one in plan["moments"]:
        differs = one["meets"] != one["meets_before"] or one["opens"] or one["closes"] or one["moves"]
        if one["change"] != "same" or differs or one["at_once"]:
            yield {**one, "called": humanised(one["moment"])}


def messages(plan: Told) -> list[dict[str, Any]]:
    """What becomes of the messages of each moment, by its title."""
    return [{**one, "called": humanised(one["moment"])} for one in plan["messages"]["moments"]]
