"""Compute the days and all state of some accounts again from their raw events."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import pyarrow as pa

from aloft.facts import state
from aloft.facts.days import local_day, zone_of

if TYPE_CHECKING:
    from aloft.facts.store import FactStore


def rebuild(store: FactStore, accounts: Collection[int]) -> None:
    """Part of the caller's transaction, or one of its own."""
    if not accounts:
        return
    with store.transaction():
        store.load("rebuilt", pa.table({"account": pa.array(sorted(accounts), pa.int32())}))
        _date_again(store, "e.account IN (SELECT account FROM rebuilt)")
        for table in state.STATES:
            store.run(f"DELETE FROM {table} WHERE account IN (SELECT account FROM rebuilt)")
        state.add(store, "(SELECT e.* FROM event e SEMI JOIN rebuilt r ON e.account = r.account)")


def rebuild_home(store: FactStore) -> None:
    """After the home zone has changed: whoever has no zone of their own, and events of no account."""
    with store.transaction():
        rebuild(store, store.integers("SELECT id FROM account WHERE zone = ''"))
        _date_again(store, "e.account IS NULL")


def _date_again(store: FactStore, condition: str) -> None:
    """Of the events `e` that meet the SQL `condition`, those whose day differs are written."""
    day = local_day("occurred", "zone")
    store.run(
        f"""UPDATE event SET day = dated.day FROM (
            SELECT stream, seq, {day} AS day FROM (
                SELECT e.stream, e.seq, e.occurred, {zone_of("a", store.home_zone)} AS zone
                FROM event e LEFT JOIN account a ON a.id = e.account WHERE {condition}
            )
        ) dated
        WHERE event.stream = dated.stream AND event.seq = dated.seq AND event.day <> dated.day"""
    )
