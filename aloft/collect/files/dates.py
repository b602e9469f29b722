"""Days and instants as people write them: which format fits, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

ISO = "%Y-%m-%d"
COMPACT = "%Y%m%d"
EXCEL = "excel"
EPOCH = "epoch"
EPOCH_MS = "epoch_ms"
NUMBERED = {EXCEL: 86_400_000_000, EPOCH: 1_000_000, EPOCH_MS: 1_000}  # microseconds of one
EXCEL_ZERO = -25_569 * NUMBERED[EXCEL]  # 1899-12-30, in microseconds since 1970
YEAR_FIRST = (ISO, "%Y/%m/%d", "%Y.%m.%d", "%Y %b %d", COMPACT)
DAY_FIRST = (
    *(f"%d{mark}%m{mark}{year}" for year in ("%Y", "%y") for mark in "-/."),
    *(f"%d{mark}%b{mark}{year}" for year in ("%Y", "%y") for mark in " -/."),
    "%d. %b %Y",
    "%a, %d %b %Y",
)
MONTH_FIRST = (
    *(f"%m{mark}%d{mark}{year}" for year in ("%Y", "%y") for mark in "-/."),
    "%b %d, %Y",
    "%b %d %Y",
)
FORMATS = (*YEAR_FIRST, *DAY_FIRST, *MONTH_FIRST)
ORDERS = {"day_first": DAY_FIRST, "month_first": MONTH_FIRST, "year_first": YEAR_FIRST}
EARLIEST, LATEST = 1901, 2200  # years: what lies outside is a slip, or a time that a spreadsheet gave a day
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PIVOT = 69  # as POSIX has it: 68 is 2068, 69 is 1969

DIGITS = r"^\d{5,17}(\.\d+)?$"
PARTS = {
    "%Y": r"(?P<Y>\d{4})",
    "%y": r"(?P<y>\d{2})",
    "%m": r"(?P<m>\d{1,2})",
    "%d": r"(?P<d>\d{1,2})",
    "%b": r"(?P<b>[A-Za-z]{3})[a-z]*\.?",
    "%B": r"(?P<b>[A-Za-z]{3})[a-z]*\.?",
    "%a": r"[A-Za-z]{3,9}",
    "%A": r"[A-Za-z]{3,9}",
    "%H": r"(?P<H>\d{1,2})",
    "%I": r"(?P<H>\d{1,2})",
    "%M": r"(?P<M>\d{2})",
    "%S": r"(?P<S>\d{2})",
    "%f": r"(?P<f>\d{1,9})",
    "%p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "%z": r"(?P<z>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)",
    "%Z": r"(?P<z>UTC|GMT|Z)",
}
TIME = (
    r"(?:(?:T|,? +)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"(?: ?(?P<p>[AaPp])\.?[Mm]\.?)?(?: ?(?P<z>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?"
)
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Read:
    """Microseconds since 1970, in UTC for what is `zoned` and on the wall elsewhere. `fits` where it could be read."""

    micros: Numbers
    fits: Flags
    timed: Flags
    zoned: Flags


def read(words: pa.Array, format: str) -> Read:  # noqa: A002 - the word of strptime
    """`words` by `format`, which is one of FORMATS (a time of the day may follow), EXCEL, EPOCH or EPOCH_MS, or
    any that `strptime` knows."""
    return read_numbered(words, format) if format in NUMBERED else read_written(words, format)


def read_written(words: pa.Array, format: str) -> Read:  # noqa: A002
    found = pc.extract_regex(words, pattern(format))
    names = {found.type.field(place).name for place in range(found.type.num_fields)}
    part = {name: text(found, name) for name in names}

    def number(name: str, default: int = 0) -> Numbers:
        return as_numbers(part[name], default) if name in part else np.full(len(words), default)

    year = number("Y") if "Y" in part else century(number("y"))
    month = month_of(part["b"]) if "b" in part else number("m")
    days, real = day_number(year, month, number("d"))
    hours, hours_real = hour(number("H"), part.get("p"))
    minutes, seconds = number("M"), number("S")
    fits = ~as_flags(pc.is_null(found)) & real & hours_real & (minutes < 60) & (seconds < 61)
    ahead, zoned = offset(part.get("z"), len(words))
    second = (hours * 60 + minutes) * 60 + np.minimum(seconds, 59) - ahead * 60
    micros = (days * 86_400 + second) * 1_000_000 + fraction(part.get("f"), len(words))
    timed = as_flags(pc.not_equal(part["H"], "")) if "H" in part else np.zeros(len(words), bool)
    return Read(micros, fits, timed & fits, zoned & fits)


def read_numbered(words: pa.Array, format: str) -> Read:  # noqa: A002
    plain = pc.match_substring_regex(words, DIGITS)
    values = pc.if_else(plain, words, "0").cast(pa.float64()).to_numpy(zero_copy_only=False)
    micros = np.rint(values * NUMBERED[format]).clip(-(2**62), 2**62).astype(np.int64)
    micros += EXCEL_ZERO if format == EXCEL else 0
    years = micros.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970
    fits = as_flags(plain) & (years >= EARLIEST) & (years <= LATEST)
    timed = fits & (micros % NUMBERED[EXCEL] != 0)
    return Read(micros, fits, timed, fits if format != EXCEL else np.zeros(len(words), bool))


def day(micros: int) -> date:
    return date(1970, 1, 1) + timedelta(microseconds=micros)


@lru_cache(maxsize=256)
def pattern(format: str) -> str:  # noqa: A002
    """ValueError for a directive that dates do not have here."""
    written = re.sub(r"%[A-Za-z]|.", lambda part: piece(part[0]), format)
    timed = "%H" in format or "%I" in format
    return f"^{written}{'' if timed else TIME}$"


def piece(part: str) -> str:
    if len(part) == 2 and part not in PARTS:
        raise ValueError(f"“{part}” is not known in a date format: {', '.join(sorted(PARTS))}")
    return PARTS.get(part) or re.escape(part)


def text(found: pa.Array, name: str) -> pa.Array:
    return pc.fill_null(pc.struct_field(found, name), "")


def as_numbers(digits: pa.Array, default: int) -> Numbers:
    filled = pc.if_else(pc.equal(digits, ""), str(default), digits)
    return numbers(filled)


def numbers(values: pa.Array) -> Numbers:
    return np.asarray(values.cast(pa.int64()).to_numpy(zero_copy_only=False), np.int64)


def as_flags(flags: pa.Array) -> Flags:
    return np.asarray(pc.fill_null(flags, False).to_numpy(zero_copy_only=False), np.bool_)


def century(years: Numbers) -> Numbers:
    return years + np.where(years < PIVOT, 2000, 1900)


def month_of(names: pa.Array) -> Numbers:
    places = pc.index_in(pc.utf8_lower(names), pa.array(MONTHS))
    return numbers(pc.add(pc.fill_null(places, -1), 1))


def day_number(year: Numbers, month: Numbers, day: Numbers) -> tuple[Numbers, Flags]:
    """Days since 1970, and which of them are in the calendar."""
    sensible = (year >= EARLIEST) & (year <= LATEST) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = ((np.where(sensible, year, 1970) - 1970) * 12 + np.where(sensible, month, 1) - 1).astype(
        "datetime64[M]"
    )
    days = months.astype("datetime64[D]") + (np.where(sensible, day, 1) - 1).astype("timedelta64[D]")
    return days.astype(np.int64), sensible & (days.astype("datetime64[M]") == months)


def hour(hours: Numbers, halves: pa.Array | None) -> tuple[Numbers, Flags]:
    if halves is None:
        return hours, hours < 24
    half = pc.utf8_lower(halves).to_numpy(zero_copy_only=False)
    of_twelve = (half == "a") | (half == "p")
    turned = np.where(of_twelve, hours % 12 + np.where(half == "p", 12, 0), hours)
    return turned, np.where(of_twelve, (hours >= 1) & (hours <= 12), hours < 24)


def fraction(digits: pa.Array | None, length: int) -> Numbers:
    if digits is None:
        return np.zeros(length, np.int64)
    return as_numbers(pc.utf8_slice_codeunits(pc.utf8_rpad(digits, 6, "0"), 0, 6), 0)


def offset(zones: pa.Array | None, length: int) -> tuple[Numbers, Flags]:
    """Minutes ahead of UTC, and which say so."""
    if zones is None:
        return np.zeros(length, np.int64), np.zeros(length, bool)
    ahead = np.zeros(length, np.int64)
    told = as_flags(pc.not_equal(zones, ""))
    for place in np.flatnonzero(told):
        ahead[place] = minutes_ahead(zones[place].as_py())
    return ahead, told


@lru_cache(maxsize=1024)
def minutes_ahead(zone: str) -> int:
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if zone[0] == "-" else 1)
