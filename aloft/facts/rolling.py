"""Raw events that are older than their source keeps them, rolled up in the log and in the store.

Of what a user did by one name on one local day, with the same of what is remembered of its properties, the first and
the last event stay (`rolled`), the first for all but the last; of the others the digest of their id does (`gone`).
Whatever state is added up from them is what it was. Entries keep their numbers, and each segment is rolled up by
itself: a crash between two segments, or before the store follows, leaves a log that says the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from aloft.collect.inbox import Inbox
from aloft.collect.values import EPOCH
from aloft.facts.arrivals import HASH, note_rolled
from aloft.facts.joined import drop_joined
from aloft.facts.log import GONE, ROLLED, Segment, export, numbers, rewrite, segments
from aloft.facts.store import FactStore

RAW = ("track", "page", "screen")
"""The kinds that are rolled up: others say who is who, or are counts already."""
ALWAYS = "product"
"""The property by which relationships are told apart."""
CHANGED = ("kind", "message_id", "name", "account", "user", "occurred", "times", "body")
Columns = Mapping[str, list[Any]]


@dataclass(frozen=True)
class Memory:
    """What is remembered of events: `properties` by the name of the event, those under '' of every event; `instants`
    are the names of which each instant is, or all names with ''."""

    properties: Mapping[str, frozenset[str]] = field(default_factory=dict)
    instants: frozenset[str] = frozenset()

    def of(self, name: str) -> frozenset[str]:
        return self.properties.get(name, frozenset()) | self.properties.get("", frozenset()) | {ALWAYS}


@dataclass(frozen=True)
class _Stays:
    """An event as the store has it, for a file may have corrected it since; `occurred` is naive UTC."""

    times: int
    properties: str
    occurred: datetime
    name: str
    account: str
    user: str


@dataclass(frozen=True)
class _Rolled:
    """What a segment says of each event from now on, by its number; `known` are all that the store has of it."""

    stay: Mapping[int, _Stays]
    go: Mapping[int, str]
    known: Collection[int]


def roll_up(store: FactStore, inbox: Inbox, folder: Path, source: str, before: int, memory: Memory) -> int:
    """Roll up the events of a source from before the day `before` (days since 1970-01-01, local to the account).

    For a store whose entries are all drained, by the process that has it open. Gives how many events were raw.
    """
    _find(store, source, before)
    raw: int = store.run("SELECT count(*) FROM expiring")[0][0]
    if raw:
        export(store, inbox, folder, minimum=1)
    listed = segments(folder) if folder.exists() else []
    _group(store, listed, memory)
    # What the drain refused goes too, once it is a day older than any zone makes it.
    end = (EPOCH + timedelta(days=before - 1)).replace(tzinfo=None)
    touched = _segments_of_rolled(store) if raw else frozenset()
    for segment in listed:
        if segment.first in touched or _holds_refused(segment, source, end):
            drop_joined(folder)
            _rewrite(segment, source, end, _of_segment(store, segment, source))
    if raw:
        with store.transaction():
            _follow(store)
    return raw


def _find(store: FactStore, source: str, before: int) -> None:
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE expiring AS
        SELECT e.*, coalesce(n.name, '') AS called, {HASH} AS hash
        FROM event e LEFT JOIN event_name n ON n.id = e.name
        WHERE e.stream = 0 AND e.source = $source AND e.day < $before AND e.kind IN {RAW}""",
        {"source": source, "before": before},
    )


