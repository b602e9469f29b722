"""State is appended to by every drain; once the rows outgrow what they say, they are folded into one each."""

from __future__ import annotations

from aloft.facts.days import block
from aloft.facts.store import FactStore

_COUNTS = "sum(n)::BIGINT AS n, min(first) AS first, max(last) AS last"
_NUMBERS = "sum(weight)::BIGINT AS weight, sum(total) AS total, min(low) AS low, max(high) AS high"


def _folded(relation: str, keys: str, sums: str, order: str | None = None) -> str:
    return f"SELECT {keys}, {sums} FROM {relation} GROUP BY {keys} ORDER BY {order or keys}"


# Rows are laid down by blocks of 64 days, for most that is read is of the newest days, and by account within a
# block: sums over an account then find their place at hand, and few accounts lie in few places.
FOLDS = {
    "day_count": _folded("day_count", "account, name, day", _COUNTS, f"{block('day')}, account, name, day"),
    "user_word": _folded("user_word", "block, account, app_user", "bit_or(word) AS word"),
    "arrival": _folded("arrival", "source, name, slot", "max(last) AS last"),
    "kept_day": _folded(
        "kept_day", "digest, account, day", f"{_COUNTS}, {_NUMBERS}", f"digest, {block('day')}, account, day"
    ),
    "kept_word": _folded("kept_word", "digest, block, account, app_user", "bit_or(word) AS word"),
    "kept_value": _folded("kept_value", "digest, block, account, value", "bit_or(word) AS word"),
    "kept_latest": f"""SELECT * FROM kept_latest QUALIFY row_number() OVER (
        PARTITION BY digest, account, day ORDER BY occurred DESC, received DESC, message_id DESC) = 1
        ORDER BY digest, {block("day")}, account, day""",
    "kept_turn": _folded(
        "kept_turn",
        "digest, account, key, day, occurred",
        "sum(opens)::BIGINT AS opens, sum(closes)::BIGINT AS closes",
    ),
}


def compact(store: FactStore, minimum: int = 100_000, growth: float = 1.5) -> tuple[str, ...]:
    """Fold the relations that have more than `minimum` rows and have grown by `growth` since last time.

    Returns their names. What is read from them stays the same; a transaction of its own.
    """
    with store.transaction():
        last = dict(store.run("SELECT relation, max(rows) FROM compacted GROUP BY relation"))
        outgrown = [
            relation
            for relation, rows in _rows(store, *FOLDS).items()
            if rows > minimum and rows > growth * last.get(relation, 0)
        ]
        for relation in outgrown:
            _fold(store, relation)
    return tuple(outgrown)


def _fold(store: FactStore, relation: str) -> None:
    store.run(f"CREATE OR REPLACE TABLE {relation} AS {FOLDS[relation]}")
    store.run("DELETE FROM compacted WHERE relation = ?", [relation])
    store.run("INSERT INTO compacted VALUES (?, ?)", [relation, _rows(store, relation)[relation]])


def _rows(store: FactStore, *relations: str) -> dict[str, int]:
    counted = ", ".join(f"(SELECT count(*) FROM {relation})" for relation in relations)
    return dict(zip(relations, store.run(f"SELECT {counted}")[0], strict=True))
