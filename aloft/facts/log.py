"""The log: drained entries in Parquet segments, from which a lost store is drained again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aloft.collect.inbox import Inbox, Logged
from aloft.facts.store import FactStore

SEGMENT = 50_000  # entries at most
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
    ]
)


@dataclass(frozen=True)
class Segment:
    first: int
    last: int
    path: Path


def export(store: FactStore, inbox: Inbox, folder: Path, minimum: int = 5_000) -> int:
    """Move drained entries from the inbox into segments of at least `minimum` entries.

    Returns the seq up to which the log reaches. An entry leaves the inbox only when its segment is on disk;
    whatever a crash leaves half done, the next export completes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drained = store.positions().inbox
    exported = end(folder)
    inbox.forget(exported)
    while drained - exported >= max(minimum, 1) and (entries := _drained(inbox, exported, drained)):
        write_segment(folder, entries)
        exported = entries[-1].seq
        inbox.forget(exported)
    return exported


def end(folder: Path) -> int:
    """The seq of the last exported entry, 0 before the first."""
    return max((segment.last for segment in segments(folder)), default=0)


def read_log(folder: Path, after: int, limit: int = 10_000) -> list[Logged]:
    """Exported entries with a seq above `after`, in order."""
    entries: list[Logged] = []
    for segment in segments(folder):
        if segment.last > after and len(entries) < limit:
            entries.extend(_read(segment, after, limit - len(entries)))
    return entries


def segments(folder: Path) -> list[Segment]:
    return sorted(_named(folder), key=lambda segment: segment.first)


def write_segment(folder: Path, entries: Sequence[Logged]) -> None:
    """Whole or not at all: under its name only once its bytes and then its name are on disk."""
    path = folder / f"entries-{entries[0].seq:015d}-{entries[-1].seq:015d}.parquet"
    draft = path.with_suffix(".tmp")
    with draft.open("wb") as file:
        pq.write_table(_table(entries), file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    _sync_folder(folder)


def _drained(inbox: Inbox, exported: int, drained: int) -> list[Logged]:
    return [entry for entry in inbox.read(exported, limit=SEGMENT) if entry.seq <= drained]


def _named(folder: Path) -> Iterator[Segment]:
    for path in folder.glob("entries-*.parquet"):
        _, first, last = path.stem.split("-")
        yield Segment(int(first), int(last), path)


def _read(segment: Segment, after: int, limit: int) -> Iterator[Logged]:
    table = pq.read_table(segment.path)
    table = table.filter(pc.greater(table["seq"], after)).slice(0, limit)
    for row in table.to_pylist():
        instants = {name: row[name].replace(tzinfo=UTC) for name in ("received", "occurred")}
        yield Logged(**{**row, **instants})


def _table(entries: Sequence[Logged]) -> pa.Table:
    columns = [pa.array([getattr(entry, field.name) for entry in entries], field.type) for field in SCHEMA]
    return pa.table(columns, schema=SCHEMA)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
