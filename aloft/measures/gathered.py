"""What several queries say of accounts, put together by the account's number: one table, without a join for each."""

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
    """Queries with `_key`, the number of an account, and further columns: one row at most for each of them."""

    queries: Sequence[str | Distinct]

    def read(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """All columns, over every number up to the highest that any of them tells of."""
        with _at_places(connection):
            return gathered([_read(connection, query) for query in self.queries])


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
