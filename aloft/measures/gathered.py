"""What several queries say of accounts, put together by the account's number: one table, without a join for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

KEY = "_key"


@dataclass(frozen=True)
class Gather:
    """Queries with `_key`, the number of an account, and further columns: one row at most for each of them."""

    queries: Sequence[str]

    def read(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """All columns, over every number up to the highest that any of them tells of."""
        return gathered([connection.execute(query).to_arrow_table() for query in self.queries])


def gathered(tables: Sequence[pa.Table]) -> pa.Table:
    keys = [table[KEY].to_numpy() for table in tables]
    size = 1 + max((int(some.max()) for some in keys if len(some)), default=-1)
    columns = {KEY: pa.array(np.arange(size))}
    for table, some in zip(tables, keys, strict=True):
        rows = np.full(size, -1)
        rows[some] = np.arange(len(some))
        chosen = pa.array(rows, mask=rows < 0)
        columns |= {name: table[name].take(chosen) for name in table.column_names if name != KEY}
    return pa.table(columns)
