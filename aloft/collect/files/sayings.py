"""What was understood of a column, in sentences: nothing is read as something else in silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from aloft.collect.files import countries, dates
from aloft.collect.files.candidates import COUNTRY
from aloft.collect.files.kinds import NEVER, Kind, parse

if TYPE_CHECKING:
    from aloft.collect.files.profile import ColumnProfile

ORDER = {"d": "day before month", "m": "month before day", "Y": "year first"}
NUMBERED = {
    dates.EXCEL: "days since 1899-12-30, as spreadsheets keep dates",
    dates.EPOCH: "seconds since 1970",
    dates.EPOCH_MS: "milliseconds since 1970",
}
SPREADSHEET_TIME = re.compile(r"^(12/3[01]/1899|1899-12-3[01]|3[01]\.12\.1899|1/[01]/1900|1900-01-0[01])\b")
CALLED = 5


def sayings(column: ColumnProfile) -> tuple[str, ...]:
    return tuple(said(column))


def said(column: ColumnProfile) -> Iterator[str]:
    for word, count in column.missing.items():
        if word:
            yield f"“{word}” is taken as missing, {times(count)}"
    match column.kind.holds:
        case "date" | "instant":
            yield from of_dates(column)
        case "flag":
            yield from respelled(column, lambda value: "true" if value else "false")
        case "integer" | "country":
            yield from respelled(column, str)
        case "choice" | "text":
            yield from of_words(column)
        case _ if column.kind.decimal == ",":
            yield "the comma is read as the decimal mark"
    if column.misfits:
        bad = ", ".join(f"“{word[:40]}”" for word in misfits(column))
        yield f"{column.misfits:,} of {column.filled:,} values do not fit, such as {bad}"


def of_dates(column: ColumnProfile) -> Iterator[str]:
    kind = column.kind
    example = next((word for word in column.values), "")
    if column.other:
        example = telling(column)
        one, two = (spelled(example, each) for each in (kind, column.other))
        yield f"“{example}” may be {one} or {two}: every value can be read both ways"
    elif kind.format in NUMBERED:
        yield f"numbers such as “{example}” are read as {NUMBERED[kind.format]}: {spelled(example, kind)}"
    elif kind.format and kind.format not in (dates.ISO, dates.COMPACT):
        yield f"dates such as “{example}” are read {ORDER.get(order(kind.format), 'as written')}"
    never = sum(count for word, count in column.values.items() if re.match(NEVER, word))
    if never:
        yield f"dates in the year 9999 are taken as missing, {times(never)}"


def telling(column: ColumnProfile) -> str:
    """A value that the two readings of a column take for different days: 4/12, not 2/2."""
    words = pa.array(list(column.values)[:1000], pa.string())
    readings = [parse(words, kind)[0].to_pylist() for kind in (column.kind, column.other or column.kind)]
    differing = (word for word, one, two in zip(words.to_pylist(), *readings, strict=True) if one != two)
    return next(differing, column.examples[0])


def order(format: str) -> str:  # noqa: A002
    return "m" if format.startswith("%b") else next((part[0] for part in re.findall("%([dmYy])", format)), "")


def respelled(column: ColumnProfile, spell: Callable[[Any], str]) -> Iterator[str]:
    words = list(column.values)[:1000]
    values, bad = parse(pa.array(words, pa.string()), column.kind)
    changed: dict[str, str] = {}
    for word, value, misfit in zip(words, values.to_pylist(), bad.to_pylist(), strict=True):
        as_read = spell(value)
        if not misfit and value is not None and as_read != word:
            changed[word] = as_read
    if changed:
        told = ", ".join(f"“{word}” as {value}" for word, value in list(changed.items())[:CALLED])
        yield f"{told}{' and so on' if len(changed) > CALLED else ''}"


def of_words(column: ColumnProfile) -> Iterator[str]:
    words = list(column.values)
    if COUNTRY.search(column.name.lower()) and countries.are_states(words):
        yield "these are states of the USA, not countries"
    elif words and all(SPREADSHEET_TIME.match(word) for word in words[:100]):
        yield f"times of the day that a spreadsheet has dated 1899, such as “{words[0]}”: they are no dates"


def misfits(column: ColumnProfile) -> list[str]:
    words = list(column.values)
    bad = parse(pa.array(words, pa.string()), column.kind)[1].to_pylist()
    return [word for word, misfit in zip(words, bad, strict=True) if misfit][:3] or ["one further down"]


def spelled(word: str, kind: Kind) -> str:
    value = parse(pa.array([word], pa.string()), kind)[0][0].as_py()
    return f"{value:%-d %B %Y}" if value else "nothing"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
