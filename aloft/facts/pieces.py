"""A relation cut along its order into pieces of about as many rows, so that each can be put in order by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from aloft.facts.store import FactStore

CELLS = 4096  # ranges of accounts of which rows are counted together

Place = tuple[int, ...]
"""Of each edge, the number of a step."""


@dataclass(frozen=True)
class Edge:
    """A column of whole numbers by which rows lie in order, in steps of `step`: within one, no piece ends."""

    column: str
    step: int = 1

    @property
    def place(self) -> str:
        """SQL of the number of the step in which a row lies."""
        return self.column if self.step == 1 else f"floor({self.column} / {self.step}.0)::BIGINT"

    def begins(self, place: int) -> str:
        return f"{self.column} >= {place * self.step}"

    def is_over(self, place: int) -> str:
        return f"{self.column} >= {(place + 1) * self.step}"

    def within(self, first: int, last: int) -> str:
        return f"{self.begins(first)} AND {self.column} < {(last + 1) * self.step}"


def by_account(store: FactStore) -> Edge:
    last = store.run("SELECT coalesce(max(id), 0) FROM account")[0][0]
    return Edge("account", last // CELLS + 1)


def pieces(store: FactStore, relation: str, edges: Sequence[Edge], rows: int) -> list[str]:
    """Conditions, in the order of the edges, each true of about `rows` rows or one step; together of all of them."""
    places = ", ".join(f"{edge.place} AS place_{i}" for i, edge in enumerate(edges))
    names = ", ".join(f"place_{i}" for i, _ in enumerate(edges))
    found = store.run(
        f"""WITH cell AS (SELECT {places}, count(*) AS n FROM {relation} GROUP BY ALL),
          placed AS (SELECT {names}, ((sum(n) OVER (ORDER BY {names})) - 1) // {rows} AS piece FROM cell)
        SELECT DISTINCT ON (piece) {names} FROM placed ORDER BY piece, {names}"""
    )
    begun: list[Place | None] = [None, *found[1:], None]
    return [_between(edges, first, after) for first, after in pairwise(begun)]


def _between(edges: Sequence[Edge], first: Place | None, after: Place | None) -> str:
    tests = []
    if first:
        tests.append(_from(edges, first))
    if after:
        tests.append(f"NOT {_from(edges, after)}")
    if first and after:
        tests += _bounds(edges, first, after)
    return " AND ".join(tests) or "true"


def _from(edges: Sequence[Edge], place: Place) -> str:
    """At this place or after it."""
    edge, *further = edges
    if not further:
        return f"({edge.begins(place[0])})"
    return f"({edge.is_over(place[0])} OR ({edge.begins(place[0])} AND {_from(further, place[1:])}))"


def _bounds(edges: Sequence[Edge], first: Place, after: Place) -> list[str]:
    """What the other tests say already, column by column: so the database passes over what lies elsewhere."""
    found = []
    for edge, low, high in zip(edges, first, after, strict=True):
        found.append(edge.within(low, high))
        if low != high:
            break
    return found
