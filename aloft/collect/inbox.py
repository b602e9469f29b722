"""Where every fact from outside is kept from the moment it is acknowledged until the fact store has it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from aloft.clock import Clock, SystemClock
from aloft.collect import tables
from aloft.collect.rows import row
from aloft.collect.values import (
    Entry,
    InboxUnavailable,
    Logged,
    Outcome,
    Problem,
    instant,
)
from aloft.collect.writer import Append, Writer

__all__ = ["Entry", "Inbox", "InboxUnavailable", "Logged", "Outcome", "Problem"]

FORGET_AT_ONCE = 10_000  # entries; short enough that an append hardly waits


class Inbox:
    """One SQLite file that several threads and processes may append to.

    An append returns once its entries would survive a power cut. A message id that its source has sent in
    the last seven days is refused: `duplicate` when it says the same, `conflict` (and a `Problem`) when not.
    Every method raises InboxUnavailable when the file is locked longer than `patience` seconds, full,
    read-only or gone; an append that raises stored nothing, unless the disk failed in the commit itself.
    """

    def __init__(self, path: Path, clock: Clock | None = None, patience: float = 5.0) -> None:
        self._path, self._patience = path, patience
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        with self._connected():
            pass
        self._writer = Writer(path, clock or SystemClock(), patience)

    def append(self, entries: Sequence[Entry], received: datetime | None = None) -> list[Outcome]:
        """The outcome of each entry, after the commit. `received` is for history and never goes backwards.

        ValueError, storing nothing, for an entry without source or message id, or with text unfit for UTF-8.
        """
        if not entries:
            return []
        append = Append([row(entry) for entry in entries], received)
        self._writer.submit(append)
        return append.answer.result()

    def read(
        self, after: int, limit: int = 10_000, until: datetime | None = None, upto: int | None = None
    ) -> list[Logged]:
        """Entries with a `seq` above `after`, at most `upto`, up to the first that was received after `until`."""
        found: list[Logged] = []
        with self._connected() as connection:
            query = "SELECT * FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
            for cells in connection.execute(query, (after, _last(connection, upto), limit)):
                entry = logged(*cells)
                if until is not None and entry.received > until:
                    break
                found.append(entry)
        return found

    def next_received(self, after: int, upto: int | None = None) -> datetime | None:
        """When the first entry above `after`, at most `upto`, was received."""
        query = "SELECT received FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT 1"
        with self._connected() as connection:
            found = connection.execute(query, (after, _last(connection, upto))).fetchone()
        return instant(found[0]) if found else None

    def end(self) -> int:
        """The logged position: the `seq` of the last entry ever stored, 0 before the first.

        It stops short of what is reserved, until that is released.
        """
        with self._connected() as connection:
            return tables.readable(connection)

    def reserve(self, entries: int) -> int:
        """Keep that many numbers for entries that are written to the log directly; gives the first of them.

        Nobody reads beyond until they are released; numbers that are never used are a gap, and no harm.
        """
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            seq, received = tables.position(connection)
            tables.move_position(connection, seq + entries, received)
            connection.execute("INSERT INTO reserved VALUES (?)", (seq + 1,))
            connection.execute("COMMIT")
        return seq + 1

    def release(self) -> None:
        """Whatever was reserved is written, or never will be."""
        with self._connected() as connection:
            connection.execute("DELETE FROM reserved")

    def holds(self) -> bool:
        """Whether something is reserved."""
        with self._connected() as connection:
            return connection.execute("SELECT 1 FROM reserved").fetchone() is not None

    def forget(self, upto: int) -> None:
        """Drop entries that the log has. Their ids go on being refused."""
        query = "DELETE FROM entry WHERE seq IN (SELECT seq FROM entry WHERE seq <= ? ORDER BY seq LIMIT ?)"
        dropped = FORGET_AT_ONCE
        while dropped == FORGET_AT_ONCE:
            with self._connected() as connection:
                dropped = connection.execute(query, (upto, FORGET_AT_ONCE)).rowcount

    def problems(self, limit: int = 100) -> list[Problem]:
        """The newest first. Kept for 30 days."""
        query = (
            "SELECT source, reason, at, message_id, body FROM problem ORDER BY at DESC, rowid DESC LIMIT ?"
        )
        with self._connected() as connection:
            rows = connection.execute(query, (limit,)).fetchall()
        return [
            Problem(source, reason, instant(at), message, body) for source, reason, at, message, body in rows
        ]

    def close(self) -> None:
        """Appends already under way are stored and answered first."""
        self._writer.close()
        with self._lock:
            self._disconnect()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection = self._connection or tables.connect(self._path, self._patience)
                yield self._connection
            except (sqlite3.Error, OSError) as error:
                self._disconnect()
                raise InboxUnavailable(str(error)) from error

    def _disconnect(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def _last(connection: sqlite3.Connection, upto: int | None) -> int:
    readable = tables.readable(connection)
    return readable if upto is None else min(upto, readable)


def logged(
    seq: int,
    received: int,
    source: str,
    message_id: str,
    kind: str,
    name: str,
    account: str,
    user: str,
    occurred: int,
    times: int,
    body: bytes,
) -> Logged:
    return Logged(
        source=source,
        message_id=message_id,
        kind=kind,
        name=name,
        account=account,
        user=user,
        occurred=instant(occurred),
        times=times,
        body=body,
        seq=seq,
        received=instant(received),
    )
