"""Things of accounts that are told apart outside the database: SQL says which rows count, and in which windows.

Folded rows of state lie in sorted runs. To merge these costs a third of what it costs the database to group them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Integers = npt.NDArray[np.integer[Any]]

KEY = "_key"
NOBODY = 0xFFFFFFFF
"""In the place of a thing that nobody knows."""
_NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Distinct:
    """Things that were there, from a query of `thing` and `there`: which of the windows a row lies in, a bit for each.
    A thing is its number, or `NOBODY`, below the number of its account: `account << 32 | number`."""

    query: str
    bits: Mapping[str, int]
    """By the name of a column, the window that it counts in."""
    present: str
    """A column that is true wherever there is a row."""

    def told(self, rows: pa.Table) -> pa.Table:
        """A column of how many there are in each window, unknown where one is that nobody knows."""
        things, there = _in_order(rows["thing"].to_numpy(), rows["there"].to_numpy())
        starts = _starts(things)
        accounts, unknown = things[starts] >> 32, (things[starts] & NOBODY) == NOBODY
        return _counted(self, accounts, _any_of(there, starts), unknown if unknown.any() else None)


@dataclass(frozen=True)
class Unclosed:
    """Things that were opened and not closed since, from a query of `account`, `thing` (a text), `occurred`
    (microseconds), `opens`, `closes` and `there`. Of one instant, closing comes last."""

    query: str
    bits: Mapping[str, int]
    present: str

    def told(self, rows: pa.Table) -> pa.Table:
        """A column of how many are open that were opened in each window."""
        accounts = rows["account"].to_numpy()
        opens, closes = rows["opens"].to_numpy(), rows["closes"].to_numpy()
        occurred, there = rows["occurred"].to_numpy(), rows["there"].to_numpy()
        things = _numbered(accounts, rows["thing"].combine_chunks())
        if (np.diff(things) < 0).any():
            things, accounts, opens, closes, occurred, there = _in_order(
                things, accounts, opens, closes, occurred, there
            )
        starts = _starts(things)
        closed = _most(np.where(closes, occurred, _NEVER), starts)
        lasts = np.repeat(closed, np.diff(starts, append=len(things)))
        left = np.where(opens & (occurred > lasts), there, 0)
        return _counted(self, accounts[starts], _any_of(left, starts))


def _counted(
    asked: Distinct | Unclosed,
    accounts: Integers,
    there: Integers,
    unknown: npt.NDArray[np.bool_] | None = None,
) -> pa.Table:
    """By account, in how many windows of each bit a thing was; `accounts` are in order."""
    keys = accounts[_starts(accounts)]
    columns = {KEY: pa.array(keys)}
    for name, bit in asked.bits.items():
        inside = (there & bit) != 0
        lacking = None if unknown is None else _places(accounts, inside & unknown, keys) > 0
        columns[name] = pa.array(_places(accounts, inside, keys), pa.int64(), mask=lacking)
    return pa.table(columns | {asked.present: pa.repeat(True, len(keys))})


def _places(accounts: Integers, some: npt.NDArray[np.bool_], keys: Integers) -> Integers:
    """How many of some there are of each account."""
    counts: Integers = np.bincount(accounts[some], minlength=keys[-1] + 1 if len(keys) else 0)
    return counts[keys]


def _numbered(accounts: Integers, things: pa.Array) -> Integers:
    """A number for each row, the same for one thing of one account. Rows that lie in order are not looked up."""
    if len(things) == 0:
        return np.zeros(0, np.int64)
    next_account, same = accounts[1:] > accounts[:-1], accounts[1:] == accounts[:-1]
    before, after = things.slice(0, len(things) - 1), things.slice(1)
    begins = next_account | pc.not_equal(before, after).to_numpy(zero_copy_only=False)
    ordered = next_account | (same & pc.less_equal(before, after).to_numpy(zero_copy_only=False))
    if ordered.all():
        return np.concatenate([[0], np.cumsum(begins)])
    codes: Integers = things.dictionary_encode().indices.to_numpy()
    return accounts.astype(np.int64) << 32 | codes


def _in_order(things: Integers, *others: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
    """Things in order, and what stands beside them."""
    order = np.argsort(things, kind="stable")  # which merges runs; other kinds do not
    return things[order], *(other[order] for other in others)


def _starts(ordered: Integers) -> Integers:
    """Where a value stands for the first time."""
    begins = np.ones(len(ordered), np.bool_)
    begins[1:] = ordered[1:] != ordered[:-1]
    return np.flatnonzero(begins)


def _any_of(bits: Integers, starts: Integers) -> Integers:
    """The bits of all rows from each start to the next."""
    found: Integers = np.bitwise_or.reduceat(bits, starts) if len(starts) else bits
    return found


def _most(values: Integers, starts: Integers) -> Integers:
    """The largest from each start to the next."""
    found: Integers = np.maximum.reduceat(values, starts) if len(starts) else values
    return found