def _group(store: FactStore, listed: Iterable[Segment], memory: Memory) -> None:
    """Make `rolled`: what becomes of each; nobody knows of an event without a user whether it was one's."""
    store.load("segment", pa.table({"segment": pa.array([one.first for one in listed], pa.int64())}))
    names = [name for (name,) in store.run("SELECT DISTINCT called FROM expiring ORDER BY ALL")]
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE rolled AS
        WITH thin AS (
            SELECT x.seq, x.hash, x.name, x.day, x.times, x.occurred, x.called, x.app_user, s.segment,
                CASE WHEN x.named_account THEN coalesce(b.was, x.account) END AS account,
                {_remembered(names, memory)} AS properties,
                row_number() OVER same AS nth, count(*) OVER (same ROWS BETWEEN UNBOUNDED PRECEDING
                    AND UNBOUNDED FOLLOWING) AS n
            FROM expiring x ASOF JOIN segment s ON x.seq >= s.segment
            LEFT JOIN absorbed b ON b.relation = 'event' AND b.stream = 0 AND b.seq = x.seq
            WINDOW same AS (
                PARTITION BY s.segment, coalesce(b.was, x.account), x.named_account, x.app_user, x.name, x.day,
                    {_remembered(names, memory)},
                    CASE WHEN x.app_user IS NULL OR x.times <> 1 OR {_exact(memory)} THEN x.seq END
                ORDER BY x.occurred, x.received, x.message_id)
        )
        SELECT * EXCLUDE (nth, n) REPLACE (CASE WHEN nth = 1 AND n > 1 THEN n - 1 ELSE times END AS times),
            nth = 1 OR nth = n AS stays
        FROM thin"""
    )


def _remembered(names: Collection[str], memory: Memory) -> str:
    """SQL of the properties that are remembered: each is there, NULL where the event has none."""
    if not names:
        return "NULL::TEXT"
    by_properties: dict[frozenset[str], list[str]] = {}
    for name in names:
        by_properties.setdefault(memory.of(name), []).append(name)
    cases = (
        f"WHEN x.called IN ({', '.join(map(_text, called))}) THEN json_object({_pairs(properties)})"
        for properties, called in by_properties.items()
    )
    return f"(CASE {' '.join(cases)} END)::TEXT"


def _pairs(properties: Collection[str]) -> str:
    plain = sorted(one.replace('"', "") for one in properties)
    return ", ".join(f"""{_text(one)}, json_extract(x.properties, {_text(f'$."{one}"')})""" for one in plain)


def _exact(memory: Memory) -> str:
    if "" in memory.instants:
        return "true"
    return f"x.called IN ({', '.join(map(_text, sorted(memory.instants))) or 'NULL'})"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _segments_of_rolled(store: FactStore) -> frozenset[int]:
    return store.integers("SELECT DISTINCT segment FROM rolled")


def _holds_refused(segment: Segment, source: str, end: datetime) -> bool:
    """Whether entries are raw that should not be: those of the store are looked for in the store."""
    old = [("source", "==", source), ("kind", "in", RAW), ("occurred", "<", end)]
    return bool(pq.read_table(segment.path, columns=["kind"], filters=old).num_rows)


def _of_segment(store: FactStore, segment: Segment, source: str) -> _Rolled:
    rows = store.run(
        """SELECT r.stays, r.hash, r.seq, r.times, r.properties, r.occurred, r.called, coalesce(a.external, ''),
            coalesce(u.external, '')
        FROM rolled r LEFT JOIN account a ON a.id = r.account LEFT JOIN app_user u ON u.id = r.app_user
        WHERE r.segment = $first""",
        {"first": segment.first},
    )
    known = store.integers(
        "SELECT seq FROM event WHERE stream = 0 AND source = $source AND seq BETWEEN $first AND $last",
        {"source": source, "first": segment.first, "last": segment.last},
    )
    return _Rolled(
        {seq: _Stays(*rest) for stays, _, seq, *rest in rows if stays},
        {seq: str(digest) for stays, digest, seq, *_ in rows if not stays},
        known,
    )


def _rewrite(segment: Segment, source: str, end: datetime, rolled: _Rolled) -> None:
    rows = pq.read_table(segment.path)
    columns = {name: rows[name].to_pylist() for name in (*CHANGED, "source", "received")}
    for row, seq in enumerate(numbers(rows, segment)):
        if seq in rolled.stay:
            _stay(columns, row, rolled.stay[seq])
        elif seq in rolled.go:
            _go(columns, row, rolled.go[seq])
        elif seq not in rolled.known and _is_old(columns, row, source, end):
            _go(columns, row, "")
    rewrite(segment.path, rows, {name: columns[name] for name in CHANGED})


def _is_old(columns: Columns, row: int, source: str, end: datetime) -> bool:
    return columns["source"][row] == source and columns["kind"][row] in RAW and columns["occurred"][row] < end


def _stay(columns: Columns, row: int, event: _Stays) -> None:
    said = {"properties": json.loads(event.properties)}
    columns["kind"][row], columns["times"][row] = ROLLED, event.times
    columns["name"][row], columns["occurred"][row] = event.name, event.occurred
    columns["account"][row], columns["user"][row] = event.account, event.user
    columns["body"][row] = json.dumps(said, ensure_ascii=False).encode()


def _go(columns: Columns, row: int, digest: str) -> None:
    """Of its id the digest stays, where it was counted."""
    for name in ("name", "account", "user"):
        columns[name][row] = ""
    columns["kind"][row], columns["message_id"][row], columns["body"][row] = GONE, digest, b"{}"
    columns["occurred"][row], columns["times"][row] = columns["received"][row], 0


def _follow(store: FactStore) -> None:
    """The store says what the log says; state stays as it is, for it would be the same."""
    gone = "SELECT seq FROM rolled WHERE NOT stays"
    store.run(f"DELETE FROM event WHERE stream IN (0, 2) AND seq IN ({gone})")
    store.run(f"DELETE FROM absorbed WHERE relation = 'event' AND stream = 0 AND seq IN ({gone})")
    store.run(
        f"""UPDATE event SET kind = '{ROLLED}', times = r.times, properties = r.properties
        FROM rolled r WHERE r.stays AND event.stream IN (0, 2) AND event.seq = r.seq"""
    )
    store.run("INSERT INTO gone SELECT hash FROM rolled WHERE NOT stays")
    note_rolled(store, "(SELECT * FROM rolled WHERE stays)")


def rolled_up_to(store: FactStore) -> int | None:
    """The last day of which some event is rolled up; None where none is."""
    found: int | None = store.run("SELECT max(day) FROM rolled_up")[0][0]
    return found


def day_of(at: datetime) -> int:
    """The UTC day of an aware instant, as days since 1970-01-01."""
    return (at - EPOCH).days
