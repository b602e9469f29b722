from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aloft.collect.files.batches import finished, unique
from aloft.collect.files.content import Content
from aloft.collect.files.limits import MIB
from aloft.collect.files.values import FileTable, Rows, Unopenable

MAGIC = b"PAR1"
ROWS = 65_536
AT_ONCE = 64 * MIB  # of text


def parquet(content: Content) -> FileTable:
    reading = Parquet(content)
    return FileTable(content.file, None, reading.columns(), content.path, reading.rows)


@dataclass(frozen=True)
class Parquet:
    content: Content

    def columns(self) -> tuple[str, ...]:
        with self.content.whole() as stream:
            try:
                held = pq.ParquetFile(stream)
                self.hold(held.metadata)
                empty = pa.RecordBatch.from_pylist([], schema=held.schema_arrow)
                columns = unique([name for name, _ in flat(empty)])
            except (pa.ArrowException, OSError, ValueError) as error:
                raise self.broken() from error
        if len(columns) > self.content.limits.columns:
            raise self.content.refused(f"it has more than {self.content.limits.columns:,} columns")
        return columns

    def hold(self, metadata: pq.FileMetaData) -> None:
        size = sum(metadata.row_group(each).total_byte_size for each in range(metadata.num_row_groups))
        self.content.hold(size, self.content.path.stat().st_size)
        if metadata.num_rows > self.content.limits.rows:
            raise self.content.refused(f"it has more than {self.content.limits.rows:,} rows")

    def rows(self) -> Iterator[Rows]:
        """Text that repeats stays a dictionary until it is cut small: a few bytes may stand for gigabytes."""
        columns, row = self.columns(), 1
        with self.content.whole() as stream:
            try:
                schema = pq.read_schema(stream)
                held = pq.ParquetFile(
                    stream, read_dictionary=[each.name for each in schema if is_text(each.type)]
                )
                for batch in held.iter_batches(batch_size=ROWS):
                    for piece in small(batch):
                        yield self.read(piece, columns, row)
                        row += len(piece)
            except (pa.ArrowException, OSError) as error:
                raise self.broken() from error

    def read(self, batch: pa.RecordBatch, columns: tuple[str, ...], row: int) -> Rows:
        cells = pa.table([emptied(as_text(array)) for _, array in flat(batch)], names=list(columns))
        lines = pa.array(range(row, row + len(batch)), pa.int64())
        return finished(self.content.file, lines, cells, [], self.content.limits.cell)

    def broken(self) -> Unopenable:
        return self.content.refused("its Parquet data is broken or cut off: write it again")


def is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind))


def small(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in halves of halves, until the text of each has a size that fits in memory many times."""
    if len(batch) < 2 or sum(weight(array) for array in batch.columns) <= AT_ONCE:
        yield batch
        return
    half = len(batch) // 2
    yield from small(batch.slice(0, half))
    yield from small(batch.slice(half))


def weight(array: pa.Array) -> int:
    if not isinstance(array, pa.DictionaryArray) or not len(array.dictionary):
        return int(array.nbytes)
    return pc.sum(pc.take(pc.binary_length(array.dictionary), array.indices)).as_py() or 0


def flat(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
    """Columns, with those of a record (`user`) one level down as `user.login`."""
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_struct(array.type):
            fields = [array.type.field(place).name for place in range(array.type.num_fields)]
            yield from zip([f"{name}.{each}" for each in fields], array.flatten(), strict=True)
        else:
            yield name, array


def as_text(array: pa.Array) -> pa.Array:
    """Dates and instants in ISO 8601, those with a zone in UTC; what is nested as JSON."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return as_text(array.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        return instants(array)
    if pa.types.is_nested(kind):
        return pa.array([dumped(value) for value in array.to_pylist()], pa.string())
    if pa.types.is_duration(kind):
        return array.cast(pa.int64()).cast(pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array(
            [value and value.decode("utf-8", "replace") for value in array.to_pylist()], pa.string()
        )
    return array.cast(pa.string())


def instants(array: pa.Array) -> pa.Array:
    zoned = array.type.tz is not None
    utc = array.cast(pa.timestamp(array.type.unit, "UTC" if zoned else None))
    text = pc.strftime(utc, "%Y-%m-%dT%H:%M:%S")
    text = pc.replace_substring_regex(text, r"\.0+$", "")
    text = pc.replace_substring_regex(text, r"(\.\d*[1-9])0+$", r"\1")
    return pc.binary_join_element_wise(text, "Z", "") if zoned else text


def emptied(array: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(array, ""), None, array)


def dumped(value: object) -> str | None:
    return json.dumps(value, ensure_ascii=False, default=str) if value else None
