"""Raw events go once they are older than their source keeps them, and dead letters with them; what models count of
events stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from aloft.collect.inbox import Inbox
from aloft.collect.models import Source
from aloft.collect.services import throw_away
from aloft.engagement.model import Model
from aloft.facts.rolling import day_of, roll_up
from aloft.facts.store import FactStore
from aloft.measures.remembered import memory_of


def roll_up_old(store: FactStore, inbox: Inbox, log: Path, models: Iterable[Model], at: datetime) -> int:
    """How many raw events there were that are as old at `at`. All that is drained is decided by then."""
    told = Source.objects.exclude(kept_days=None).values_list("name", "kept_days").order_by("name")
    kept = {name: days for name, days in told if days is not None}
    if not kept:
        return 0
    for source, days in kept.items():
        throw_away(source=source, before=at - timedelta(days=days))
    today, memory = day_of(at), memory_of(models)
    return sum(roll_up(store, inbox, log, source, today - days, memory) for source, days in kept.items())
