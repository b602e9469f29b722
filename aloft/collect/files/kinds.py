"""What a column holds, and its values as such."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aloft.collect.files import amounts, countries, dates
from aloft.collect.files.amounts import Mark

Holds = Literal[
    "integer",
    "number",
    "money",
    "flag",
    "date",
    "instant",
    "text",
    "choice",
    "identifier",
    "email",
    "country",
]
SPELLINGS = "? - -- – — null (null) n/a nan \\n (blank) #n/a #null! #ref! #value! #div/0! #name? 0000-00-00"
ABSENT = frozenset(["", "0000-00-00 00:00:00", *SPELLINGS.split()])
ABSENT_WHERE_NO_WORD = ABSENT | {"na", "none", "nil", "undefined", "unknown", "tbd", "blank", "."}
NEVER = r"^(9999-12-31|31[./-]12[./-]9999|12[./-]31[./-]9999)"
WORDS = ("text", "choice", "identifier", "country")
YES = ("true", "yes", "y", "t", "1", "1.0")
NO = ("false", "no", "n", "f", "0", "0.0")
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"


@dataclass(frozen=True)
class Kind:
    """What a column holds and how it is written.

    `format` is of dates and instants: as `strptime` has it, without the time of the day that may follow;
    or `excel`, `epoch`, `epoch_ms`. `decimal` is the mark of numbers. `zoned`: its instants say their
    offset. `missing` are further spellings that stand for no value, in small letters: those of everywhere
    (`?`, `N/A`, `NULL`) are known, and among numbers and dates also words like `none`.
    """

    holds: Holds
    format: str | None = None
    decimal: Mark = "."
    zoned: bool = False
    missing: tuple[str, ...] = ()


def parse(column: pa.Array | pa.ChunkedArray, kind: Kind) -> tuple[pa.Array, pa.BooleanArray]:
    """The values, null where there is none, and which cells hold something that does not fit.

    `integer` is int64, `number` float64, `money` decimal128(28, 6), `flag` bool, `date` date32, `instant`
    timestamp[us]: in UTC where the kind is `zoned`, else naive, on the wall of wherever it was written.
    A country is its code of ISO 3166; all else is text without blanks around it.
    """
    encoded = whole(column).dictionary_encode()
    words = pc.utf8_trim_whitespace(encoded.dictionary)
    values = PARSERS[kind.holds](words, kind)
    none = missing(words, kind)
    values = pc.if_else(none, pa.scalar(None, values.type), values)
    bad = pc.and_(pc.is_null(values), pc.invert(none))
    return values.take(encoded.indices), pc.fill_null(bad.take(encoded.indices), False)


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def missing(words: pa.Array, kind: Kind) -> pa.Array:
    told = pc.is_in(pc.utf8_lower(words), pa.array([*absent(kind), *kind.missing]))
    if kind.holds in ("date", "instant"):
        return pc.or_(told, pc.match_substring_regex(words, NEVER))
    return told


def absent(kind: Kind) -> frozenset[str]:
    """`NA` is Namibia, and `None` a plan."""
    return ABSENT if kind.holds in WORDS else ABSENT_WHERE_NO_WORD


def flags(words: pa.Array, kind: Kind) -> pa.Array:
    lower = pc.utf8_lower(words)
    yes, no = pc.is_in(lower, pa.array(YES)), pc.is_in(lower, pa.array(NO))
    return pc.if_else(yes, True, pc.if_else(no, False, None))


def days(words: pa.Array, kind: Kind) -> pa.Array:
    found = dates.read(words, kind.format or dates.ISO)
    days = found.micros // dates.NUMBERED[dates.EXCEL]
    return pa.array(days.astype(np.int32), pa.int32(), mask=~found.fits).cast(pa.date32())


def instants(words: pa.Array, kind: Kind) -> pa.Array:
    found = dates.read(words, kind.format or dates.ISO)
    fits = found.fits & (found.zoned == kind.zoned)
    return pa.array(found.micros, pa.int64(), mask=~fits).cast(
        pa.timestamp("us", "UTC" if kind.zoned else None)
    )


def emails(words: pa.Array, kind: Kind) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(words, EMAIL), words, None)


def as_written(words: pa.Array, kind: Kind) -> pa.Array:
    return words


PARSERS: dict[Holds, Callable[[pa.Array, Kind], pa.Array]] = {
    "integer": lambda words, kind: amounts.integers(words, kind.decimal),
    "number": lambda words, kind: amounts.numbers(words, kind.decimal),
    "money": lambda words, kind: amounts.money(words, kind.decimal),
    "flag": flags,
    "date": days,
    "instant": instants,
    "text": as_written,
    "choice": as_written,
    "identifier": as_written,
    "email": emails,
    "country": lambda words, kind: countries.countries(words),
}
