"""Relationships, as soon as a model runs per product of an account, and ever after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from aloft.engine import accounts
from aloft.engine.directory import Directory
from aloft.engine.versions import Running
from aloft.facts import relationships
from aloft.facts.store import FactStore
from aloft.records.models import Account


def keep(store: FactStore, live: Iterable[Running]) -> frozenset[int]:
    """Those that are new, by the store's numbers. A store that was lost has again those that records know."""
    known = Account.objects.exclude(whole=None).order_by("pk").values_list("whole__external_id", "product")
    if known or any(running.program.model.unit == "relationship" for running in live):
        return relationships.keep(store, known)
    return frozenset()


def split(store: FactStore, directory: Directory, live: Iterable[Running], at: datetime) -> None:
    """As a version goes live, which may be the first that asks for them: each new one gets its row."""
    created = keep(store, live)
    accounts.observe(store, created, at, store.positions().changes)
    directory.refresh(created)
