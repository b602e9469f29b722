from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|")
SPACES = " "
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", SPACES: "runs of spaces"}
DECLARED = re.compile(r"sep=([!#$%&*+,./:;<>?@^|~\t-])\r?\n", re.IGNORECASE)
LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
SAMPLED = 1000  # lines
FEW = 3  # lines that agree by chance
CONSISTENT = 0.5  # of the sampled rows have as many cells as the header


@dataclass(frozen=True)
class Dialect:
    """How a text table is written. `first_line` is the line of the first row, `skipped` the bytes before it."""

    delimiter: str
    columns: tuple[str, ...]
    first_line: int
    skipped: int

    @property
    def name(self) -> str:
        return NAMES.get(self.delimiter, f"“{self.delimiter}”")


def dialect_of(head: str, *, lone_column: bool = False) -> Dialect | None:
    """Of the first complete lines of a file; None where nothing divides them into the same number of cells.

    A line `sep=;` at the top, as Excel writes it, is believed. With `lone_column`, a list of one column
    counts as a table.
    """
    declared = DECLARED.match(head)
    top = declared[0] if declared else ""
    lines = LINE.findall(head[len(top) :])[:SAMPLED]
    blank = next((place for place, line in enumerate(lines) if line.strip()), None)
    if blank is None:
        return None
    before, lines = lines[:blank], lines[blank:]
    delimiter = declared[1] if declared else delimiter_of(lines, lone_column=lone_column)
    if delimiter is None:
        return None
    cells, taken = header(lines, delimiter)
    skipped = top + "".join(before) + "".join(lines[:taken])
    first_line = 1 + len(top and [top]) + blank + taken
    return Dialect(delimiter, tuple(cells), first_line, len(skipped.encode("utf-8", "surrogateescape")))


def delimiter_of(lines: Sequence[str], *, lone_column: bool) -> str | None:
    """The one that gives most rows the width of the header; of equals, the one with most columns."""
    scored = [
        (score, width, delimiter) for delimiter in DELIMITERS for score, width in [fit(lines, delimiter)]
    ]
    score, _, best = max(scored, key=lambda each: each[:2])
    if score >= CONSISTENT:
        return best
    if len(lines) > FEW and fit(lines, SPACES) >= (1.0, 2):
        return SPACES
    return "," if lone_column else None


def fit(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    widths = [len(cells) for cells in split(lines, delimiter) if cells]
    width = widths[0] if widths else 0
    if width < 2:
        return 0.0, width
    judged = widths[:-1] if len(widths) > 2 else widths  # the last may be cut off
    return sum(each == width for each in judged) / len(judged), width


def split(lines: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    if delimiter == SPACES:
        yield from (line.split() for line in lines)
        return
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def header(lines: Sequence[str], delimiter: str) -> tuple[list[str], int]:
    """Its cells, and how many lines it takes."""
    if delimiter == SPACES:
        return lines[0].split(), 1
    reader = csv.reader(lines, delimiter=delimiter)
    return next(reader), reader.line_num
