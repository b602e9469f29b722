"""What several queries say of accounts, put together by the account's number: one table, row by row beside the
questions, without a join for any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from aloft.measures.told_apart import KEY, Distinct, Integers, Unclosed

PLACES = 21
"""Bits of an account's number up to which each has a place of its own where rows are added up, not one by its hash."""

Query = str | Distinct | Unclosed


@dataclass(frozen=True)
class Gather:
    """Queries with `_key`, the number of an account, and further columns: one row at most for each of them.

    `beside` is the table whose rows it stands beside: a positional join puts the two together.
    """

    queries: Sequence[Query]
    beside: str

    def read(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """All columns but the key: as many rows as `beside` has, in their order.

        A thread of its own puts them there, while the database reads on: first what it has most to do with.
        """
        keys = connection.execute(f"select {KEY} from {self.beside}").fetchnumpy()[KEY]
        columns: dict[str, pa.ChunkedArray] = {}
        with _at_places(connection), ThreadPoolExecutor(1) as aside:
            parts = [
                aside.submit(_told, query, connection.execute(_sql(query)).to_arrow_table(), keys)
                for query in sorted(self.queries, key=lambda query: isinstance(query, str))
            ]
        for part in parts:
            columns |= part.result()
        return pa.table(columns)


def _sql(query: Query) -> str:
    return query if isinstance(query, str) else query.query


def _told(query: Query, rows: pa.Table, keys: Integers) -> dict[str, pa.ChunkedArray]:
    """The rows of these keys, in their order; of a key of which a query says nothing, nothing."""
    table = rows if isinstance(query, str) else query.told(rows)
    some = table[KEY].to_numpy()
    places = np.full(1 + max(int(some.max(initial=-1)), int(keys.max(initial=-1))), -1)
    places[some] = np.arange(len(some))
    chosen = pa.array(places[keys], mask=places[keys] < 0)
    return {name: table[name].take(chosen) for name in table.column_names if name != KEY}


@contextmanager
def _at_places(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute(f"set perfect_ht_threshold = {PLACES}")
    try:
        yield
    finally:
        connection.execute("reset perfect_ht_threshold")


Stage = tuple[str, str | Gather]
"""A table to make, and what fills it: a query, or several that are put together."""
