"""Durations, counted readings and percentages as they are written in a model."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import get_args

from aloft.engagement.model import Duration, Unit
from aloft.engagement.parse import ReadingError

UNITS: tuple[Unit, ...] = get_args(Unit)
_WORDS: dict[str, Unit] = {
    "minute": "min",
    "hour": "h",
    "business hour": "bh",
    "day": "d",
    "business day": "bd",
    "week": "w",
    "month": "mo",
    "year": "y",
}
# A hundred years in each unit: what is longer is a slip of the pen, and would leave the calendar.
_MOST: dict[Unit, int] = {
    "min": 52_560_000,
    "h": 876_000,
    "bh": 876_000,
    "d": 36_500,
    "bd": 36_500,
    "w": 5_200,
    "mo": 1_200,
    "y": 100,
}
_DURATION = re.compile(r"\s*(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[A-Za-z]+(?:\s+[A-Za-z]+)?)?\s*")
_READINGS = re.compile(r"\s*(?P<number>[0-9]{1,4})\s+readings?\s*")
_PERCENT = re.compile(r"\s*(?P<number>[0-9]{1,3}(?:\.[0-9]+)?)\s*%\s*")


def duration(text: str) -> Duration:
    """`5bd`, `4h`, `3 months`, `5 business days`; raises ReadingError. Zero is a duration."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ReadingError("expected a duration such as 5bd, 4h or 3 months")
    unit = _unit(match)
    number = match["number"]
    if "." in number:
        raise ReadingError("a duration is a whole number of its unit: 90min, not 1.5h", match.start("number"))
    if len(number) > 9 or int(number) > _MOST[unit]:
        raise ReadingError("a duration of more than a hundred years", match.start("number"))
    return Duration(int(number), unit)


def positive(text: str) -> Duration:
    """A duration of more than nothing; raises ReadingError."""
    found = duration(text)
    if found.number == 0:
        raise ReadingError("the duration must be more than nothing")
    return found


def readings(text: str) -> int | None:
    """`2 readings` is 2; None where the text counts something else. Raises ReadingError for none."""
    match = _READINGS.fullmatch(text)
    if match is None:
        return None
    if int(match["number"]) == 0:
        raise ReadingError("at least one reading", match.start("number"))
    return int(match["number"])


def holding(text: str) -> Duration | int:
    """How long a condition holds before it counts: a duration, or a number of daily readings."""
    counted = readings(text)
    return positive(text) if counted is None else counted


def percent(text: str) -> float:
    """`50%` is 0.5; raises ReadingError."""
    match = _PERCENT.fullmatch(text)
    if match is None or Decimal(match["number"]) > 100:
        raise ReadingError("expected a percentage from 0% to 100%")
    return float(Decimal(match["number"]) / 100)


def is_unit(text: str) -> bool:
    return text in UNITS or _singular(text) in _WORDS


def _unit(match: re.Match[str]) -> Unit:
    if match["unit"] is None:
        raise ReadingError("a duration needs a unit: min, h, bh, d, bd, w, mo or y", match.end("number"))
    written = " ".join(match["unit"].split())
    for unit in UNITS:
        if written == unit:
            return unit
    if _singular(written) not in _WORDS:
        raise ReadingError(
            f"unknown unit '{written}': write min, h, bh, d, bd, w, mo or y", match.start("unit")
        )
    return _WORDS[_singular(written)]


def _singular(written: str) -> str:
    return written.removesuffix("s")
