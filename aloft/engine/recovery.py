"""What an engine finds as it starts and mends: a log out of order, a store that was lost, a killed import."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from aloft.collect.inbox import Inbox
from aloft.engine import backup, editing, erasing
from aloft.engine.alone import alone
from aloft.engine.models import Decided
from aloft.facts.changes import ChangeRow
from aloft.facts.drain import drain
from aloft.facts.log import mend, put_in_order
from aloft.facts.reading import Reader, received
from aloft.facts.store import FactStore

log = logging.getLogger(__name__)

LONG = 500_000  # entries, which take some ten seconds


class LogTooShort(Exception):
    """Entries that were decided are in the log no longer."""


def complete(home: Path, log: Path, at: datetime) -> int:
    """What an earlier process has left half done, while nobody has the store open; how many were erased."""
    mend(log)
    backup.note_restored(home)
    return erasing.complete(home, at)


def is_asked_to_erase() -> bool:
    return erasing.pending()


def order(home: Path, log: Path, inbox: Inbox) -> None:
    """What is rolled from its beginning is rolled as it was recorded, whatever order the files came in."""
    with alone(home) as nobody_imports:
        if nobody_imports:
            put_in_order(log, inbox)


def release(home: Path, inbox: Inbox) -> None:
    """What an import has reserved and, killed, never wrote."""
    if inbox.holds():
        with alone(home) as nobody_imports:
            if nobody_imports:
                inbox.release()


def catch_up(store: FactStore, reader: Reader, decided: Decided) -> None:
    """A store that lies behind what is decided was lost: it is made anew from the log, and decides nothing.

    Where that takes long, the process says how far it has come. Raises LogTooShort.
    """
    begun, tenths = store.positions().inbox, 0
    while _is_behind(store, decided):
        drained = store.positions()
        entries = reader.take(drained.inbox)
        known = entries.filter(pc.less_equal(entries["seq"], decided.inbox))
        changes = editing.numbered(drained.changes, decided.changes)
        at = latest(known, changes)
        if at is None:
            raise LogTooShort(
                f"what was decided rests on {decided.inbox:,} entries, and the log ends before: "
                "bring back the files of its folder, or restore a backup"
            )
        drain(store, known, changes, at)
        tenths = _told(begun, store.positions().inbox, decided.inbox, tenths)


def _told(begun: int, come: int, end: int, tenths: int) -> int:
    """How many tenths of the way lie behind; each of a long one is said once."""
    if end - begun < LONG:
        return tenths
    now = 10 * (come - begun) // (end - begun)
    if now > tenths:
        log.warning("the fact store is drained anew from the log: %s of %s entries", f"{come:,}", f"{end:,}")
    return now


def _is_behind(store: FactStore, decided: Decided) -> bool:
    drained = store.positions()
    return drained.inbox < decided.inbox or drained.changes < decided.changes


def latest(entries: pa.Table, changes: Sequence[ChangeRow]) -> datetime | None:
    """When the last of them was recorded."""
    last = [received(entries, entries.num_rows - 1)] if entries.num_rows else []
    return max([*last, *(change.at for change in changes[-1:])], default=None)
