"""A backtest as a page shows it: openings by week of each moment and segment, hours by week of each role, and beside
them those of another text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aloft.ui import charts
from aloft.ui.charts import Bar, Frame, Line
from aloft.ui.words import compact, counted, humanised, number, percent

Told = Mapping[str, Any]
LABELLED = 12
"""At most so many weeks are named under a picture."""
SMALL = Frame(0, 240, 3, 29, 0.0, 1.0)
LARGE = Frame(40, 950, 12, 150, 0.0, 1.0)


@dataclass(frozen=True)
class Picture:
    """A bar for each week; `line` is of the other text, `cap` the height of the capacity. `says` tells it in words."""

    bars: Sequence[Bar]
    line: str
    cap: float | None
    scale: Sequence[Line]
    labels: Sequence[tuple[float, str]]
    says: str


@dataclass(frozen=True)
class Row:
    """A moment, a segment or a role. `was` is of the other text, None where there is none; `change` from it to this."""

    name: str
    title: str
    total: float
    was: float | None
    change: str
    precision: str
    picture: Picture


def moments(told: Told) -> list[Row]:
    return list(_rows(told, "moments", "moment", "opened", SMALL))


def segments(told: Told) -> list[Row]:
    return list(_rows(told, "segments", "segment", "opened", SMALL))


def roles(told: Told) -> list[Row]:
    """Of those for whom anything opened."""
    return [row for row in _rows(told, "loads", "role", "hours", LARGE) if row.total or row.was]


def sentence(told: Told) -> str:
    opened = counted(told["opened"], "moment")
    other = told["against"]
    if other is None:
        return f"{opened} would have opened at {counted(told['accounts'], 'account')}"
    return f"{opened} would have opened, {_than(told['opened'], other['opened'])}"


def _than(now: int, was: int) -> str:
    if now == was:
        return "as many as under the other text"
    return f"{number(abs(now - was))} {'more' if now > was else 'fewer'} than under the other text"


def judged(told: Told) -> list[str]:
    """How good the alerts were, in sentences; of the other text too."""
    texts = [("", told)] + ([("Under the other text: ", told["against"])] if told["against"] else [])
    return [f"{before}{_precision(one)}; {_lead(one['lead'])}." for before, one in texts]


def _precision(told: Told) -> str:
    alerts, base = told["alerts"], told["base_rate"]
    if not alerts["judged"]:
        return "no alert is 90 days old, so nobody knows yet how many were right"
    usual = "" if base is None else f", of all customers {percent(base)}"
    return (
        f"{number(alerts['hits'])} of {counted(alerts['judged'], 'alert')} ({percent(alerts['precision'])}) "
        f"were followed by a loss within 90 days{usual}"
    )


def _lead(lead: Told) -> str:
    if not lead["lost"]:
        return "nobody was lost"
    days = "" if lead["median"] is None else f", {number(lead['median'])} days before in the median"
    return f"{number(lead['warned'])} of {counted(lead['lost'], 'loss', 'losses')} had an alert before{days}"


def _rows(told: Told, part: str, key: str, counts: str, frame: Frame) -> Iterator[Row]:
    """In the order of the text, then what only the other has."""
    others = {one[key]: one for one in (told["against"] or {}).get(part, ())}
    ours = {one[key]: one for one in told[part]}
    weeks = weeks_of(told)
    for name in [*ours, *(name for name in others if name not in ours)]:
        one, other = ours.get(name, {}), others.get(name, {})
        total = one.get(counts, 0)
        was = other.get(counts, 0) if told["against"] else None
        yield Row(
            name=name,
            title=humanised(name) if name else "In no segment",
            total=total,
            was=was,
            change="" if was is None else _signed(total - was),
            precision=percent(one["precision"]) if one.get("precision") is not None else "",
            picture=picture(frame, weeks, one.get("weeks", {}), other.get("weeks"), one.get("capacity")),
        )


def _signed(change: float) -> str:
    return f"{'+' if change > 0 else '−' if change < 0 else '±'}{number(abs(round(change, 2)))}"


def weeks_of(told: Told) -> list[date]:
    """The Mondays of the time."""
    first, last = date.fromisoformat(told["from"]), date.fromisoformat(told["to"])
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]


def picture(
    frame: Frame,
    weeks: Sequence[date],
    told: Mapping[str, float],
    other: Mapping[str, float] | None,
    capacity: float | None,
) -> Picture:
    values = [float(told.get(week.isoformat(), 0)) for week in weeks]
    was = [float(other.get(week.isoformat(), 0)) for week in weeks] if other is not None else []
    scale = charts.ticks(0.0, max([*values, *was, capacity or 0.0, 1.0]), most=3)
    drawn = Frame(frame.left, frame.right, frame.top, frame.bottom, 0.0, scale[-1])
    places = len(weeks)
    over = [capacity is not None and value > capacity for value in values]
    bars = [
        charts.stacked(drawn, place, places, [("over" if over[place] else "f1", value)], [])
        for place, value in enumerate(values)
    ]
    return Picture(
        bars=[bar for one in bars for bar in one],
        line=charts.path([(drawn.slot(place, places), drawn.y(value)) for place, value in enumerate(was)]),
        cap=None if capacity is None else drawn.y(capacity),
        scale=[Line(drawn.y(value), compact(value)) for value in scale],
        labels=_labels(drawn, weeks),
        says=_says(weeks, values),
    )


def _labels(frame: Frame, weeks: Sequence[date]) -> list[tuple[float, str]]:
    step = -(-len(weeks) // LABELLED)
    return [
        (frame.slot(place, len(weeks)), f"{week.day} {week:%b}")
        for place, week in enumerate(weeks)
        if place % step == 0
    ]


def _says(weeks: Sequence[date], values: Sequence[float]) -> str:
    most = max(values)
    if not most:
        return "nothing in any week"
    week = weeks[values.index(most)]
    mean = number(round(sum(values) / len(values), 1))
    return (
        f"{mean} a week on average; at most {number(round(most, 1))}, in the week of {week.day} {week:%B %Y}"
    )
