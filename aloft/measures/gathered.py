"""What several queries say of accounts, put together by the account's number: one table, row by row beside the
questions, without a join for any of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Integers = npt.NDArray[np.integer[Any]]

KEY = "_key"
PLACES = 21
"""Bits of an account's number up to which each has a place of its own where rows are added up, not one by its hash."""

NOBODY = 0xFFFFFFFF
"""In the place of a thing that nobody knows."""


@dataclass(frozen=True)
class Distinct:
    """Things that are told apart, from a query of `thing` and `there`: which of the windows a row lies in, a bit for
    each. A thing is its number, or `NOBODY`, below the number of its account: `account << 32 | number`.

    Rows of state lie in runs that are sorted: to merge these costs a third of what it costs to group them.
    """

    query: str
    bits: Mapping[str, int]
    """By the name of a column, the window that it counts in."""
    present: str
    """A column that is true wherever there is a row."""

    def read(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """A column of how many there are in each window, unknown where one is that nobody knows."""
        rows = connection.execute(self.query).to_arrow_table()
        things, there = _told_apart(rows["thing"].to_numpy(), rows["there"].to_numpy())
        accounts, unknown = things >> 32, (things & NOBODY) == NOBODY
        keys = accounts[_starts(accounts)]
        columns = {KEY: pa.array(keys)}
        for name, bit in self.bits.items():
            inside = (there & bit) != 0
            counted, lacking = (
                np.bincount(accounts[some], minlength=keys[-1] + 1 if len(keys) else 0)
                for some in (inside, inside & unknown)
            )
            columns[name] = pa.array(counted[keys], pa.int64(), mask=lacking[keys] > 0)
        return pa.table(columns | {self.present: pa.repeat(True, len(keys))})


def _told_apart(things: Integers, there: Integers) -> tuple[Integers, Integers]:
    """Each thing once, in order, with the bits of all its rows."""
    order = np.argsort(things, kind="stable")  # which merges runs; other kinds do not
    things, there = things[order], there[order]
    starts = _starts(things)
    return things[starts], np.bitwise_or.reduceat(there, starts) if len(starts) else there


def _starts(ordered: Integers) -> Integers:
    """Where a value stands for the first time."""
    return np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))


@dataclass(frozen=True)
class Gather:
    """Queries with `_key`, the number of an account, and further columns: one row at most for each of them.

    `beside` is the table whose rows it stands beside: a positional join puts the two together.
    """

    queries: Sequence[str | Distinct]
    beside: str

    def read(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """All columns but the key: as many rows as `beside` has, in their order."""
        with _at_places(connection):
            tables = [_read(connection, query) for query in self.queries]
        keys = connection.execute(f"select {KEY} from {self.beside}").fetchnumpy()[KEY]
        return gathered(tables, keys)


def _read(connection: duckdb.DuckDBPyConnection, query: str | Distinct) -> pa.Table:
    if isinstance(query, Distinct):
        return query.read(connection)
    return connection.execute(query).to_arrow_table()


@contextmanager
def _at_places(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute(f"set perfect_ht_threshold = {PLACES}")
    try:
        yield
    finally:
        connection.execute("reset perfect_ht_threshold")


def gathered(tables: Sequence[pa.Table], keys: Integers) -> pa.Table:
    """The rows of these keys, in their order; of a key that a table does not have, nothing."""
    columns: dict[str, Any] = {}
    for table in tables:
        some = table[KEY].to_numpy()
        rows = np.full(1 + max(int(some.max(initial=-1)), int(keys.max(initial=-1))), -1)
        rows[some] = np.arange(len(some))
        chosen = pa.array(rows[keys], mask=rows[keys] < 0)
        columns |= {name: table[name].take(chosen) for name in table.column_names if name != KEY}
    return pa.table(columns)


Stage = tuple[str, str | Gather]
"""A table to make, and what fills it: a query, or several that are put together."""
