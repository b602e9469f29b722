"""The whole log and all changes, in the order in which they were recorded, to be rolled forward."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.engine import editing
from aloft.facts.changes import ChangeRow
from aloft.facts.drain import Drained, drain
from aloft.facts.log import ROLLED, in_order
from aloft.facts.store import FactStore

AT_ONCE = 500_000
"""Entries of one step."""


class Tape:
    """It is read whole, and numbered anew: what an import recorded late lies among what came before it."""

    def __init__(self, entries: pa.Table, changes: list[ChangeRow]) -> None:
        self._entries, self._changes = entries, changes
        self._at = self._changed = 0

    @classmethod
    def of(cls, home: Path) -> Tape:
        """Of the deployment, whether or not its engine runs."""
        inbox = Inbox(inbox_of(home))
        try:
            return cls(in_order(home / "log", inbox), editing.about(None, datetime.max.replace(tzinfo=UTC)))
        finally:
            inbox.close()

    @property
    def first(self) -> datetime | None:
        """When the first of it was recorded."""
        logged = [self._entries["received"][0].as_py().replace(tzinfo=UTC)] if self._entries.num_rows else []
        return min([*logged, *(one.at for one in self._changes[:1])], default=None)

    @property
    def rolled_up(self) -> date | None:
        """The last day of which events are rolled up."""
        told = self._entries.filter(pc.equal(self._entries["kind"], ROLLED))["occurred"]
        last: datetime | None = pc.max(told).as_py()
        return last.date() if last else None

    def roll(self, store: FactStore, until: datetime) -> list[Drained]:
        """Drain what was recorded up to `until`; nothing twice."""
        upto = _count(self._entries["received"], until)
        changed = self._changed
        while changed < len(self._changes) and self._changes[changed].at <= until:
            changed += 1
        changes, self._changed = self._changes[self._changed : changed], changed
        steps: list[Drained] = []
        while self._at < upto or changes or not steps:
            rows = self._entries.slice(self._at, min(upto - self._at, AT_ONCE))
            self._at += rows.num_rows
            last = self._at >= upto
            steps.append(drain(store, rows, changes if last else [], until))
            changes = [] if last else changes
        return steps


def _count(instants: pa.ChunkedArray, until: datetime) -> int:
    """How many are at most `until`; they are in order."""
    bound = pa.scalar(until.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
    first = int(pc.index(pc.greater(instants, bound), True).as_py())
    return len(instants) if first < 0 else first
