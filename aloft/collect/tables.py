"""The inbox file: the log of entries, and the ids of the last seven days in a table per day.

Statements run over many rows at once: each step of a statement gives up the interpreter lock, and a writer
that gives it up per row waits for every busy thread per row.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

WINDOW = timedelta(days=7)
RUNS = (512, 128, 32, 8, 1)
SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  seq INTEGER PRIMARY KEY, received INTEGER NOT NULL, source TEXT NOT NULL, message_id TEXT NOT NULL,
  kind TEXT NOT NULL, name TEXT NOT NULL, account TEXT NOT NULL, user TEXT NOT NULL,
  occurred INTEGER NOT NULL, times INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS position (
  only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL, received INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS problem (
  source TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
  message_id TEXT NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS closed (name TEXT PRIMARY KEY, bits BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS reserved (first INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS tally (
  hour INTEGER NOT NULL, source TEXT NOT NULL, outcome TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (hour, source, outcome)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS problem_at ON problem (at);
INSERT OR IGNORE INTO position VALUES (1, 0, 0);
"""


def connect(path: Path, patience: float) -> sqlite3.Connection:
    """A connection that waits `patience` seconds for a lock; what it commits survives a power cut."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    try:
        prepare(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA wal_autocheckpoint=4000")
    connection.execute("PRAGMA journal_size_limit=67108864")
    connection.execute("PRAGMA cache_size=-32768")
    connection.execute("PRAGMA mmap_size=1073741824")
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tally'").fetchone():
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")


def position(connection: sqlite3.Connection) -> tuple[int, int]:
    """The last `seq` and its `received` in microseconds."""
    seq, received = connection.execute("SELECT seq, received FROM position").fetchone()
    return seq, received


def move_position(connection: sqlite3.Connection, seq: int, received: int) -> None:
    connection.execute("UPDATE position SET seq = ?, received = ?", (seq, received))


def readable(connection: sqlite3.Connection) -> int:
    """The `seq` up to which entries may be read: what is reserved is written elsewhere first."""
    (first,) = connection.execute("SELECT min(first) FROM reserved").fetchone()
    return position(connection)[0] if first is None else int(first) - 1


def day_tables(connection: sqlite3.Connection, today: date) -> tuple[str, list[str]]:
    """The table of today's ids, made if missing, and those of the days before; older ones are dropped."""
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'seen_[0-9]*' ORDER BY name DESC"
    )
    there = [name for (name,) in connection.execute(names)]
    oldest = f"seen_{today - WINDOW:%Y%m%d}"
    for name in there:
        if name < oldest:
            connection.execute(f"DROP TABLE {name}")
            connection.execute("DELETE FROM closed WHERE name = ?", (name,))
    current = f"seen_{today:%Y%m%d}"
    if current not in there:
        connection.execute(
            f"CREATE TABLE {current} (key BLOB PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID"
        )
    return current, [name for name in there if oldest <= name < current]


def seen(connection: sqlite3.Connection, table: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    """The digest under which each of these keys was first stored; keys not in the table are left out."""
    found: dict[bytes, bytes] = {}
    for run in runs(sorted(keys)):
        marks = ",".join("?" * len(run))
        found.update(connection.execute(f"SELECT key, digest FROM {table} WHERE key IN ({marks})", run))  # noqa: S608
    return found


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    for run in runs(rows):
        row = "(" + ",".join("?" * len(run[0])) + ")"
        values = ",".join([row] * len(run))
        connection.execute(f"INSERT INTO {table} VALUES {values}", [cell for one in run for cell in one])  # noqa: S608


def runs(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut into few lengths, so that few statements are prepared."""
    start = 0
    while start < len(items):
        length = next(size for size in RUNS if size <= len(items) - start)
        yield items[start : start + length]
        start += length
