"""What came of the messages of each source, hour by hour: counted in the transaction that stores them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aloft.collect import opening
from aloft.collect.place import Place
from aloft.collect.tables import Tables
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


def count(tables: Tables, at: int, judged: Iterable[tuple[str, Outcome]]) -> None:
    """Within the caller's transaction; `at` in microseconds."""
    hour = at // HOUR
    rows = [(hour, source, str(outcome), n) for (source, outcome), n in Counter(judged).items()]
    add = """INSERT INTO tally VALUES (?, ?, ?, ?)
        ON CONFLICT (hour, source, outcome) DO UPDATE SET n = tally.n + excluded.n"""
    for row in rows:
        tables.execute(add, row)
    tables.execute("DELETE FROM tally WHERE hour < ?", (hour - KEPT,))


def tallies(inbox: Place, since: datetime) -> list[Tally]:
    """From the hour of `since` on. InboxUnavailable when it cannot be read; none while there is no inbox."""
    query = "SELECT hour, source, outcome, n FROM tally WHERE hour >= ? ORDER BY hour, source, outcome"
    with _reading(inbox) as tables:
        rows = _rows(tables, "tally", query, (micros(since) // HOUR,))
        return [Tally(instant(hour * HOUR), source, Outcome(outcome), n) for hour, source, outcome, n in rows]


def reasons(inbox: Place) -> dict[tuple[str, str], int]:
    """How many problems there are by source and reason; of the last 30 days."""
    query = "SELECT source, reason, count(*) FROM problem GROUP BY source, reason"
    with _reading(inbox) as tables:
        return {(source, reason): n for source, reason, n in _rows(tables, "problem", query, ())}


def problems_of(inbox: Place, source: str, limit: int = 100) -> list[Problem]:
    """Of a source, the newest first; kept for 30 days."""
    query = """SELECT source, reason, at, message_id, body FROM problem WHERE source = ?
        ORDER BY at DESC, {} DESC LIMIT ?"""
    with _reading(inbox) as tables:
        rows = _rows(tables, "problem", query, (source, limit))
        return [Problem(name, reason, instant(at), message, body) for name, reason, at, message, body in rows]


@contextmanager
def _reading(inbox: Place) -> Iterator[Tables | None]:
    """The inbox as it is, which a reader never makes."""
    try:
        tables = opening.look(inbox, PATIENCE)
        if tables is None:
            yield None
            return
        with closing(tables):
            yield tables
    except sqlite3.Error as error:
        raise InboxUnavailable(str(error)) from error


def _rows(
    tables: Tables | None, table: str, query: str, parameters: tuple[object, ...]
) -> list[tuple[Any, ...]]:
    """None of a table that an earlier release has not made."""
    known = tables is not None and tables.has(table)
    return tables.execute(query.format(tables.since), parameters).fetchall() if tables and known else []
