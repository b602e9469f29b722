"""The hours of a week, drawn: what is booked on each day, what is worked already, and what can be given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aloft.ui.charts import Bar, Frame
from aloft.ui.words import number

FRAME = Frame(left=0, right=280, top=16, bottom=80, low=0, high=1)
LEGIBLE = 18  # of the height of a bar that a number stands in


@dataclass(frozen=True)
class DayHours:
    """In hours; `name` is the day in full."""

    name: str
    worked: float
    booked: float
    today: bool = False

    @property
    def total(self) -> float:
        return self.worked + self.booked


@dataclass(frozen=True)
class DrawnDay:
    name: str
    said: str
    today: bool
    middle: float
    foot: float  # where its hours are written: within the bar, or above one that is too low
    tone: str
    bars: list[Bar]


@dataclass(frozen=True)
class Week:
    """`limit` is where the line of what can be given a day lies; None where nobody said."""

    days: list[DrawnDay]
    limit: float | None
    label: str


def drawn(days: Sequence[DayHours], limit: float | None) -> Week:
    """`limit` in hours a day."""
    high = max([day.total for day in days] + [limit or 0, 1])
    frame = Frame(FRAME.left, FRAME.right, FRAME.top, FRAME.bottom, 0, high)
    told = ", ".join(f"{day.name} {number(round(day.total, 1))}" for day in days)
    given = f"; {number(round(limit, 1))} a day can be given" if limit else ""
    return Week(
        days=[_day(frame, place, len(days), day, limit) for place, day in enumerate(days)],
        limit=frame.y(limit) if limit else None,
        label=f"Hours booked: {told}{given}",
    )


def _day(frame: Frame, place: int, places: int, day: DayHours, limit: float | None) -> DrawnDay:
    said = number(round(day.total, 1)) if day.total else ""
    top, middle = frame.y(day.total), frame.slot(place, places)
    within = frame.bottom - top >= LEGIBLE
    foot = frame.bottom - 5 if within else round(top - 4, 1)
    tone = "in" if within and not day.worked else "strong"
    bars = _bars(frame, middle, 0.6 * frame.right / places, day, limit)
    return DrawnDay(day.name[:3], said, day.today, middle, foot, tone, bars)


def _bars(frame: Frame, middle: float, width: float, day: DayHours, limit: float | None) -> list[Bar]:
    """Worked below, booked above it; what is booked over the limit is said in another shade."""
    stop = day.total if limit is None else max(min(day.total, limit), day.worked)
    parts = [("f3", 0.0, day.worked), ("f1", day.worked, stop), ("over", stop, day.total)]
    left = round(middle - width / 2, 1)
    return [
        Bar(left, frame.y(high), round(width, 1), round(frame.y(low) - frame.y(high), 1), css)
        for css, low, high in parts
        if high > low
    ]
