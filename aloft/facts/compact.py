"""State is appended to by every drain; once the rows outgrow what they say, they are folded into one each."""

from __future__ import annotations

from dataclasses import dataclass

from aloft.facts import schema
from aloft.facts.days import block
from aloft.facts.pieces import Edge, by_account, pieces
from aloft.facts.store import FactStore

PIECE = 4_000_000
"""Rows that are folded at a time: more of them take more memory, fewer more readings of the relation."""

_COUNTS = "sum(n)::BIGINT AS n, min(first) AS first, max(last) AS last"
_NUMBERS = "sum(weight)::BIGINT AS weight, sum(total) AS total, min(low) AS low, max(high) AS high"
_NEWEST = """SELECT * FROM {rows} QUALIFY row_number() OVER (
    PARTITION BY digest, account, day ORDER BY occurred DESC, received DESC, message_id DESC) = 1"""


@dataclass(frozen=True)
class Fold:
    """How the rows of a relation become one for each key. `edges` are the columns by which they lie in order, down to
    the account; a relation without them is folded in one piece."""

    rows_of: str
    order: str
    edges: tuple[Edge, ...] = ()

    def sql(self, rows: str) -> str:
        """Of rows of the relation: SQL of a table, or of a query in brackets."""
        return f"{self.rows_of.format(rows=rows)} ORDER BY {self.order}"


def _added(keys: str, sums: str, *edges: Edge, order: str | None = None) -> Fold:
    return Fold(f"SELECT {keys}, {sums} FROM {{rows}} GROUP BY {keys}", order or keys, edges)


_DIGEST, _BLOCK, _BLOCK_OF_DAY = Edge("digest"), Edge("block"), Edge("day", 64)

# Rows are laid down by blocks of 64 days, for most that is read is of the newest days, and by account within a
# block: sums over an account then find their place at hand, and few accounts lie in few places.
FOLDS = {
    "day_count": _added(
        "account, name, day", _COUNTS, _BLOCK_OF_DAY, order=f"{block('day')}, account, name, day"
    ),
    "user_word": _added("block, account, app_user", "bit_or(word) AS word", _BLOCK),
    "arrival": _added("source, name, slot", "max(last) AS last"),
    "kept_day": _added(
        "digest, account, day", f"{_COUNTS}, {_NUMBERS}", _DIGEST, _BLOCK_OF_DAY,
        order=f"digest, {block('day')}, account, day",
    ),
    "kept_word": _added("digest, block, account, app_user", "bit_or(word) AS word", _DIGEST, _BLOCK),
    "kept_value": _added("digest, block, account, value", "bit_or(word) AS word", _DIGEST, _BLOCK),
    "kept_latest": Fold(_NEWEST, f"digest, {block('day')}, account, day", (_DIGEST, _BLOCK_OF_DAY)),
    "kept_turn": _added(
        "digest, account, key, day, occurred",
        "sum(opens)::BIGINT AS opens, sum(closes)::BIGINT AS closes",
        _DIGEST,
    ),
}  # fmt: skip


def compact(
    store: FactStore, minimum: int = 100_000, growth: float = 1.5, piece: int = PIECE
) -> tuple[str, ...]:
    """Fold the relations that have more than `minimum` rows and have grown by `growth` since last time.

    Returns their names. What is read from them stays the same; each in a transaction of its own, about `piece` rows at
    a time.
    """
    last = dict(store.run("SELECT relation, max(rows) FROM compacted GROUP BY relation"))
    outgrown = [
        relation
        for relation, rows in _rows(store, *FOLDS).items()
        if rows > minimum and rows > growth * last.get(relation, 0)
    ]
    for relation in outgrown:
        with store.transaction():
            _fold(store, relation, piece)
    return tuple(outgrown)


def _fold(store: FactStore, relation: str, piece: int) -> None:
    fold, folded = FOLDS[relation], f"{relation}_folded"
    store.run(f"CREATE TABLE {folded} ({schema.TABLES[relation]})")
    for those in _pieces(store, relation, piece):
        store.run(f"INSERT INTO {folded} BY NAME {fold.sql(f'(SELECT * FROM {relation} WHERE {those})')}")
    store.run(f"DROP TABLE {relation}")
    store.run(f"ALTER TABLE {folded} RENAME TO {relation}")
    store.run("DELETE FROM compacted WHERE relation = ?", [relation])
    store.run("INSERT INTO compacted VALUES (?, ?)", [relation, _rows(store, relation)[relation]])


def _pieces(store: FactStore, relation: str, rows: int) -> list[str]:
    edges = FOLDS[relation].edges
    if not edges or _rows(store, relation)[relation] <= rows:
        return ["true"]
    return pieces(store, relation, [*edges, by_account(store)], rows)


def _rows(store: FactStore, *relations: str) -> dict[str, int]:
    counted = ", ".join(f"(SELECT count(*) FROM {relation})" for relation in relations)
    return dict(zip(relations, store.run(f"SELECT {counted}")[0], strict=True))
