"""How many threads a statement is shared between: of few rows that costs more than it saves."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from contextlib import contextmanager

from aloft.facts.store import FactStore

SMALL = 5_000
"""Accounts of a company of which no statement is shared; or of a turn."""
MUCH = 100_000
"""Entries that are drained faster by several threads, however few the accounts are."""


class Threads:
    """Of the database of the fact store, whoever asks it."""

    def __init__(self, store: FactStore, accounts: int) -> None:
        """`accounts`: of the company."""
        self._store = store
        self._alone = accounts < SMALL
        self._all: int = store.run("select current_setting('threads')")[0][0]
        self._shared = True
        self.share()

    def share(self, accounts: int | None = None) -> None:
        """From now on, for what is asked about so many accounts, or about all of them."""
        self._set(not self._alone and (accounts is None or accounts >= SMALL))

    @contextmanager
    def sharing(self, entries: Sized) -> Iterator[None]:
        """While these are drained."""
        before = self._shared
        self._set(len(entries) >= MUCH)
        try:
            yield
        finally:
            self._set(before)

    def _set(self, shared: bool) -> None:
        if shared != self._shared:
            self._store.run(f"set threads = {self._all if shared else 1}")
            self._shared = shared
