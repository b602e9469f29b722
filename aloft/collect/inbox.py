"""Where every fact from outside is kept from the moment it is acknowledged until the fact store has it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from aloft.clock import Clock, SystemClock
from aloft.collect import opening
from aloft.collect.place import Place
from aloft.collect.rows import row
from aloft.collect.tables import Tables, move_position, position, readable
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
    """One SQLite file, or schema of PostgreSQL, that several threads and processes may append to.

    An append returns once its entries would survive a power cut. A message id that its source has sent in
    the last seven days is refused: `duplicate` when it says the same, `conflict` (and a `Problem`) when not.
    Every method raises InboxUnavailable when it is locked longer than `patience` seconds, full,
    read-only or gone; an append that raises stored nothing, unless the disk failed in the commit itself.
    """

    def __init__(self, place: Place, clock: Clock | None = None, patience: float = 5.0) -> None:
        self._place, self._patience = place, patience
        self._lock = Lock()
        self._tables: Tables | None = None
        with self._connected():
            pass
        self._writer = Writer(place, clock or SystemClock(), patience)

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
        with self._connected() as tables:
            query = "SELECT * FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
            for cells in tables.execute(query, (after, _last(tables, upto), limit)):
                entry = logged(*cells)
                if until is not None and entry.received > until:
                    break
                found.append(entry)
        return found

    def next_received(self, after: int, upto: int | None = None) -> datetime | None:
        """When the first entry above `after`, at most `upto`, was received."""
        query = "SELECT received FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT 1"
        with self._connected() as tables:
            found = tables.execute(query, (after, _last(tables, upto))).fetchone()
        return instant(found[0]) if found else None

    def end(self) -> int:
        """The logged position: the `seq` of the last entry ever stored, 0 before the first.

        It stops short of what is reserved, until that is released.
        """
        with self._connected() as tables:
            return readable(tables)

    def reserve(self, entries: int) -> int:
        """Keep that many numbers for entries that are written to the log directly; gives the first of them.

        Nobody reads beyond until they are released; numbers that are never used are a gap, and no harm.
        """
        with self._connected() as tables:
            tables.begin()
            seq, received = position(tables)
            move_position(tables, seq + entries, received)
            tables.execute("INSERT INTO reserved VALUES (?)", (seq + 1,))
            tables.commit()
        return seq + 1

    def release(self) -> None:
        """Whatever was reserved is written, or never will be."""
        with self._connected() as tables:
            tables.execute("DELETE FROM reserved")

    def holds(self) -> bool:
        """Whether something is reserved."""
        with self._connected() as tables:
            return tables.execute("SELECT 1 FROM reserved").fetchone() is not None

    def forget(self, upto: int) -> None:
        """Drop entries that the log has. Their ids go on being refused."""
        query = "DELETE FROM entry WHERE seq IN (SELECT seq FROM entry WHERE seq <= ? ORDER BY seq LIMIT ?)"
        dropped = FORGET_AT_ONCE
        while dropped == FORGET_AT_ONCE:
            with self._connected() as tables:
                dropped = tables.execute(query, (upto, FORGET_AT_ONCE)).rowcount

    def problems(self, limit: int = 100) -> list[Problem]:
        """The newest first. Kept for 30 days."""
        query = "SELECT source, reason, at, message_id, body FROM problem ORDER BY at DESC, {} DESC LIMIT ?"
        with self._connected() as tables:
            rows = tables.execute(query.format(tables.since), (limit,)).fetchall()
        return [
            Problem(source, reason, instant(at), message, body) for source, reason, at, message, body in rows
        ]

    def close(self) -> None:
        """Appends already under way are stored and answered first."""
        self._writer.close()
        with self._lock:
            self._disconnect()

    @contextmanager
    def _connected(self) -> Iterator[Tables]:
        with self._lock:
            try:
                self._tables = self._tables or opening.connect(self._place, self._patience)
                yield self._tables
            except InboxUnavailable:
                self._disconnect()
                raise
            except (sqlite3.Error, OSError) as error:
                self._disconnect()
                raise InboxUnavailable(str(error)) from error

    def _disconnect(self) -> None:
        if self._tables:
            self._tables.close()
        self._tables = None


def _last(tables: Tables, upto: int | None) -> int:
    end = readable(tables)
    return end if upto is None else min(upto, end)


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
