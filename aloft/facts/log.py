"""The log: entries in Parquet segments, from which a lost store is drained again.

`entries-FIRST-LAST` came through the inbox; `import-FIRST-LAST` came from files, with the numbers that were
reserved for it, and says no number itself: its first row is FIRST. No two segments overlap, but for those that were
joined (`joined`): the larger one stands for them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aloft.collect.inbox import Inbox, Logged
from aloft.disk import settle, sync
from aloft.facts.store import FactStore

ROLLED = "rolled"
"""The kind of an entry that stands for events of a day."""
GONE = "gone"
"""The kind of one that was rolled up with others: its message id is the digest of the one that it had."""
SEGMENT = 50_000  # entries at most; of an import, in a row group
SCHEMA = pa.schema(
    [
        ("seq", pa.int64()),
        ("received", pa.timestamp("us")),
        ("source", pa.string()),
        ("message_id", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("account", pa.string()),
        ("user", pa.string()),
        ("occurred", pa.timestamp("us")),
        ("times", pa.int32()),
        ("body", pa.binary()),
        ("imported", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Segment:
    """`imported`: written by an import, in the order in which its entries were recorded."""

    first: int
    last: int
    path: Path
    imported: bool = False

    @property
    def numbers(self) -> int:
        """How many it spans: as many as it has entries, or more."""
        return self.last - self.first + 1


def export(store: FactStore, inbox: Inbox, folder: Path, minimum: int = 5_000) -> int:
    """Move drained entries from the inbox into segments of at least `minimum` entries.

    Returns the seq up to which the inbox's entries are in the log. An entry leaves the inbox only when its
    segment is on disk; whatever a crash leaves half done, the next export completes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drained = store.positions().inbox
    exported = end(folder)
    inbox.forget(exported)
    for upto in [*_imports(folder, exported, drained), drained]:
        # Before an import even a few entries make a segment: segments follow one another.
        enough = minimum if upto == drained else 1
        while upto - exported >= max(enough, 1) and (entries := inbox.read(exported, SEGMENT, upto=upto)):
            write_segment(folder, entries)
            exported = entries[-1].seq
            inbox.forget(exported)
    return exported


def end(folder: Path) -> int:
    """The seq of the last entry that came from the inbox, 0 before the first."""
    return max((segment.last for segment in segments(folder) if not segment.imported), default=0)


def segments(folder: Path, upto: int | None = None) -> list[Segment]:
    """Those of the log, in the order of their numbers; of those that end at `upto` or before."""
    standing: list[Segment] = []
    for one in every_segment(folder):
        is_asked = upto is None or one.last <= upto
        if is_asked and (not standing or one.last > standing[-1].last):
            standing.append(one)
    return standing


def every_segment(folder: Path) -> list[Segment]:
    """Also those that a larger one holds; it comes before them."""
    return sorted(_named(folder), key=lambda segment: (segment.first, -segment.last))


def table(entries: Sequence[Logged]) -> pa.Table:
    """Entries of the inbox as rows of the log."""
    columns = [
        pa.array([getattr(entry, field.name) for entry in entries], field.type)
        for field in SCHEMA
        if field.name != "imported"
    ]
    return pa.table([*columns, pa.repeat(pa.scalar(False), len(entries))], schema=SCHEMA)


def write_segment(folder: Path, entries: Sequence[Logged]) -> None:
    """Whole or not at all: under its name only once its bytes and then its name are on disk."""
    path = folder / f"entries-{entries[0].seq:015d}-{entries[-1].seq:015d}.parquet"
    draft = path.with_suffix(".tmp")
    pq.write_table(table(entries), draft, compression="zstd")
    settle(draft, path)


def rewrite(path: Path, rows: pa.Table, columns: Mapping[str, Sequence[object]]) -> None:
    """Say something else in some columns of a segment; it is replaced whole, or stands as it was."""
    for name, values in columns.items():
        field = rows.schema.field(name)
        rows = rows.set_column(rows.column_names.index(name), field, pa.array(values, field.type))
    draft = path.with_suffix(".tmp")
    pq.write_table(rows, draft, compression="zstd", row_group_size=SEGMENT)
    settle(draft, path)


def numbers(rows: pa.Table, segment: Segment) -> list[int]:
    """Of each row of a segment; what an import has reserved and never wrote is a gap."""
    if "seq" in rows.column_names:
        told: list[int] = rows["seq"].to_pylist()
        return told
    return list(range(segment.first, segment.first + rows.num_rows))


