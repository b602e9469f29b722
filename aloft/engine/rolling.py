"""Raw events go once they are older than their source keeps them; what models count of them stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from aloft.collect.inbox import Inbox
from aloft.collect.models import Source
from aloft.engagement.model import Model
from aloft.facts.rolling import day_of, roll_up
from aloft.facts.store import FactStore
from aloft.measures.remembered import memory_of


def roll_up_old(store: FactStore, inbox: Inbox, log: Path, models: Iterable[Model], at: datetime) -> int:
    """How many raw events there were that are as old at `at`. All that is drained is decided by then."""
    kept = Source.objects.exclude(kept_days=None).values_list("name", "kept_days").order_by("name")
    horizons = {name: day_of(at) - days for name, days in kept if days is not None}
    if not horizons:
        return 0
    memory = memory_of(models)
    return sum(roll_up(store, inbox, log, source, before, memory) for source, before in horizons.items())
