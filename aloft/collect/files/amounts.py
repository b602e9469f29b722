"""Numbers as people write them: with thousands, decimal commas, currencies, brackets for what is owed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

Mark = Literal[".", ","]
MARKS: tuple[Mark, Mark] = (".", ",")
CURRENCY = r"(?:[$€£¥₹]|US\$|USD|EUR|GBP|CHF|JPY|INR|CAD|AUD|SEK|NOK|DKK|kr)"
SIGNED = rf"^\(?[+-]?{CURRENCY}? ?[+-]?"
HARD = "\u00a0\u202f"  # spaces at which no line breaks
GROUPED = {
    ".": rf"\d{{1,3}}(?:[,'’ {HARD}]\d{{3}})+",
    ",": rf"\d{{1,3}}(?:[.'’ {HARD}]\d{{3}})+",
}
DIGITS = 30  # a longer integer is an id
LARGEST = 2**63 - 1
MONEY = pa.decimal128(28, 6)
EXACT = Decimal(1).scaleb(-6)
SPACES = rf"[\s{HARD}'’]"


def shape(decimal: Mark) -> str:
    """Of any number that is written with this decimal mark."""
    mark = r"\." if decimal == "." else ","
    body = rf"(?:(?:\d+|{GROUPED[decimal]})(?:{mark}\d*)?|{mark}\d+)(?:[eE][+-]?\d{{1,4}})?"
    return rf"{SIGNED}{body} ?%? ?{CURRENCY}?\)?$"


def plain(words: pa.Array, decimal: Mark) -> pa.Array:
    """Digits, a sign, a point and an exponent; null for what is no number."""
    fits = pc.match_substring_regex(words, shape(decimal))
    negative = pc.match_substring_regex(words, r"^\(.*\)$|^[^\d]*-")
    bare = pc.replace_substring_regex(words, rf"{SPACES}|[()%]|^[+-]|{CURRENCY}", "")
    bare = pc.replace_substring_regex(bare, r"^[+-]", "")
    bare = pc.replace_substring(bare, "," if decimal == "." else ".", "")
    bare = pc.replace_substring(bare, decimal, ".")
    signed = pc.if_else(negative, pc.binary_join_element_wise("-", bare, ""), bare)
    return pc.if_else(fits, signed, None)


def integers(words: pa.Array, decimal: Mark) -> pa.Array:
    """`27.0` is 27. Null for what is no whole number or does not fit into 64 bits."""
    bare = pc.replace_substring_regex(plain(words, decimal), r"\.0*$", "")
    return pa.array([whole(each) for each in bare.to_pylist()], pa.int64())


def whole(text: str | None) -> int | None:
    if text is None or len(text) > DIGITS or not text.lstrip("-").isdecimal():
        return None
    value = int(text)
    return value if abs(value) <= LARGEST else None


def numbers(words: pa.Array, decimal: Mark) -> pa.Array:
    """Null for what is no number, or beyond all numbers (`1e400`)."""
    values = plain(words, decimal).cast(pa.float64())
    return pc.if_else(pc.is_finite(values), values, None)


def money(words: pa.Array, decimal: Mark) -> pa.Array:
    """Exact to six places; null beyond a sextillion."""
    return pa.array([amount(each) for each in plain(words, decimal).to_pylist()], MONEY)


def amount(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return value.quantize(EXACT) if abs(value) < Decimal(10) ** 21 else None
