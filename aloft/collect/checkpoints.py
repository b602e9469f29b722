"""What a SQLite journal holds is moved into its file beside the writer.

Within a commit it would keep all who wait for that commit waiting for two more syncs, of megabytes.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

log = logging.getLogger(__name__)

ROWS = 30_000  # changed since the last; some 16 MB of journal
COMMITS = 500
PAGES = 20_000  # of the journal, which a commit moves by itself if nobody has
MOVE = "PRAGMA wal_checkpoint(PASSIVE)"


class Checkpoints:
    """For one connection that writes, and used by its thread alone.

    A thread moves most of the journal while the writer goes on; the writer then moves the few pages that came
    meanwhile, after which SQLite begins the journal anew.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, patience: float) -> None:
        self._path, self._connection, self._patience = path, connection, patience
        self._rows, self._commits = connection.total_changes, 0
        self._orders: SimpleQueue[bool] = SimpleQueue()
        self._ordered, self._moved = False, Event()
        self._thread: Thread | None = None
        connection.execute(f"PRAGMA wal_autocheckpoint={PAGES}")

    def committed(self) -> None:
        """Between transactions, after each."""
        self._commits += 1
        if self._ordered and self._moved.is_set():
            with noted():
                self._connection.execute(MOVE).fetchall()
            self._rows, self._commits = self._connection.total_changes, 0
            self._ordered = False
        elif not self._ordered and self._is_due():
            self._order()

    def close(self) -> None:
        if self._thread:
            self._orders.put(False)
            self._thread.join()

    def _is_due(self) -> bool:
        return self._commits >= COMMITS or self._connection.total_changes - self._rows >= ROWS

    def _order(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="inbox-checkpoints", daemon=True)
            self._thread.start()
        self._moved.clear()
        self._ordered = True
        self._orders.put(True)

    def _run(self) -> None:
        while self._orders.get():
            with noted(), closing(sqlite3.connect(self._path, timeout=self._patience)) as connection:
                connection.execute(MOVE).fetchall()
            self._moved.set()


@contextmanager
def noted() -> Iterator[None]:
    """What cannot be moved stays in the journal, where it is as safe."""
    try:
        yield
    except sqlite3.Error:
        log.warning("the journal of the inbox could not be moved into its file", exc_info=True)
