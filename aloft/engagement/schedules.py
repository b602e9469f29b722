"""Schedules and instants as they are written in a model (grammar: SCHEDULE, INSTANT, DAYS)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import TypeVar

from aloft.engagement.durations import duration, is_unit, positive
from aloft.engagement.model import Anchor, Duration, Every, Offsets, OnDate, Schedule
from aloft.engagement.parse import KEYWORDS, ReadingError
from aloft.engagement.spelling import quoted
from aloft.engagement.zones import zone

Read = TypeVar("Read")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOMENT_INSTANTS = ("opened", "due", "done", "met")

_WORD = re.compile(r"[^\s,]+|,")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})")
_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
_COUNTED = re.compile(r"[0-9]+(?:\.[0-9]+)?([A-Za-z]*)")


def day(text: str) -> date:
    """`2026-09-01`; raises ReadingError."""
    if not _DATE.fullmatch(text):
        raise ReadingError(f"expected a date such as 2026-09-01, found {quoted(text)}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ReadingError(f"there is no day {text}") from None


def days(text: str) -> tuple[date, date]:
    """`2026-12-24..2026-12-31`, or one date: the first and the last day; raises ReadingError."""
    first, dots, last = text.partition("..")
    if not dots:
        return day(text), day(text)
    span = day(first.strip()), day(last.strip())
    if span[1] < span[0]:
        raise ReadingError("the range ends before it begins")
    return span


def time_of_day(text: str) -> time:
    """`09:00`; raises ReadingError."""
    match = _TIME.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ReadingError(f"expected a time of day such as 09:00, found {quoted(text)}")
    return time(int(match[1]), int(match[2]))


def anchor(text: str) -> Anchor:
    """A date, `contract_start`, or `kickoff.due`; raises ReadingError."""
    if text[:1].isdigit():
        return Anchor(date=day(text))
    name, dot, instant = text.partition(".")
    if not _NAME.fullmatch(name) or name in KEYWORDS:
        raise ReadingError(f"expected a date or the name of an instant, found {quoted(text)}")
    if dot and instant not in MOMENT_INSTANTS:
        raise ReadingError(f"expected opened, due, done or met after '{name}.', found {quoted(instant)}")
    return Anchor(name=text)


def schedule(text: str) -> Schedule:
    """`5bd after contract_start`, `every 1w on mon at 09:00`, `2026-09-01`; raises ReadingError."""
    words = _Words(text)
    if words.accept("every"):
        return _every(words)
    if _DATE.fullmatch(words.word):
        on = words.read(day)
        return OnDate(on, *_ending(words))
    return _offsets(words)


def _every(words: _Words) -> Every:
    period = _duration(words, zero=False)
    on = _on(words, period) if words.accept("on") else None
    start = words.read(anchor) if words.accept("from") else Anchor(name="phase_start")
    at, place = _ending(words)
    return Every(period, start, on, at, place)


def _offsets(words: _Words) -> Offsets:
    offsets = [_duration(words)]
    while words.accept(","):
        offsets.append(_duration(words))
    if words.word not in ("after", "before"):
        raise words.error(f"'after' or 'before' expected, found {words.found}")
    direction = words.advance()
    counted_from = words.read(anchor)
    at, place = _ending(words)
    return Offsets(tuple(offsets), "after" if direction == "after" else "before", counted_from, at, place)


def _on(words: _Words, period: Duration) -> str | int:
    written, offset = words.word, words.offset
    found = words.read(_day_of_period)
    weekly = isinstance(found, str) and found in WEEKDAYS
    if weekly and period.unit != "w":
        raise ReadingError(f"'on {written}' needs a period of weeks", offset)
    if not weekly and period.unit not in ("mo", "y"):
        raise ReadingError(f"'on {written}' needs a period of months or years", offset)
    return found


def _day_of_period(text: str) -> str | int:
    if text in (*WEEKDAYS, "last"):
        return text
    if text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= 31:
        return int(text)
    raise ReadingError(f"expected mon..sun, 1..31 or last, found {quoted(text)}")


def _ending(words: _Words) -> tuple[time | None, str | None]:
    at = words.read(time_of_day) if words.accept("at") else None
    place = words.read(zone) if words.accept("in") else None
    if words.word:
        raise words.error(f"unexpected {words.found}")
    return at, place


def _duration(words: _Words, *, zero: bool = True) -> Duration:
    """A number with its unit, which may stand apart and be of two words: `5 business days`."""
    first = words.offset
    counted = _COUNTED.fullmatch(words.word)
    if counted is None:
        raise words.error(f"expected a duration such as 5bd or 3 months, found {words.found}")
    written = words.advance()
    while not counted[1] and words.word and _continues(written, words.word):
        written += " " + words.advance()
    try:
        return duration(written) if zero else positive(written)
    except ReadingError as error:
        raise ReadingError(error.message, first) from None


def _continues(written: str, word: str) -> bool:
    unit = written.partition(" ")[2]
    return not is_unit(unit) and (is_unit(word) or (not unit and word == "business"))


@dataclass(frozen=True)
class _Word:
    text: str
    offset: int


class _Words:
    def __init__(self, text: str) -> None:
        self.words = [_Word(match.group(), match.start()) for match in _WORD.finditer(text)]
        self.words.append(_Word("", len(text)))
        self.at = 0

    @property
    def word(self) -> str:
        return self.words[self.at].text

    @property
    def offset(self) -> int:
        return self.words[self.at].offset

    @property
    def found(self) -> str:
        return quoted(self.word) if self.word else "the end"

    def advance(self) -> str:
        word = self.word
        self.at += bool(word)
        return word

    def accept(self, word: str) -> bool:
        if self.word != word:
            return False
        self.advance()
        return True

    def read(self, reader: Callable[[str], Read]) -> Read:
        if not self.word:
            raise self.error("the schedule ends too early")
        try:
            found = reader(self.word)
        except ReadingError as error:
            raise ReadingError(error.message, self.offset + error.offset) from None
        self.advance()
        return found

    def error(self, message: str) -> ReadingError:
        return ReadingError(message, self.offset)
