"""Which message ids were taken in the last seven days: a tail, and runs of what was in it.

In a table that is kept in order a new id lands anywhere: once there are millions, each rewrites a page of its own.
So ids are appended to a tail, which every process that writes also holds in memory; a tail that has grown is written
once as a run, which never changes. A filter in memory tells of nearly every id that it is in no run.

An id is a record of two digests: which it is, and what its message said. A row of a tail holds the records of one
append, one after the other; a row of a run (a piece) those whose first byte is its number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, pairwise

import numpy as np

from aloft.collect.filters import Bytes, Filters, Words, bits_of
from aloft.collect.tables import RUN, TAIL, Tables

WINDOW = timedelta(days=7)
KEY_BYTES = 12  # among 5 million ids a new one meets another by chance once in 10**22
DIGEST_BYTES = 8
RECORD = KEY_BYTES + DIGEST_BYTES
RUN_LENGTH = 65_536  # ids; written within some 20 ms
LONGER_AFTER = 16  # runs of a day; so that even a hundred million ids a day make a few hundred


class Ids:
    """What this process knows of them, always read or written in the transaction that stores the entries.

    When a transaction fails, so has what is known here: begin with another.
    """

    def __init__(self) -> None:
        self._runs = Filters()
        self._tail = ""
        self._recent: dict[bytes, bytes] = {}
        self._upto = 0

    def seen(self, tables: Tables, keys: Sequence[bytes], today: date) -> dict[bytes, bytes]:
        """The digests under which those of the keys that are known were first stored. `today` in UTC."""
        self._follow(tables, today)
        found = {key: self._recent[key] for key in keys if key in self._recent}
        for run, places in self._runs.passing(words_of(keys)):
            found.update(stored_in(tables, run, {keys[place] for place in places}))
        return found

    def add(self, tables: Tables, upto: int, fresh: Sequence[tuple[bytes, bytes]]) -> None:
        """`fresh`: key and digest of what is stored, the last of them as `upto`; after `seen`."""
        if fresh:
            tables.insert(self._tail, [(upto, b"".join(chain.from_iterable(fresh)))])
            self._recent.update(fresh)
            self._upto = upto
        tail = self._tail
        runs = len(runs_of(day_of(tail), self._runs.runs))
        if len(self._recent) >= RUN_LENGTH * (1 + runs // LONGER_AFTER):
            self._close(tables)
            self._open(tables, tail)

    def _follow(self, tables: Tables, today: date) -> None:
        """What other processes have stored, and what a day that has begun brings."""
        oldest, current = f"{today - WINDOW:%Y%m%d}", f"{TAIL}{today:%Y%m%d}"
        if not self._tail:
            renew(tables)
        there = tables.of_ids()
        for name in there:
            if day_of(name) < oldest:
                tables.drop_ids(name)
        kept = [name for name in there if day_of(name) >= oldest]
        self._learn(tables, [name for name in kept if name.startswith(RUN)])
        for tail in sorted(name for name in kept if name.startswith(TAIL)):
            self._catch_up(tables, tail)
            if tail < current:
                self._close(tables)
        if current not in there:
            self._open(tables, current)

    def _learn(self, tables: Tables, runs: Collection[str]) -> None:
        known = self._runs.runs
        for run in known.difference(runs):
            self._runs.forget(run)
        for run in sorted(set(runs) - known):
            self._runs.add(run, learned(tables, run))
            self._tail = ""  # another process has made a run of it

    def _catch_up(self, tables: Tables, tail: str) -> None:
        if tail != self._tail:
            self._tail, self._recent, self._upto = tail, {}, 0
        query = f"SELECT seq, ids FROM {tail} WHERE seq > ? ORDER BY seq"  # noqa: S608
        for seq, records in tables.execute(query, (self._upto,)).fetchall():
            self._recent.update(pairs(records))
            self._upto = seq

    def _open(self, tables: Tables, tail: str) -> None:
        tables.make_tail(tail)
        self._catch_up(tables, tail)

    def _close(self, tables: Tables) -> None:
        if self._recent:
            run = next_run(day_of(self._tail), self._runs.runs)
            self._runs.add(run, write_run(tables, run, b"".join(chain.from_iterable(self._recent.items()))))
        tables.drop_ids(self._tail)
        self._tail = ""


def write_run(tables: Tables, run: str, records: bytes) -> Bytes:
    """Its filter."""
    each = np.frombuffer(records, np.uint8).reshape(-1, RECORD)
    each = each[np.argsort(each[:, 0], kind="stable")]
    ends = np.searchsorted(each[:, 0], np.arange(257)).tolist()
    pieces = [(number, each[first:end].tobytes()) for number, (first, end) in enumerate(pairwise(ends))]
    bits = bits_of(np.ascontiguousarray(each[:, :KEY_BYTES]).view("<u4"))
    tables.make_run(run)
    tables.insert(run, [piece for piece in pieces if piece[1]])
    tables.insert("filter", [(run, bits.tobytes())])
    return bits


def stored_in(tables: Tables, run: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
    """The digests of those of the keys that are in the run."""
    numbers = ",".join(map(str, sorted({key[0] for key in keys})))
    pieces = tables.execute(f"SELECT ids FROM {run} WHERE piece IN ({numbers})").fetchall()  # noqa: S608
    return {key: digest for (records,) in pieces for key, digest in pairs(records) if key in keys}


def pairs(records: bytes) -> Iterator[tuple[bytes, bytes]]:
    for start in range(0, len(records), RECORD):
        yield records[start : start + KEY_BYTES], records[start + KEY_BYTES : start + RECORD]


def learned(tables: Tables, run: str) -> Bytes:
    (kept,) = tables.execute("SELECT bits FROM filter WHERE name = ?", (run,)).fetchone()
    return np.frombuffer(kept, np.uint8)


def renew(tables: Tables) -> None:
    """Write what an earlier release kept, a row for each id, as runs."""
    for name in tables.former_ids():
        rows = tables.execute(f"SELECT key, digest FROM {name}").fetchall()  # noqa: S608
        if rows:
            run = next_run(name.split("_")[1], tables.of_ids())
            write_run(tables, run, b"".join(chain.from_iterable(rows)))
        tables.drop_ids(name)


def next_run(day: str, names: Collection[str]) -> str:
    return f"{RUN}{day}_{len(runs_of(day, names)) + 1:05}"


def runs_of(day: str, names: Collection[str]) -> list[str]:
    return [name for name in names if name.startswith(RUN) and day_of(name) == day]


def words_of(keys: Sequence[bytes]) -> Words:
    return np.frombuffer(b"".join(keys), dtype="<u4").reshape(-1, KEY_BYTES // 4)


def day_of(name: str) -> str:
    return name.split("_")[2]
