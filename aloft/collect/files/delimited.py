from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as pa_csv

from aloft.collect.files.batches import Batches, finished, shown, unique
from aloft.collect.files.content import Content
from aloft.collect.files.dialect import SPACES, Dialect, dialect_of
from aloft.collect.files.encodings import UTF_8, Encoding, without
from aloft.collect.files.limits import MIB
from aloft.collect.files.records import records, wrong_width
from aloft.collect.files.values import FileTable, Rows, Unreadable

NEWLINE, RETURN, QUOTE = 10, 13, 34
LONGEST_RECORD = 64 * MIB
LISTS = (".csv", ".tsv", ".txt")


def delimited(content: Content, encoding: Encoding, text: str) -> FileTable:
    """Of a file that begins with `text`. Unopenable where nothing divides its lines into cells."""
    dialect = dialect_of(text, lone_column=bool({*Path(content.file).suffixes} & {*LISTS}))
    if dialect is None:
        raise content.refused(
            "no comma, semicolon, tab or bar divides its lines into the same number of cells"
        )
    if len(dialect.columns) > content.limits.columns:
        raise content.refused(f"it has more than {content.limits.columns:,} columns")
    reading = Delimited(content, encoding, dialect)
    understood = (f"text in {encoding}, divided by {dialect.name}",)
    return FileTable(content.file, None, unique(dialect.columns), content.path, reading.rows, understood)


@dataclass(frozen=True)
class Delimited:
    content: Content
    encoding: Encoding
    dialect: Dialect

    def rows(self) -> Iterator[Rows]:
        """Block by block through Arrow, as long as a block is well formed; record by record where not."""
        blocks = self.blocks()
        line, rest = self.dialect.first_line, b""
        for block in chain(blocks, [b"\n"]):
            rest += block
            cut = Cut.of(rest, self.dialect.delimiter) if self.dialect.delimiter != SPACES else None
            if cut is None or (cut.end == 0 and len(rest) > LONGEST_RECORD):
                yield from self.carefully(chain([rest], blocks), line)
                return
            if cut.end:
                yield from self.fast(rest[: cut.end], cut, line)
                line, rest = line + len(cut.newlines_before(cut.end)), rest[cut.end :]
        if rest.strip():
            yield from self.carefully(iter([rest[:-1]]), line)

    def blocks(self) -> Iterator[bytes]:
        blocks = self.encoding.as_utf_8(self.content.blocks())
        return without(b"\0" * self.dialect.skipped, blocks)

    def carefully(self, blocks: Iterator[bytes], line: int) -> Iterator[Rows]:
        columns = unique(self.dialect.columns)
        found = records(self.content.file, blocks, self.dialect.delimiter, len(columns), line)
        yield from Batches(self.content.file, columns, self.content.limits.cell).of(found)

    def fast(self, data: bytes, cut: Cut, line: int) -> Iterator[Rows]:
        lines = cut.record_lines(line)
        bad: list[tuple[int, str, str]] = []

        def skip(row: pa_csv.InvalidRow) -> str:
            reason = wrong_width(row.actual_columns, row.expected_columns)
            bad.append((row.number - 1, reason, shown(row.text)))
            return "skip"

        if not len(lines):
            return
        cells = (
            parsed(data, unique(self.dialect.columns), self.dialect.delimiter, skip) if clean(data) else None
        )
        if cells is None or cells.num_rows + len(bad) != len(lines):
            yield from self.carefully(iter([data]), line)
            return
        file = self.content.file
        unreadable = [Unreadable(file, int(lines[place]), reason, text) for place, reason, text in bad]
        kept = pa.array(np.delete(lines, [place for place, _, _ in bad]), pa.int64())
        yield finished(file, kept, cells, unreadable, self.content.limits.cell)


def parsed(data: bytes, columns: tuple[str, ...], delimiter: str, skip: object) -> pa.Table | None:
    """None where Arrow gives up."""
    try:
        return pa_csv.read_csv(
            pa.BufferReader(data),
            pa_csv.ReadOptions(column_names=list(columns), block_size=len(data) + 1, use_threads=False),
            pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None


def clean(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True)
class Cut:
    """Where the whole records of a block lie. `end` is 0 where it holds not even one."""

    codes: npt.NDArray[np.uint8]
    newlines: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    @classmethod
    def of(cls, data: bytes, delimiter: str) -> Cut | None:
        """None where quotes or line ends are not as in the book, so that parity does not tell records."""
        codes = np.frombuffer(data, np.uint8)
        newlines = np.flatnonzero(codes == NEWLINE)
        quotes = np.flatnonzero(codes == QUOTE)
        ends = newlines[np.searchsorted(quotes, newlines) & 1 == 0] if len(quotes) else newlines
        cut = cls(codes, newlines, ends)
        quotes = quotes[: np.searchsorted(quotes, cut.end)]
        whole = data[: cut.end]
        if whole.count(b"\r") != whole.count(b"\r\n") or not well_quoted(codes, quotes, delimiter):
            return None
        return cut

    @property
    def end(self) -> int:
        return int(self.ends[-1]) + 1 if len(self.ends) else 0

    def newlines_before(self, end: int) -> npt.NDArray[np.int64]:
        return self.newlines[: np.searchsorted(self.newlines, end)]

    def record_lines(self, line: int) -> npt.NDArray[np.int64]:
        """The line on which each record begins that is not a blank line."""
        starts = np.concatenate([np.zeros(1, np.int64), self.ends[:-1] + 1])
        lengths = self.ends - starts
        blank = (lengths == 0) | ((lengths == 1) & (self.codes[starts] == RETURN))
        lines: npt.NDArray[np.int64] = line + np.searchsorted(self.newlines, starts[~blank])
        return lines


def well_quoted(codes: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64], delimiter: str) -> bool:
    """Every quote that opens follows a delimiter, line end or quote, every one that closes precedes one."""
    opening, closing = quotes[::2], quotes[1::2]
    before = codes[opening[opening > 0] - 1]
    after = codes[closing[closing + 1 < len(codes)] + 1]
    ends = [NEWLINE, QUOTE, ord(delimiter)]
    return bool(np.isin(before, ends).all() and np.isin(after, [*ends, RETURN]).all())
