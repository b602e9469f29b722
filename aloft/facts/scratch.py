"""Stores in memory for what is asked once and thrown away. They are kept ready: to make one takes longer than to ask
it about one account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aloft.facts.store import FactStore

OFTEN = 50
"""So many times one is used: what is undone leaves some fifth of a megabyte behind."""

_ready: list[tuple[FactStore, int]] = []
"""Empty, and in nobody's hands; with how often each was used."""


@contextmanager
def scratch(home_zone: str) -> Iterator[FactStore]:
    """An empty store of one thread. Whatever is made in it goes; one in which something failed goes itself."""
    store, used = _taken(home_zone)
    try:
        with store.undone():
            yield store
    except BaseException:
        store.close()
        raise
    if used < OFTEN:
        _ready.append((store, used + 1))
    else:
        store.close()


def _taken(home_zone: str) -> tuple[FactStore, int]:
    try:
        store, used = _ready.pop()
    except IndexError:
        return FactStore.open(":memory:", home_zone=home_zone, threads=1), 1
    if store.home_zone == home_zone:
        return store, used
    store.close()
    return _taken(home_zone)
