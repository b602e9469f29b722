from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from aloft.clock import Clock
from aloft.collect import opening
from aloft.collect.ids import Ids
from aloft.collect.place import Place
from aloft.collect.rows import Row, store
from aloft.collect.tables import Tables
from aloft.collect.values import InboxUnavailable, Outcome

log = logging.getLogger(__name__)

LINGER = 0.003  # seconds; a lone append never lingers
GROUP_LINGERS_UNTIL = 500  # events
GROUP_LIMIT = 5_000  # events
WAITING_LIMIT = 200_000  # events


@dataclass(frozen=True)
class Append:
    rows: Sequence[Row]
    received: datetime | None
    answer: Future[list[Outcome]] = field(default_factory=Future)


class Writer:
    """The one thread of this process that writes entries: whoever waits meanwhile shares the next commit."""

    def __init__(self, place: Place, clock: Clock, patience: float) -> None:
        self._place, self._clock, self._patience = place, clock, patience
        self._tables: Tables | None = None
        self._queue: SimpleQueue[Append | None] = SimpleQueue()
        self._lock = Lock()
        self._waiting = 0
        self._closed = self._ended = False
        self._linger = 0.0
        self._ids = Ids()
        self._thread = Thread(target=self._run, name="inbox-writer", daemon=True)
        self._thread.start()

    def submit(self, append: Append) -> None:
        with self._lock:
            if self._closed:
                raise InboxUnavailable("the inbox is closed")
            if self._waiting > WAITING_LIMIT:
                raise InboxUnavailable("too many events are waiting to be stored")
            self._waiting += len(append.rows)
            self._queue.put(append)

    def close(self) -> None:
        """What was submitted is stored first."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while not self._ended:
            if group := self._gather():
                self._settle(group)
        self._disconnect()

    def _gather(self) -> list[Append]:
        group: list[Append] = []
        events, until = 0, 0.0
        while events < GROUP_LIMIT:
            wait = max(0.0, until - time.monotonic()) if events < GROUP_LINGERS_UNTIL else 0.0
            try:
                append = self._queue.get(timeout=wait if group else None)
            except Empty:
                break
            if append is None:
                self._ended = True
                break
            if not group:
                until = time.monotonic() + self._linger
            group.append(append)
            events += len(append.rows)
        self._linger = LINGER if len(group) > 1 else 0.0
        return group

    def _settle(self, group: list[Append]) -> None:
        try:
            outcomes = self._commit(group)
        except (sqlite3.Error, OSError, InboxUnavailable) as error:
            self._fail(group, InboxUnavailable(str(error)))
        except Exception as error:
            log.exception("an append failed in the inbox writer")
            self._fail(group, error)
        else:
            self._answered(group)
            for append, outcome in zip(group, outcomes, strict=True):
                append.answer.set_result(outcome)
            if self._tables:
                self._tables.keep_up()

    def _fail(self, group: list[Append], error: Exception) -> None:
        self._disconnect()
        self._answered(group)
        for append in group:
            append.answer.set_exception(error)

    def _answered(self, group: list[Append]) -> None:
        with self._lock:
            self._waiting -= sum(len(append.rows) for append in group)

    def _disconnect(self) -> None:
        """Closing rolls an open transaction back; the next group connects anew."""
        if self._tables:
            self._tables.close()
        self._tables, self._ids = None, Ids()

    def _commit(self, group: list[Append]) -> list[list[Outcome]]:
        tables = self._tables = self._tables or opening.connect(self._place, self._patience)
        tables.begin()
        outcomes: list[list[Outcome]] = []
        for received, appends in groupby(group, key=lambda append: append.received):
            together = list(appends)
            rows = [each for append in together for each in append.rows]
            judged = iter(store(tables, rows, received or self._clock.now(), self._ids))
            outcomes += [[next(judged) for _ in append.rows] for append in together]
        tables.commit()
        return outcomes
