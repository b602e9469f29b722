"""Which definitions have state of their own: new ones are filled from raw events, gone ones are dropped."""

from __future__ import annotations

from collections.abc import Iterable

from aloft.facts.state import Kept, add_kept
from aloft.facts.store import FactStore

__all__ = ["Kept", "keep"]


def keep(store: FactStore, definitions: Iterable[Kept]) -> None:
    """Keep exactly these, known by their digest, from now on; each drain maintains them. All or nothing."""
    wanted = {definition.digest: definition for definition in definitions}
    with store.transaction():
        known = {row[0] for row in store.run("SELECT digest FROM kept")}
        for digest in known - wanted.keys():
            _drop(store, digest)
        for digest in sorted(wanted.keys() - known):
            _fill(store, wanted[digest])


def _drop(store: FactStore, digest: str) -> None:
    for table in ("kept", "kept_count", "kept_word"):
        store.run(f"DELETE FROM {table} WHERE digest = ?", [digest])


def _fill(store: FactStore, definition: Kept) -> None:
    row = [definition.digest, definition.verb, list(definition.names), definition.where_sql]
    store.run("INSERT INTO kept VALUES (?, ?, ?, ?)", row)
    add_kept(store, definition, "event")
