"""State is appended to by every drain; once the rows outgrow what they say, they are folded into one each."""

from __future__ import annotations

from aloft.facts.store import FactStore

FOLDS = {
    "day_count": ("account, name, day", "sum(n)::BIGINT AS n"),
    "user_word": ("account, app_user, block", "bit_or(word) AS word"),
    "arrival": ("source, name, slot", "max(last) AS last"),
    "kept_count": ("digest, account, day", "sum(n)::BIGINT AS n"),
    "kept_word": ("digest, account, app_user, block", "bit_or(word) AS word"),
}


def compact(store: FactStore, minimum: int = 100_000, growth: float = 1.5) -> tuple[str, ...]:
    """Fold the relations that have more than `minimum` rows and have grown by `growth` since last time.

    Returns their names. What is read from them stays the same; a transaction of its own.
    """
    with store.transaction():
        outgrown = [relation for relation in FOLDS if _outgrown(store, relation, minimum, growth)]
        for relation in outgrown:
            _fold(store, relation)
    return tuple(outgrown)


def _outgrown(store: FactStore, relation: str, minimum: int, growth: float) -> bool:
    rows = _rows(store, relation)
    last = store.run("SELECT coalesce(max(rows), 0) FROM compacted WHERE relation = ?", [relation])[0][0]
    return rows > minimum and rows > growth * int(last)


def _fold(store: FactStore, relation: str) -> None:
    keys, folded = FOLDS[relation]
    store.run(
        f"""CREATE OR REPLACE TABLE {relation} AS
        SELECT {keys}, {folded} FROM {relation} GROUP BY {keys} ORDER BY {keys}"""
    )
    store.run("DELETE FROM compacted WHERE relation = ?", [relation])
    store.run("INSERT INTO compacted VALUES (?, ?)", [relation, _rows(store, relation)])


def _rows(store: FactStore, relation: str) -> int:
    return int(store.run(f"SELECT count(*) FROM {relation}")[0][0])
