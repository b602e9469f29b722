"""What came of the messages of each source, hour by hour: counted in the transaction that stores them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aloft.collect.values import MICROSECOND, InboxUnavailable, Outcome, Problem, instant, micros

HOUR = timedelta(hours=1) // MICROSECOND
KEPT = 24 * 30  # hours, as long as problems are
PATIENCE = 1.0  # seconds that a page waits for the file


@dataclass(frozen=True)
class Tally:
    """`hour`: the instant (UTC) at which the hour of receiving began."""

    hour: datetime
    source: str
    outcome: Outcome
    n: int


def count(connection: sqlite3.Connection, at: int, judged: Iterable[tuple[str, Outcome]]) -> None:
    """Within the caller's transaction; `at` in microseconds."""
    hour = at // HOUR
    rows = [(hour, source, str(outcome), n) for (source, outcome), n in Counter(judged).items()]
    connection.executemany(
        "INSERT INTO tally VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n", rows
    )
    connection.execute("DELETE FROM tally WHERE hour < ?", (hour - KEPT,))


def tallies(inbox: Path, since: datetime) -> list[Tally]:
    """From the hour of `since` on. InboxUnavailable when the file cannot be read; none while there is no file."""
    query = "SELECT hour, source, outcome, n FROM tally WHERE hour >= ? ORDER BY hour, source, outcome"
    with _reading(inbox) as connection:
        rows = _rows(connection, "tally", query, (micros(since) // HOUR,))
        return [Tally(instant(hour * HOUR), source, Outcome(outcome), n) for hour, source, outcome, n in rows]


def reasons(inbox: Path) -> dict[tuple[str, str], int]:
    """How many problems there are by source and reason; of the last 30 days."""
    query = "SELECT source, reason, count(*) FROM problem GROUP BY source, reason"
    with _reading(inbox) as connection:
        return {(source, reason): n for source, reason, n in _rows(connection, "problem", query, ())}


def problems_of(inbox: Path, source: str, limit: int = 100) -> list[Problem]:
    """Of a source, the newest first; kept for 30 days."""
    query = """SELECT source, reason, at, message_id, body FROM problem WHERE source = ?
        ORDER BY at DESC, rowid DESC LIMIT ?"""
    with _reading(inbox) as connection:
        rows = _rows(connection, "problem", query, (source, limit))
        return [Problem(name, reason, instant(at), message, body) for name, reason, at, message, body in rows]


@contextmanager
def _reading(inbox: Path) -> Iterator[sqlite3.Connection | None]:
    """The file as it is, which a reader never makes."""
    if not inbox.exists():
        yield None
        return
    try:
        with closing(sqlite3.connect(f"{inbox.as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise InboxUnavailable(str(error)) from error


def _rows(
    connection: sqlite3.Connection | None, table: str, query: str, parameters: tuple[object, ...]
) -> list[tuple[Any, ...]]:
    """None of a table that an earlier release has not made."""
    if connection is None:
        return []
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return connection.execute(query, parameters).fetchall() if known else []
