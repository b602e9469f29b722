"""What the last drain touched, kept in the fact store until it is decided: a crash in between loses nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

from aloft.facts.drain import Drained
from aloft.facts.store import FactStore


@dataclass(frozen=True)
class Step:
    touched: frozenset[int]
    moved: frozenset[int]
    listed: frozenset[int]
    described: frozenset[int]


class Unfinished:
    def __init__(self, store: FactStore) -> None:
        self._store = store
        store.run(
            "create table if not exists last_step (before_inbox bigint, before_changes bigint, told text)"
        )

    def note(self, before: tuple[int, int], drained: Drained) -> Step:
        """Keep what this drain did, in its transaction; with what an earlier one did from the same position."""
        held = self._store.run(
            "select told from last_step where before_inbox = ? and before_changes = ?", list(before)
        )
        earlier = json.loads(held[0][0]) if held else {}
        step = Step(
            touched=drained.touched | frozenset(earlier.get("touched", ())),
            moved=drained.moved | frozenset(earlier.get("moved", ())),
            listed=drained.listed | frozenset(earlier.get("listed", ())),
            described=drained.described | frozenset(earlier.get("described", earlier.get("touched", ()))),
        )
        self._store.run("delete from last_step")
        told = json.dumps({name: sorted(accounts) for name, accounts in vars(step).items()})
        self._store.run("insert into last_step values (?, ?, ?)", [*before, told])
        return step