def add_import(folder: Path, inbox: Inbox, draft: Path) -> Segment:
    """Make a finished draft part of the log: all of its rows, or none. Numbers are reserved for it on the way."""
    count = pq.read_metadata(draft).num_rows
    sync(draft)
    first = inbox.reserve(count)
    path = folder / f"import-{first:015d}-{first + count - 1:015d}.parquet"
    settle(draft, path)
    inbox.release()
    return Segment(first, first + count - 1, path, imported=True)


def put_in_order(folder: Path, inbox: Inbox) -> None:
    """Write the log anew in the order in which its entries were recorded, numbered from 1.

    For a store that is made from its beginning, and while nobody else reads the log. What the inbox still
    holds joins it.
    """
    mend(folder)
    listed = segments(folder)
    if not any(segment.imported for segment in listed):
        return
    waiting = inbox.read(end(folder), limit=2**62)
    if not waiting and len(listed) == 1 and _is_in_order(listed[0]):
        return
    fresh = folder.with_name("log.new")
    fresh.mkdir()
    rest = table(waiting)
    count = _write_in_order(folder, rest, fresh / "draft.tmp")
    settle(fresh / "draft.tmp", fresh / f"entries-{1:015d}-{count:015d}.parquet")
    folder.rename(folder.with_name("log.old"))
    mend(folder)
    if waiting:
        inbox.forget(waiting[-1].seq)


def _is_in_order(segment: Segment) -> bool:
    """Whether it begins the log, and no entry was recorded before the one above it."""
    told = pq.read_table(segment.path, columns=["received"])["received"]
    return segment.first == 1 and bool(pc.all(pc.greater_equal(told[1:], told[:-1])).as_py() is not False)


def mend(folder: Path) -> None:
    """Complete, or undo, a log written anew that a crash has left half done."""
    fresh, old = folder.with_name("log.new"), folder.with_name("log.old")
    if not folder.exists() and fresh.exists():
        fresh.rename(folder)
        sync(folder.parent)
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _write_in_order(folder: Path, rest: pa.Table, draft: Path) -> int:
    """How many entries were written."""
    with duckdb.connect() as connection:
        connection.register("rest", rest)
        told = connection.execute(
            f"""COPY ({_in_order(segments(folder))})
            TO '{_quoted(draft)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {SEGMENT})"""
        ).fetchall()
    return int(told[0][0])


def in_order(folder: Path, inbox: Inbox) -> pa.Table:
    """All entries in the order in which they were recorded, numbered from 1; nothing is written."""
    waiting = inbox.read(end(folder), limit=2**62)
    listed = segments(folder)  # what is exported meanwhile is in both
    exported = max((one.last for one in listed if not one.imported), default=0)
    with duckdb.connect() as connection:
        connection.register("rest", table([one for one in waiting if one.seq > exported]))
        found: pa.Table = connection.execute(_in_order(listed)).to_arrow_table()
    return found.cast(SCHEMA)


def _in_order(listed: Sequence[Segment]) -> str:
    """The query, over the segments and the table `rest`."""
    names = ", ".join(f'"{field.name}"' for field in SCHEMA if field.name != "seq")
    return f"""SELECT row_number() OVER (ORDER BY received, seq) AS seq, {names}
        FROM ({logged(listed)}) ORDER BY received, seq"""


def logged(listed: Sequence[Segment]) -> str:
    """The query of all entries, in no order, with the numbers that they have: over segments and the table `rest`."""
    names = ", ".join(f'"{field.name}"' for field in SCHEMA if field.name != "seq")
    parts = [f"SELECT seq, {names} FROM rest"]
    for segment in listed:
        seq = f"file_row_number + {segment.first}" if segment.imported else "seq"
        complete = "imported" in pq.read_schema(segment.path).names
        also = names if complete else names.replace('"imported"', "true" if segment.imported else "false")
        source = f"read_parquet('{_quoted(segment.path)}', file_row_number = true)"
        parts.append(f"SELECT {seq} AS seq, {also} FROM {source}")
    return " UNION ALL ".join(parts)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _imports(folder: Path, exported: int, drained: int) -> list[int]:
    """The last number before each import that lies between the two."""
    return [
        segment.first - 1
        for segment in segments(folder)
        if segment.imported and exported < segment.first <= drained
    ]


def _named(folder: Path) -> Iterator[Segment]:
    for path in folder.glob("*-*-*.parquet"):
        came, first, last = path.stem.split("-")
        yield Segment(int(first), int(last), path, came == "import")
