"""What has opened, for a plan: what stands open, what keys are taken, where recurrences were, how often rules fired."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import pyarrow as pa
from django.db.models import Q

from aloft.act.models import Occurrence, OccurrenceState, Verdict
from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.engagement.model import Duration, Every, Model, ScheduleTrigger
from aloft.engine.merging import GONE
from aloft.facts.store import FactStore
from aloft.measures.frame import naive

LOOKED_BACK = timedelta(days=90)
UNTOUCHED = (OccurrenceState.PLANNED, OccurrenceState.OPEN)
UNDONE = (*UNTOUCHED, OccurrenceState.STARTED)

_INSTANT = pa.timestamp("us")
_KEYS = pa.schema([("row", pa.int64()), ("moment", pa.string()), ("anchor", pa.string()), ("n", pa.int32())])
_LAST = pa.schema([("row", pa.int64()), ("moment", pa.string()), ("due", _INSTANT), ("half", pa.int64())])
_OPEN = pa.schema(
    [
        ("row", pa.int64()),
        ("occurrence", pa.int64()),
        ("moment", pa.string()),
        ("role", pa.string()),
        ("due", _INSTANT),
        ("minutes", pa.int64()),
        ("version", pa.int64()),
        ("started", pa.bool_()),
        ("shared", pa.bool_()),
    ]
)
_NEAR = pa.schema(
    [
        ("row", pa.int64()),
        ("occurrence", pa.int64()),
        ("moment", pa.string()),
        ("due", _INSTANT),
        ("untouched", pa.bool_()),
    ]
)
_FIRED = pa.schema([("row", pa.int64()), ("moment", pa.string()), ("called", pa.string())])


@dataclass(frozen=True)
class History:
    """`renamed` is by the old name of a moment."""

    at: datetime
    renamed: Mapping[str, str]

    def load(self, store: FactStore) -> None:
        """Make `known`, `open_now` and `fired`, with the store's numbers of accounts."""
        _load(store, "open_now", _OPEN, self._open())
        _load(store, "fired", _FIRED, self._fired())
        _load(store, "known", _KEYS, self._known())

    def load_last(self, store: FactStore, model: Model) -> None:
        """Make `last_due` for the recurrences of a model: what was due last, and half a period after that."""
        rows = [row for name, period in _recurring(model).items() for row in self._last(name, period)]
        _load(store, "last_due", _LAST, rows)
        store.run(
            """create or replace temp table last_due as
            select account, moment, aloft_local(due, zone) as due,
              aloft_local(due, zone) + to_microseconds(half) as half
            from last_due join (select account, zone from concerned) using (account)"""
        )

    def load_near(
        self, store: FactStore, model: Model, moments: Collection[str], span: timedelta, *, renamed: bool
    ) -> None:
        """Make `standing_near`: what stands or was held of these moments and is due later than `span` ago, on the
        account's clock. `renamed`: under the names that the text has for it."""
        _load(store, "standing_near", _NEAR, self._near(moments, span, renamed))
        zone = f"'{model.clock.zone}'" if model.clock.zone else "c.zone"
        store.run(
            f"""create or replace temp table standing_near as
            select n.account, n.occurrence, n.moment, aloft_local(n.due, {zone}) as due, n.untouched
            from standing_near n join concerned c using (account)"""
        )

    def _near(self, moments: Collection[str], span: timedelta, renamed: bool) -> Iterable[tuple[Any, ...]]:
        names = {old: now for old, now in self.renamed.items() if renamed and now in moments}
        rows = Occurrence.objects.filter(moment__in=[*moments, *names], due_at__gt=self.at - span)
        untouched = Q(state__in=UNTOUCHED, owner__isnull=False, escalations=0)
        told = rows.exclude(closed_as__in=GONE).annotate(untouched=untouched)
        for row, key, moment, due, free in told.values_list("account", "pk", "moment", "due_at", "untouched"):
            yield row, key, names.get(moment, moment), naive(due), free

    def _now(self, moment: str) -> str:
        return self.renamed.get(moment, moment)

    def _open(self) -> Iterable[tuple[Any, ...]]:
        rows = Occurrence.objects.filter(state__in=UNDONE).order_by("pk")
        told = (
            "account",
            "pk",
            "moment",
            "role",
            "due_at",
            "effort_minutes",
            "model_version",
            "state",
            "group",
        )
        for row, key, moment, role, due, minutes, version, state, group in rows.values_list(*told):
            yield (
                row,
                key,
                moment,
                role,
                naive(due),
                minutes,
                version,
                state == OccurrenceState.STARTED,
                group,
            )

    def _fired(self) -> Iterable[tuple[Any, ...]]:
        rows = Occurrence.objects.filter(opened_at__gt=self.at - LOOKED_BACK, opened_at__lte=self.at)
        for row, moment in rows.exclude(trigger="schedule").values_list("account", "moment"):
            yield row, self._now(moment), moment

    def _known(self) -> Iterable[tuple[Any, ...]]:
        told = ("account", "moment", "anchor", "n")
        opened = Occurrence.objects.filter(trigger="schedule", due_at__gt=self.at - timedelta(days=1))
        skipped = Verdict.objects.filter(verdict="skipped", at__gt=self.at - LOOKED_BACK)
        for rows in (opened, skipped):
            for row, moment, anchor, n in rows.values_list(*told):
                yield from ((row, name, anchor, n) for name in {moment, self._now(moment)})

    def _last(self, moment: str, period: Duration) -> Iterable[tuple[Any, ...]]:
        """What opened so recently that it still keeps the next one away."""
        called = [moment, *(old for old, now in self.renamed.items() if now == moment)]
        length = _half(self.at.date(), period) * 2 + timedelta(days=7)
        rows = Occurrence.objects.filter(moment__in=called, trigger="schedule", due_at__gt=self.at - length)
        last = dict(rows.order_by("due_at").values_list("account", "due_at"))
        for row, due in last.items():
            yield row, moment, naive(due), _half(due.date(), period) // timedelta(microseconds=1)


def _recurring(model: Model) -> dict[str, Duration]:
    return {
        name: moment.trigger.schedule.period
        for name, moment in model.moments.items()
        if isinstance(moment.trigger, ScheduleTrigger) and isinstance(moment.trigger.schedule, Every)
    }


@lru_cache(maxsize=4096)
def _half(day: date, period: Duration) -> timedelta:
    start = datetime.combine(day, time(), UTC)
    return (add(start, period, WorkCalendar("UTC")) - start) / 2


def _load(store: FactStore, name: str, schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> None:
    listed = list(rows)
    columns = list(zip(*listed, strict=True)) or [()] * len(schema.names)
    store.load("by_row", pa.table(dict(zip(schema.names, map(list, columns), strict=True)), schema=schema))
    store.run(
        f"create or replace temp table {name} as "
        'select c.account, t.* exclude ("row") from by_row t join concerned c on c."row" = t."row"'
    )
