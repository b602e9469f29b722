"""What a column may hold: each possibility with how much of the column it explains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aloft.collect.files import amounts, dates
from aloft.collect.files.kinds import NO, YES, Holds, Kind, missing, parse

FIRST = 20  # words, looked at one by one
TRIED = 200  # words, before all are
PROMISING = 0.5  # of those fit
EXPLAINS = 0.9  # of the cells: the rest are slips in it, to be kept aside
DAY = dates.NUMBERED[dates.EXCEL]
WHEN = re.compile(
    r"(^|[^a-z])(date|day|at|on|time|timestamp|ts|dt|since|until|start|end|begin|created|updated|opened|closed)"
    r"($|[^a-z])|date|time$",
)
MONEY = re.compile(
    r"(^|[^a-z])(mrr|arr|acv|amount|price|revenue|cost|fee|refund|usd|eur|gbp|dollar|value_usd)"
)
NUMBERED = re.compile(r"(^|[^a-z])(id|ids|key|uuid|guid|number|num|no|nr|zip|postcode|phone|sku)$")
FLAG = re.compile(r"^(is|has|was|can|made|did)[^a-z]|flag|active|churned|enabled|reopen$|trial$")
COUNTRY = re.compile(r"country|nation")
Weights = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Told:
    """What is known of a column before its values are looked at; nothing is guessed against it."""

    holds: Holds | None = None
    format: str | None = None
    order: str | None = None
    missing: tuple[str, ...] = ()


@dataclass
class Candidate:
    """A kind, and how many cells do not fit it. What dates need besides is gathered as they come."""

    kind: Kind
    bad: int = 0
    timed: int = 0
    zoned: int = 0
    first: list[int] = field(default_factory=list)
    latest: int | None = None

    def judge(self, words: pa.Array, weights: Weights) -> None:
        """`words` are distinct, without blanks around them and without those that stand for nothing."""
        if self.kind.holds not in ("date", "instant"):
            self.bad += int(weights[dates.as_flags(parse(words, self.kind)[1])].sum())
            return
        read = dates.read(words, self.kind.format or dates.ISO)
        self.bad += int(weights[~read.fits & ~dates.as_flags(missing(words, self.kind))].sum())
        self.timed += int(weights[read.timed & (read.micros % DAY != 0)].sum())
        self.zoned += int(weights[read.zoned].sum())
        fitting = read.micros[read.fits].tolist()
        self.first = self.first or fitting[:TRIED]
        self.latest = max([*fitting, *([] if self.latest is None else [self.latest])], default=None)

    def settled(self, told: Told) -> Kind:
        """A day unless some cell says a time of the day; in UTC where cells say their offset."""
        if self.kind.holds not in ("date", "instant") or told.holds == "date":
            return self.kind
        instant = self.timed or self.zoned or told.holds == "instant"
        return replace(self.kind, holds="instant" if instant else "date", zoned=self.zoned > 0)


def candidates(name: str, words: pa.Array, told: Told) -> list[Candidate]:
    """Those that are worth looking at, the most telling first."""
    tried = words.slice(0, TRIED)
    weights = np.ones(len(tried), np.int64)
    promising: list[Candidate] = []
    for kind in possible(name, words, told):
        candidate = Candidate(kind)
        candidate.judge(tried, weights)
        if told.holds or candidate.bad <= len(tried) * (1 - PROMISING):
            promising.append(Candidate(kind))
    return promising


def possible(name: str, words: pa.Array, told: Told) -> Iterator[Kind]:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    for kind in by_holding(plain, words, told):
        if told.holds in (None, kind.holds) or {told.holds, kind.holds} <= {"date", "instant"}:
            yield replace(kind, missing=told.missing)


def by_holding(name: str, words: pa.Array, told: Told) -> Iterator[Kind]:
    if told.holds == "flag" or are_flags(name, words):
        yield Kind("flag")
    yield from (Kind("date", each) for each in date_formats(name, words, told))
    if not (NUMBERED.search(name) or zero_led(words)) or told.holds:
        yield from numeric(name, words, told)
    if told.holds == "email" or "@" in str(words[:1]):
        yield Kind("email")
    if told.holds == "country" or COUNTRY.search(name):
        yield Kind("country")


def date_formats(name: str, words: pa.Array, told: Told) -> Iterator[str]:
    """Bare digits and years of two digits are dates only where the name says so."""
    if told.format:
        yield told.format
        return
    named = bool(WHEN.search(name)) or told.holds is not None
    first = words.slice(0, FIRST).to_pylist()
    for each in dates.ORDERS[told.order] if told.order else dates.FORMATS:
        plain = each != dates.COMPACT and "%y" not in each
        if (named or plain) and resembles(first, dates.pattern(each)):
            yield each
    if named and not told.order and resembles(first, dates.DIGITS):
        yield from dates.NUMBERED


def resembles(words: list[str], pattern: str) -> bool:
    """Tried on a few words by themselves: a look at all of them by each pattern would cost seconds."""
    matcher = re.compile(pattern)
    return sum(bool(matcher.search(word)) for word in words) >= len(words) * PROMISING


def numeric(name: str, words: pa.Array, told: Told) -> Iterator[Kind]:
    first = words.slice(0, FIRST).to_pylist()
    if not told.holds and not any(resembles(first, amounts.shape(decimal)) for decimal in amounts.MARKS):
        return
    symbols = pc.any(
        pc.match_substring_regex(words.slice(0, TRIED), amounts.CURRENCY + r" ?\d|\d ?" + amounts.CURRENCY)
    )
    for decimal in amounts.MARKS:
        if told.holds == "money" or MONEY.search(name) or symbols.as_py():
            yield Kind("money", decimal=decimal)
        yield Kind("integer", decimal=decimal)
        yield Kind("number", decimal=decimal)


def are_flags(name: str, words: pa.Array) -> bool:
    """0 and 1 only where the name asks a question: a count, too, may be 0 or 1."""
    held = {word.lower() for word in words.slice(0, 20).to_pylist()}
    if not held or len(words) > 4 or not held <= {*YES, *NO}:
        return False
    return bool(FLAG.search(name)) if held <= {"0", "1", "0.0", "1.0"} else True


def zero_led(words: pa.Array) -> bool:
    """Numbers with zeros before them are names, not amounts."""
    return bool(pc.any(pc.match_substring_regex(words, r"^0\d+$")).as_py())
