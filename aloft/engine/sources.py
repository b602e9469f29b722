"""Which sources are late: one data alert for each, and what waits for them is looked at when they return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from aloft.act.models import Due, DueKind
from aloft.engine.models import DataAlert
from aloft.facts.changes import ChangeRow
from aloft.facts.completeness import Arrival, Sources
from aloft.facts.store import FactStore


class SourceWatch:
    """`behind`: the sources that are late, each with the mark at which it stopped. Frames read it too."""

    def __init__(self, store: FactStore) -> None:
        self.sources = Sources(store, {})
        self.behind: dict[str, datetime] = {}

    def load(self) -> None:
        """Read anew: arrivals from the facts, alerts from what was decided."""
        self.sources.load()
        standing = DataAlert.objects.filter(ended_at=None)
        self.behind.clear()
        self.behind.update(standing.values_list("source", "mark"))

    def follow(self, named: Iterable[Mapping[str, Sequence[str]]]) -> None:
        """The sources of the models that are live."""
        events: dict[str, Sequence[str]] = {}
        for sources in named:
            events |= {name: [*events.get(name, ()), *given] for name, given in sources.items()}
        if self.sources.events != events:
            self.sources.name(events)

    def next_late(self) -> datetime | None:
        """When a source will be late, unless something arrives."""
        waits = [self.sources.late_at(name) for name in self.sources.names if name not in self.behind]
        return min((at for at in waits if at is not None), default=None)

    def mark(self, source: str, now: datetime) -> datetime:
        return self.sources.standing(source, now).mark

    def notice(self, at: datetime) -> None:
        """Raise an alert for each source that is late by now."""
        for name in self.sources.names:
            standing = self.sources.standing(name, at)
            if name not in self.behind and standing.is_late(at):
                usual = int(standing.usual.total_seconds()) if standing.usual else None
                DataAlert.objects.create(
                    source=name, since=at, mark=standing.mark, last=standing.last, usual_seconds=usual
                )
                self.behind[name] = standing.mark

    def drained(self, at: datetime, arrived: Iterable[Arrival], changes: Iterable[ChangeRow]) -> None:
        """After a drain: end the alerts of what has returned, and look again at what waited for it."""
        self.sources.refresh(arrived)
        returned = [name for name in self.behind if not self.sources.standing(name, at).is_late(at)]
        DataAlert.objects.filter(source__in=returned, ended_at=None).update(ended_at=at)
        for name in returned:
            del self.behind[name]
        declared = any(change.kind == "source.complete" for change in changes)
        if returned or declared:
            Due.objects.filter(kind=DueKind.DEADLINE, details__has_key="blocked", at__gt=at).update(at=at)
