"""Spreadsheets run a cell that begins like a formula. Our exports put a ' before it; imports take it off."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

BEGINS = "=+@\\-\t\r\n＝＋－＠"
RISKY = re.compile(f"'*[{BEGINS}]")
GUARDED = f"^'('*[{BEGINS}])"


def guarded(text: str) -> str:
    """Safe to open in a spreadsheet. `'=1` becomes `''=1`, so that taking one ' off gives back any text."""
    return f"'{text}" if RISKY.match(text) else text


def unguarded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pc.any(pc.starts_with(column, "'")).as_py():
        return column
    return pc.replace_substring_regex(column, GUARDED, r"\1")
