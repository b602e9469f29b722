"""What a backtest has decided so far: in memory, and in the scratch store's tables that frames read."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from aloft.act.models import Due
from aloft.engine.dating import History
from aloft.engine.scoring import Scored
from aloft.measures.health.bands import Stood

Place = tuple[int, str]
"""An account, by the store's number, and a moment."""


def of_user(place: Place, user: str) -> Place:
    """Where what is told apart by its person is kept."""
    return (place[0], f"{place[1]} of {user}") if user else place


@dataclass
class Kept:
    """`last` is when a moment last opened at an account; until `busy` its occurrence is open.

    In a backtest nobody acts: everything that opens is taken as done when it is due.
    """

    keys: set[tuple[int, str, str, int]] = field(default_factory=set)
    last_due: dict[Place, datetime] = field(default_factory=dict)
    last: dict[Place, datetime] = field(default_factory=dict)
    busy: dict[Place, datetime] = field(default_factory=dict)
    times: dict[Place, int] = field(default_factory=dict)
    told: dict[Place, tuple[datetime, datetime]] = field(default_factory=dict)
    """When the latest occurrence opened, and its due."""

    def history(self) -> History:
        return History(self.keys, self.last_due, {})

    def resolve(self, place: Place, anchor: str, n: int) -> None:
        """Decided for good, one way or another."""
        self.keys.add((*place, anchor, n))

    def joins(self, place: Place, at: datetime) -> bool:
        return self.busy.get(place, at) > at

    def open(
        self, place: Place, anchor: str, n: int, at: datetime, due: datetime, *, scheduled: bool
    ) -> None:
        self.resolve(place, anchor, n)
        self.open_for(place, at, due)
        self.times[place] = self.times.get(place, 0) + 1
        self.told[place] = (at, due)
        if scheduled:
            self.last_due[place] = max(due, self.last_due.get(place, due))

    def open_for(self, place: Place, at: datetime, due: datetime) -> None:
        self.last[place], self.busy[place] = at, due


class Waiting:
    """Due rows in the order of their instants; those of an account and moment are replaced together."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Place, int]] = []
        self._rows: dict[int, Due] = {}
        self._current: dict[Place, int] = {}
        self._numbers, self._generations = count(), count(1)

    def replace(self, place: Place, rows: Iterable[Due]) -> None:
        generation = next(self._generations)
        self._current[place] = generation
        for row in rows:
            number = next(self._numbers)
            self._rows[number] = row
            heapq.heappush(self._heap, (row.at, number, place, generation))

    def drop(self, place: Place) -> None:
        self._current.pop(place, None)

    def due(self, until: datetime, among: frozenset[int]) -> list[tuple[Place, Due]]:
        """Take those at most at `until` of these accounts; the others stay."""
        found, others = [], []
        while self._heap and self._heap[0][0] <= until:
            entry = heapq.heappop(self._heap)
            _, number, place, generation = entry
            if self._current.get(place) != generation:
                del self._rows[number]
            elif place[0] in among:
                found.append((place, self._rows.pop(number)))
            else:
                others.append(entry)
        for entry in others:
            heapq.heappush(self._heap, entry)
        return found


class Bandwidth:
    """How accounts stood at their last reading: profiles of health, bands and scores."""

    def __init__(self) -> None:
        self._stood: dict[int, Stood] = {}

    def __call__(self, rows: Sequence[int]) -> list[Stood]:
        return [self._stood.get(row, Stood()) for row in rows]

    def keep(self, scored: Scored) -> None:
        for part in scored.parts:
            held, recent = part.bands.held.tolist(), part.bands.recent.tolist()
            for account, *rest in zip(part.read.accounts.tolist(), held, recent, strict=True):
                self._stood[account] = Stood(part.read.profile.name, *rest)
