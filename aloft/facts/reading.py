"""What is logged, read in the order of its numbers: from the segments of the log, and from the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aloft.collect.inbox import Inbox
from aloft.facts.log import SCHEMA, Segment, segments, table

BATCH = 10_000  # entries of the inbox at a time
BULK = 200_000  # entries of a segment at a time
GROUPS = 4  # row groups of a segment at a time
NOTHING = SCHEMA.empty_table()


@dataclass(frozen=True)
class Piece:
    """Some row groups of a segment, kept because the next question is for the rows that follow."""

    segment: Segment
    after: int
    upto: int
    rows: pa.Table

    def holds(self, segment: Segment, after: int) -> bool:
        return self.segment == segment and self.after <= after < self.upto


class Reader:
    """`batch` and `bulk` are how many entries to take at a time, of the inbox and of a segment."""

    def __init__(self, folder: Path, inbox: Inbox, batch: int = BATCH, bulk: int = BULK) -> None:
        self._folder, self._inbox = folder, inbox
        self._batch, self._bulk = batch, bulk
        self._piece: Piece | None = None

    def next_received(self, after: int) -> datetime | None:
        """When the first entry above `after` was recorded."""
        segment = self._segment(after)
        waiting = self._inbox.next_received(after, upto=segment.first - 1 if segment else None)
        if waiting is not None or segment is None:
            return waiting
        return received(self._rows(segment, after), 0)

    def take(self, after: int, until: datetime | None = None) -> pa.Table:
        """Rows of the log with a seq above `after`, in order, up to the first recorded after `until`.

        Not all there are: as many as are handled well at a time. None only when there are none.
        """
        segment = self._segment(after)
        upto = segment.first - 1 if segment else None
        waiting = self._inbox.read(after, self._batch, until, upto)
        if waiting:
            return table(waiting)
        if segment is None or self._inbox.next_received(after, upto) is not None:
            return NOTHING
        return _up_to(self._rows(segment, after).slice(0, self._bulk), until)

    def _segment(self, after: int) -> Segment | None:
        """The first that holds something above `after`, and that may be read already."""
        end = self._inbox.end()
        found = (one for one in segments(self._folder) if one.last > after and one.first <= end)
        return next(found, None)

    def _rows(self, segment: Segment, after: int) -> pa.Table:
        if self._piece is None or not self._piece.holds(segment, after):
            self._piece = _piece(segment, after)
        rows = self._piece.rows
        return rows.slice(int(pc.index(pc.greater(rows["seq"], after), True).as_py()))


def received(rows: pa.Table, row: int) -> datetime:
    told: datetime = rows["received"][row].as_py()
    return told.replace(tzinfo=UTC)


def _up_to(rows: pa.Table, until: datetime | None) -> pa.Table:
    if until is None:
        return rows
    later = pc.greater(
        rows["received"], pa.scalar(until.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
    )
    first = int(pc.index(later, True).as_py())
    return rows if first < 0 else rows.slice(0, first)


def _piece(segment: Segment, after: int) -> Piece:
    """From the row group on that holds the first entry above `after`."""
    with pq.ParquetFile(segment.path) as file:
        spans = list(_spans(file.metadata, segment))
        first = next(group for group, (_, last) in enumerate(spans) if last > after)
        groups = list(range(first, min(first + GROUPS, len(spans))))
        rows = file.read_row_groups(groups)
    return Piece(segment, after, spans[groups[-1]][1], whole(rows, spans[first][0]))


def _spans(metadata: pq.FileMetaData, segment: Segment) -> Iterator[tuple[int, int]]:
    """The first and the last number of each row group."""
    first = segment.first
    for group in range(metadata.num_row_groups):
        told = metadata.row_group(group)
        if segment.imported:
            yield first, first + told.num_rows - 1
            first += told.num_rows
        else:
            numbers = told.column(0).statistics
            yield numbers.min, numbers.max


def whole(rows: pa.Table, first: int) -> pa.Table:
    """With the columns that the segment leaves unsaid."""
    if "seq" not in rows.column_names:
        numbers = pa.array(range(first, first + rows.num_rows), pa.int64())
        rows = rows.append_column("seq", numbers).append_column("imported", pa.repeat(True, rows.num_rows))
    if "imported" not in rows.column_names:
        rows = rows.append_column("imported", pa.repeat(False, rows.num_rows))
    return rows.select(SCHEMA.names).cast(SCHEMA)
