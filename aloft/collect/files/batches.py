from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from aloft.collect.files.formulas import unguarded
from aloft.collect.files.values import SHOWN, Rows, Unreadable

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
BATCH = 50_000  # rows
Record = tuple[int, Sequence[str | None]]


def finished(
    file: str, lines: pa.Int64Array, cells: pa.Table, unreadable: list[Unreadable], longest: int
) -> Rows:
    """Without blank rows and rows with a cell over the limit, and with our own exports' marks taken off."""
    held, long = pa.repeat(False, len(lines)), pa.repeat(False, len(lines))
    for column in cells.itercolumns():
        held = pc.or_(held, pc.is_valid(column))
        if pc.greater(pc.fill_null(pc.max(pc.utf8_length(column)), 0), longest).as_py():
            long = pc.or_(long, pc.fill_null(pc.greater(pc.utf8_length(column), longest), False))
    reason = f"a cell is longer than {longest:,} characters"
    unreadable += [Unreadable(file, line, reason, "") for line in chosen(lines, long).to_pylist()]
    if not pc.all(held).as_py() or pc.any(long).as_py():
        held = pc.and_not(held, long)
        lines, cells = chosen(lines, held), cells.filter(held)
    plain = [unguarded(column) for column in cells.itercolumns()]
    in_order = sorted(unreadable, key=lambda each: each.line)
    return Rows(lines, pa.table(plain, names=cells.column_names), tuple(in_order))


def chosen(lines: pa.Int64Array, mask: pa.Array | pa.ChunkedArray) -> pa.Int64Array:
    return lines.filter(mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask)


@dataclass
class Batches:
    """Gathers records one by one, for formats that are read in Python."""

    file: str
    columns: tuple[str, ...]
    longest: int
    lines: list[int] = field(default_factory=list)
    cells: list[Sequence[str | None]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def of(self, records: Iterable[Record | Unreadable]) -> Iterator[Rows]:
        for record in records:
            if isinstance(record, Unreadable):
                self.unreadable.append(record)
            else:
                self.lines.append(record[0])
                self.cells.append(record[1])
            if len(self.lines) + len(self.unreadable) >= BATCH:
                yield self.taken()
        if self.lines or self.unreadable:
            yield self.taken()

    def taken(self) -> Rows:
        by_column = zip(*self.cells, strict=True) if self.cells else [()] * len(self.columns)
        arrays = [pa.array(column, pa.string()) for column in by_column]
        table = pa.table(arrays, names=list(self.columns))
        rows = finished(self.file, pa.array(self.lines, pa.int64()), table, self.unreadable, self.longest)
        self.lines, self.cells, self.unreadable = [], [], []
        return rows


def shown(text: str) -> str:
    """The beginning of a row as it can be kept and shown."""
    return storable(text[:SHOWN]).rstrip("\r\n")


def storable(text: str) -> str:
    """NUL and half surrogate pairs become U+FFFD, as on the wire. Clipped emoji make such halves."""
    return UNSTORABLE.sub("\ufffd", text) if UNSTORABLE.search(text) else text


def unique(names: Sequence[str | None]) -> tuple[str, ...]:
    """Column names as they can be referred to: none empty, none twice."""
    taken: dict[str, int] = {}
    result: list[str] = []
    for place, name in enumerate(names, 1):
        plain = " ".join(storable(name or "").split()) or f"column {place}"
        while plain in taken:
            taken[plain] += 1
            plain = f"{plain} ({taken[plain]})"
        taken[plain] = 1
        result.append(plain)
    return tuple(result)
