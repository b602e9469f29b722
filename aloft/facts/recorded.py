"""What was recorded, and when, as relations of an export: the log and the changes, for who plays the past again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa

from aloft.collect.inbox import Inbox
from aloft.facts.changes import ChangeRow
from aloft.facts.days import block
from aloft.facts.log import Segment, end, logged, segments, table
from aloft.facts.store import FactStore
from aloft.facts.warehouse import Relation
from aloft.records.rows import batched

ENTRY, CHANGE = "entry", "change"
AT_ONCE = 50_000  # changes
CHANGES = pa.schema(
    [
        ("id", pa.int64()),
        ("at", pa.timestamp("us")),
        ("kind", pa.string()),
        ("account", pa.string()),
        ("data", pa.string()),
    ]
)

RECORDED = (
    # `nth`: its place among those of its part. Added to all that lie in parts before it is its place in the log as a
    # tape puts it in order; `seq` is the number by which facts name it.
    Relation(
        ENTRY,
        """SELECT *, row_number() OVER (PARTITION BY part ORDER BY received, seq) AS nth
        FROM recorded_entry""",
        part="part",
        order="nth",
    ),
    Relation(CHANGE, "SELECT * FROM recorded_change", part="id // 500000", order="id"),
)


@dataclass(frozen=True)
class Taken:
    """The log as it stood: its segments, each of which stays for a day after it is joined, and what the inbox held."""

    listed: tuple[Segment, ...]
    rest: pa.Table


def take(folder: Path, inbox: Inbox, upto: int) -> Taken:
    """`upto`: the number of the last entry. By the process that moves entries into the log."""
    waiting = inbox.read(end(folder), limit=2**62, upto=upto)
    return Taken(tuple(one for one in segments(folder) if one.first <= upto), table(waiting))


@contextmanager
def staged(taken: Taken, changes: Iterable[ChangeRow], upto: int) -> Iterator[FactStore]:
    """What `RECORDED` reads: entries up to the number `upto`, and these changes. The fact store reads no files."""
    with duckdb.connect() as connection:
        store = FactStore(connection, "UTC")
        connection.register("rest", taken.rest)
        day = "(received::DATE - DATE '1970-01-01')"
        store.run(
            f"""CREATE TEMP VIEW recorded_entry AS
            SELECT *, {block(day)} AS part FROM ({logged(taken.listed)}) WHERE seq <= {upto}"""
        )
        store.load("recorded_change", CHANGES.empty_table())
        for some in batched(changes, AT_ONCE):
            connection.register("told", _table(some))
            store.run("INSERT INTO recorded_change SELECT * FROM told")
            connection.unregister("told")
        yield store


def _table(changes: Iterable[ChangeRow]) -> pa.Table:
    rows = [
        (one.seq, one.at, one.kind, one.account, msgspec.json.encode(one.data).decode()) for one in changes
    ]
    columns = zip(*rows, strict=True)
    return pa.table(
        [
            pa.array(column, pa.timestamp("us", "UTC")).cast(field.type)
            if pa.types.is_timestamp(field.type)
            else pa.array(column, field.type)
            for column, field in zip(columns, CHANGES, strict=True)
        ],
        schema=CHANGES,
    )
