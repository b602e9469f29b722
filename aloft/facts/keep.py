"""Which definitions have state of their own: those that are wanted are filled from raw events, others dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from aloft.facts.state import KEPT, Kept, add_kept
from aloft.facts.store import FactStore

__all__ = ["Kept", "Progress", "fill", "keep"]

SLICE = 2_000_000  # numbers of the log, and so about as many events

Progress = Callable[[int, int], None]
"""Called with how many events of how many have been read: in the order of the log, 0 first, all of them last."""


def keep(store: FactStore, definitions: Iterable[Kept], progress: Progress | None = None) -> None:
    """Keep exactly these, known by their digest, from now on; each drain maintains them. All or nothing."""
    wanted = {definition.digest: definition for definition in definitions}
    with store.transaction():
        for digest in store.integers("SELECT digest FROM kept") - wanted.keys():
            _drop(store, digest)
        fill(store, wanted.values(), progress)


def fill(store: FactStore, definitions: Iterable[Kept], progress: Progress | None = None) -> None:
    """Keep these besides what is kept. All or nothing; `progress` hears nothing where all of it is there."""
    wanted = {definition.digest: definition for definition in definitions}
    with store.transaction():
        known = store.integers("SELECT digest FROM kept")
        missing = [wanted[digest] for digest in sorted(wanted.keys() - known)]
        if missing:
            _fill(store, missing, progress or (lambda _done, _all: None))


def _drop(store: FactStore, digest: int) -> None:
    for table in ("kept", *KEPT.values()):
        store.run(f"DELETE FROM {table} WHERE digest = ?", [digest])


def _fill(store: FactStore, definitions: Sequence[Kept], progress: Progress) -> None:
    for one in definitions:
        row = [
            one.digest, one.kind, list(one.names), one.where_sql, one.property_sql, list(one.until), one.key_sql,
        ]  # fmt: skip
        store.run("INSERT INTO kept VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    last, events = store.run("SELECT coalesce(max(seq), 0), count(*) FROM event")[0]
    for start in range(0, last + 1, SLICE):
        progress(min(start, events), events)
        inside = f"(SELECT * FROM event WHERE seq >= {start} AND seq < {start + SLICE})"
        add_kept(store, definitions, inside)
    progress(events, events)
