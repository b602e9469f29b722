from __future__ import annotations

from itertools import pairwise

import pytest

from aloft.facts.compact import FOLDS, compact
from aloft.facts.pieces import Edge, pieces
from aloft.facts.store import FactStore

ROWS = 3_000

# Accounts up to 5,000, so that a step of accounts holds two; days and blocks before 1970 too; digests of 63 bits.
THROWN = f"""
    SELECT 1 + (hash(i, 1) % 5000)::INTEGER AS account, (hash(i, 2) % 3)::INTEGER AS name,
      (hash(i, 3) % 200)::INTEGER - 70 AS day, floor((hash(i, 3) % 200)::INTEGER / 64.0)::INTEGER - 1 AS block,
      CASE hash(i, 4) % 3 WHEN 0 THEN 7 WHEN 1 THEN 9223372036854775806 ELSE 9223372036854775807 END AS digest,
      1 + (hash(i, 5) % 9)::BIGINT AS n, n AS weight, n AS total, n AS low, n AS high, n % 2 AS opens,
      1 - n % 2 AS closes,
      CASE WHEN i % 7 > 0 THEN (hash(i, 6) % 3)::INTEGER END AS app_user, (hash(i, 7) % 8)::BIGINT AS word,
      'source' AS source, (i % 5)::INTEGER AS slot, 'v' || i % 2 AS value, 'k' || i % 2 AS key, 'm' || i AS message_id,
      to_timestamp(hash(i, 8) % 100)::TIMESTAMP AS occurred, occurred AS received, occurred AS first, occurred AS last
    FROM range({ROWS}) t(i)"""


@pytest.fixture
def store() -> FactStore:
    """State of every kind, of the same keys several times."""
    store = FactStore.open(":memory:")
    store.run("INSERT INTO account BY NAME SELECT i AS id FROM range(1, 5001) t(i)")
    for relation in FOLDS:
        columns = [row[0] for row in store.run(f"SELECT column_name FROM (DESCRIBE {relation})")]
        for _ in range(2):
            store.run(f"INSERT INTO {relation} BY NAME SELECT {', '.join(columns)} FROM ({THROWN})")
    return store


@pytest.mark.parametrize("relation", FOLDS)
def test_folded_in_pieces_the_same_rows_lie_in_the_same_order(store: FactStore, relation: str) -> None:
    whole = store.run(f"SELECT * FROM ({FOLDS[relation].sql(relation)})")
    columns = ", ".join(row[0] for row in store.run(f"DESCRIBE ({FOLDS[relation].sql(relation)})"))
    assert relation in compact(store, minimum=0, piece=100)
    assert store.run(f"SELECT {columns} FROM {relation} ORDER BY rowid") == whole
    assert len(whole) < 2 * ROWS


def test_tables_keep_their_columns_as_they_are_folded(store: FactStore) -> None:
    before = {relation: store.run(f"DESCRIBE {relation}") for relation in FOLDS}
    compact(store, minimum=0, piece=100)
    assert {relation: store.run(f"DESCRIBE {relation}") for relation in FOLDS} == before
    assert store.run("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE '%folded'") == [(0,)]


def test_every_row_lies_in_one_piece_and_pieces_lie_in_order(store: FactStore) -> None:
    edges = [Edge("digest"), Edge("day", 64), Edge("account", 2)]
    found = pieces(store, "kept_day", edges, 500)
    counts = [store.run(f"SELECT count(*) FROM kept_day WHERE {piece}")[0][0] for piece in found]
    assert sum(counts) == 2 * ROWS
    assert len(found) == 12
    assert max(counts) <= 520
    place = "(digest, floor(day / 64.0), account // 2)"
    places = [
        store.run(f"SELECT min({place}), max({place}) FROM kept_day WHERE {piece}")[0] for piece in found
    ]
    assert all(last < first for (_, last), (first, _) in pairwise(places))


def test_what_is_no_more_than_a_piece_is_not_cut(store: FactStore) -> None:
    assert pieces(store, "kept_day", [Edge("digest"), Edge("account")], 2 * ROWS) == ["true"]
