"""The tables of the inbox in a SQLite file.

Statements run over many rows at once: each step of a statement gives up the interpreter lock, and a writer
that gives it up per row waits for every busy thread per row.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

from aloft.collect.checkpoints import Checkpoints
from aloft.collect.tables import FORMER, RUN, TAIL

T = TypeVar("T")

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
DROP TABLE IF EXISTS closed;
CREATE TABLE IF NOT EXISTS filter (name TEXT PRIMARY KEY, bits BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS reserved (first INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS tally (
  hour INTEGER NOT NULL, source TEXT NOT NULL, outcome TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (hour, source, outcome)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS problem_at ON problem (at);
INSERT OR IGNORE INTO position VALUES (1, 0, 0);
"""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "wal_autocheckpoint=4000",
    "journal_size_limit=67108864",
    "cache_size=-32768",
    "mmap_size=1073741824",
)


class SqliteTables:
    since = "rowid"

    def __init__(self, path: Path, connection: sqlite3.Connection, patience: float) -> None:
        self._path, self._connection, self._patience = path, connection, patience
        self._checkpoints: Checkpoints | None = None
        self.execute = connection.execute

    def begin(self) -> None:
        self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.execute("COMMIT")

    def keep_up(self) -> None:
        self._checkpoints = self._checkpoints or Checkpoints(self._path, self._connection, self._patience)
        self._checkpoints.committed()

    def close(self) -> None:
        if self._checkpoints:
            self._checkpoints.close()
        self._connection.close()

    def settle(self) -> None:
        self.execute("VACUUM")
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def has(self, table: str) -> bool:
        return self.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None

    def of_ids(self) -> list[str]:
        return self._called((RUN, TAIL))

    def former_ids(self) -> list[str]:
        return self._called(FORMER)

    def make_tail(self, name: str) -> None:
        self.execute(f"CREATE TABLE {name} (seq INTEGER PRIMARY KEY, ids BLOB NOT NULL)")

    def make_run(self, name: str) -> None:
        self.execute(f"CREATE TABLE {name} (piece INTEGER PRIMARY KEY, ids BLOB NOT NULL)")

    def drop_ids(self, name: str) -> None:
        self.execute(f"DROP TABLE {name}")
        self.execute("DELETE FROM filter WHERE name = ?", (name,))

    def _called(self, prefixes: tuple[str, str]) -> list[str]:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND (name GLOB ? OR name GLOB ?)"
        return [name for (name,) in self.execute(query, [f"{prefix}[0-9]*" for prefix in prefixes])]

    def insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        for run in runs(rows):
            row = "(" + ",".join("?" * len(run[0])) + ")"
            values = ",".join([row] * len(run))
            self.execute(f"INSERT INTO {table} VALUES {values}", list(chain.from_iterable(run)))  # noqa: S608


def connect(path: Path, patience: float) -> SqliteTables:
    """It waits `patience` seconds for a lock."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    try:
        prepare(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return SqliteTables(path, connection, patience)


def look(path: Path, patience: float) -> SqliteTables | None:
    """To read the file as it is; None while there is none, which a reader never makes."""
    if not path.exists():
        return None
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=patience)
    return SqliteTables(path, connection, patience)


def prepare(connection: sqlite3.Connection) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    made = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE name IN ('tally', 'filter')"
    ).fetchone()
    if made != (2,):  # of an earlier release some are missing
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")


def runs(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut into few lengths, so that few statements are prepared."""
    start = 0
    while start < len(items):
        length = next(size for size in RUNS if size <= len(items) - start)
        yield items[start : start + length]
        start += length
