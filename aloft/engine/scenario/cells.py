"""The values of a scenario file, each with its place: read one by one, so that what is wrong is told where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from aloft.decide.calendar import WorkCalendar
from aloft.engagement.problems import Path, Place, Problem, dotted
from aloft.engagement.spelling import alternatives, did_you_mean, quoted
from aloft.engagement.tree import Branch, Entry, Listing, Node, Scalar, plain

Value = str | int | Decimal | bool | None

_DAY = timedelta(days=1)
_WHOLE = re.compile(r"[-+]?[0-9]+")
_BOOLEANS = {"true": True, "false": False}
_INSTANT_FORM = "write a date, 2026-01-31, or an instant with its zone, 2026-01-31T09:00Z"


class Misread(Exception):
    """A value that cannot be what stands there; `problems` say where, and what to write instead."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class When:
    """From `first` up to `last`, exclusive; both None: whenever. A date is any instant of that local day."""

    first: datetime | None
    last: datetime | None
    text: str

    def matches(self, instant: datetime) -> bool:
        return self.first is None or self.last is None or self.first <= instant < self.last

    def __str__(self) -> str:
        return self.text


WHENEVER = When(None, None, "any")


@dataclass(frozen=True)
class Cell:
    """A value of the document. `key` is the place of its key, or its own where it has none."""

    node: Node
    key: Place
    path: Path
    file: str

    @property
    def place(self) -> Place:
        return self.node.place

    def misread(self, message: str) -> Misread:
        return Misread(self.problem(message))

    def problem(self, message: str, place: Place | None = None) -> Problem:
        spot = place or self.place
        return Problem(self.file, spot.line, spot.column, dotted(self.path), message)

    def cells(self) -> dict[str, Cell]:
        """Of a mapping, by key."""
        if not isinstance(self.node, Branch):
            raise self.misread("expected a mapping")
        return {key: self._below(key, entry) for key, entry in self.node.entries.items()}

    def _below(self, key: str, entry: Entry) -> Cell:
        return Cell(entry.value, entry.key, (*self.path, key), self.file)

    def surplus(self, keys: Iterable[str]) -> list[Problem]:
        """Of a mapping: its keys that are none of these."""
        wanted = tuple(keys)
        return [
            cell.problem(f"unknown key {quoted(key)}{did_you_mean(key, wanted)}", cell.key)
            for key, cell in self.cells().items()
            if key not in wanted
        ]

    def known(self, keys: Iterable[str]) -> dict[str, Cell]:
        """Of a mapping that may have these keys and no others; raises Misread with all that are too many."""
        surplus = self.surplus(keys)
        if surplus:
            raise Misread(*surplus)
        return self.cells()

    def items(self) -> list[Cell]:
        """Of a list; a single value stands for a list of one."""
        if not isinstance(self.node, Listing):
            return [self]
        return [Cell(item, item.place, (*self.path, i), self.file) for i, item in enumerate(self.node.items)]

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, Listing)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, Branch)

    def text(self) -> str:
        if not isinstance(self.node, Scalar) or self.node.null:
            raise self.misread("expected a text")
        return self.node.text

    def choice(self, choices: Iterable[str], what: str) -> str:
        told, known = self.text(), tuple(choices)
        if told not in known:
            hint = did_you_mean(told, known)
            few = f": it is {alternatives(known)}" if known and not hint and len(known) < 12 else hint
            raise self.misread(f"unknown {what} {quoted(told)}{few}")
        return told

    def number(self) -> int:
        told = self.text()
        if not _WHOLE.fullmatch(told):
            raise self.misread(f"{quoted(told)} is no whole number")
        return int(told)

    def flag(self) -> bool:
        told = self.text()
        if told not in _BOOLEANS:
            raise self.misread(f"{quoted(told)} is neither true nor false")
        return _BOOLEANS[told]

    def value(self) -> Value:
        """As YAML 1.2 means it: a text, a number, true, false or nothing; quoted, it is a text."""
        if not isinstance(self.node, Scalar):
            raise self.misread("expected a single value")
        if self.node.null:
            return None
        return _meant(self.node)

    def json(self) -> object:
        """The same for mappings and lists too, with numbers as JSON has them."""
        if isinstance(self.node, Branch):
            return {key: cell.json() for key, cell in self.cells().items()}
        if isinstance(self.node, Listing):
            return [cell.json() for cell in self.items()]
        told = self.value()
        return float(told) if isinstance(told, Decimal) else told

    def plain(self) -> Mapping[str, object]:
        told: Mapping[str, object] = plain(self.node)
        return told

    def day(self) -> date:
        told = self.text()
        try:
            return date.fromisoformat(told)
        except ValueError:
            raise self.misread(f"{quoted(told)} is no date: write 2026-01-31") from None

    def days(self) -> tuple[date, date]:
        """`A..B`, both included, or one day."""
        first, dots, last = self.text().partition("..")
        try:
            span = date.fromisoformat(first.strip()), date.fromisoformat((last if dots else first).strip())
        except ValueError:
            raise self.misread(
                f"{quoted(self.text())} are no days: write 2026-01-31 or 2026-01-05..2026-01-09"
            ) from None
        if span[1] < span[0]:
            raise self.misread(f"{span[1]} comes before {span[0]}: write the first day first")
        return span

    def instant(self, calendar: WorkCalendar) -> datetime:
        """An instant; a date is the start of that local day."""
        when = self.when(calendar)
        if when.first is None:
            raise self.misread(f"'any' is no instant: {_INSTANT_FORM}")
        return when.first

    def when(self, calendar: WorkCalendar) -> When:
        told = self.text()
        if told == "any":
            return WHENEVER
        try:
            if len(told) == len("2026-01-31"):
                return _day(date.fromisoformat(told), calendar, told)
            instant = datetime.fromisoformat(told)
        except ValueError:
            raise self.misread(f"{quoted(told)} is no instant: {_INSTANT_FORM}") from None
        if instant.tzinfo is None:
            raise self.misread(f"{quoted(told)} is on no clock: write its zone, {told}Z for UTC")
        return When(instant, instant + datetime.resolution, told)


def _day(day: date, calendar: WorkCalendar, text: str) -> When:
    return When(calendar.start_of_day(day), calendar.start_of_day(day + _DAY), text)


def _meant(scalar: Scalar) -> Value:
    if scalar.raw[:1] in ("'", '"'):
        return scalar.text
    if scalar.text in _BOOLEANS:
        return _BOOLEANS[scalar.text]
    if _WHOLE.fullmatch(scalar.text):
        return int(scalar.text)
    try:
        number = Decimal(scalar.text)
    except InvalidOperation:
        return scalar.text
    return number if number.is_finite() else scalar.text
