"""Which message ids were taken in the last seven days: a tail, and runs of what was in it.

In a table that is kept in order a new id lands anywhere: once there are millions, each rewrites a page of its own.
So ids are appended to a tail, which every process that writes also holds in memory; a tail that has grown is written
once, in order, as a run, which never changes. A filter in memory tells of nearly every id that it is in no run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from aloft.collect.tables import RUN, TAIL, Tables

WINDOW = timedelta(days=7)
KEY_BYTES = 12  # among 5 million ids a new one meets another by chance once in 10**22
BITS_PER_ID = 32  # about one id in a thousand looks as if it were in a run where it is not, and is looked up
RUN_LENGTH = 65_536  # ids; written within some 100 ms
LONGER_AFTER = 16  # runs of a day; so that even a hundred million ids a day make a few hundred

Words = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]


class Ids:
    """What this process knows of them, always read or written in the transaction that stores the entries.

    When a transaction fails, so has what is known here: begin with another.
    """

    def __init__(self) -> None:
        self._runs: dict[str, Bytes] = {}
        self._filters: Filters | None = None
        self._tail = ""
        self._recent: dict[bytes, bytes] = {}
        self._upto = 0

    def seen(self, tables: Tables, keys: Sequence[bytes], today: date) -> dict[bytes, bytes]:
        """The digests under which those of the keys that are known were first stored. `today` in UTC."""
        self._follow(tables, today)
        found = {key: self._recent[key] for key in keys if key in self._recent}
        for run, places in self._stacked().passing(words_of(keys)):
            found.update(tables.seen(run, [keys[place] for place in places]))
        return found

    def add(self, tables: Tables, fresh: Sequence[tuple[int, bytes, bytes]]) -> None:
        """`fresh`: seq, key and digest of what is stored, by seq; after `seen`."""
        tables.insert(self._tail, fresh)
        self._remember(fresh)
        if len(self._recent) >= RUN_LENGTH * (1 + len(self._runs_of(day_of(self._tail))) // LONGER_AFTER):
            tail = self._tail
            self._close(tables)
            self._open(tables, tail)

    def _follow(self, tables: Tables, today: date) -> None:
        """What other processes have stored, and what a day that has begun brings."""
        oldest, current = f"{today - WINDOW:%Y%m%d}", f"{TAIL}{today:%Y%m%d}"
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

    def _learn(self, tables: Tables, runs: Sequence[str]) -> None:
        if not self._runs.keys() >= set(runs):
            self._tail = ""  # another process has made a run of it
        if self._runs.keys() != set(runs):
            self._runs = {run: self._runs[run] if run in self._runs else learned(tables, run) for run in runs}
            self._filters = None

    def _catch_up(self, tables: Tables, tail: str) -> None:
        if tail != self._tail:
            self._tail, self._recent, self._upto = tail, {}, 0
        query = f"SELECT seq, key, digest FROM {tail} WHERE seq > ? ORDER BY seq"  # noqa: S608
        self._remember(tables.execute(query, (self._upto,)).fetchall())

    def _remember(self, rows: Sequence[tuple[int, bytes, bytes]]) -> None:
        self._recent.update((key, digest) for _, key, digest in rows)
        self._upto = rows[-1][0] if rows else self._upto

    def _open(self, tables: Tables, tail: str) -> None:
        tables.make_tail(tail)
        self._catch_up(tables, tail)

    def _close(self, tables: Tables) -> None:
        if self._recent:
            day = day_of(self._tail)
            run = f"{RUN}{day}_{len(self._runs_of(day)) + 1:05}"
            tables.make_run(run, self._tail)
            self._runs[run], self._filters = bits_of(list(self._recent)), None
            tables.insert("filter", [(run, self._runs[run].tobytes())])
        tables.drop_ids(self._tail)
        self._tail = ""

    def _stacked(self) -> Filters:
        self._filters = self._filters or Filters(self._runs)
        return self._filters

    def _runs_of(self, day: str) -> list[str]:
        return [run for run in self._runs if day_of(run) == day]


class Filters:
    """Those of all runs, of one length side by side: however many they are, few steps ask all of them."""

    def __init__(self, runs: Mapping[str, Bytes]) -> None:
        together: dict[int, list[str]] = {}
        for run, bits in runs.items():
            together.setdefault(len(bits), []).append(run)
        self._stacks = [(names, np.stack([runs[name] for name in names])) for names in together.values()]

    def passing(self, words: Words) -> Iterator[tuple[str, Places]]:
        """For each run where the keys stand that may be in it: all that are, and few others."""
        for names, stack in self._stacks:
            place, shift = _places(words, stack.shape[1])
            rows, keys = np.nonzero(stack[:, place[:, 0]] >> shift[:, 0] & 1)
            for word in range(1, KEY_BYTES // 4):
                held = (stack[rows, place[keys, word]] >> shift[keys, word] & 1).astype(np.bool_)
                rows, keys = rows[held], keys[held]
            for row in np.unique(rows):
                yield names[row], keys[rows == row]


def bits_of(keys: Sequence[bytes]) -> Bytes:
    """A bit for each word of each id, where it points: the keys are digests, so they spread evenly."""
    places = 1 << max(10, min(32, (len(keys) * BITS_PER_ID - 1).bit_length()))
    bits = np.zeros(places, np.bool_)
    bits[words_of(keys) & (places - 1)] = True
    return np.packbits(bits, bitorder="little")


def learned(tables: Tables, run: str) -> Bytes:
    """As kept beside the run; made for one of an earlier release."""
    kept = tables.execute("SELECT bits FROM filter WHERE name = ?", (run,)).fetchone()
    if kept:
        return np.frombuffer(kept[0], np.uint8)
    made = bits_of([key for (key,) in tables.execute(f"SELECT key FROM {run}")])  # noqa: S608
    tables.insert("filter", [(run, made.tobytes())])
    return made


def _places(words: Words, length: int) -> tuple[Places, Bytes]:
    """The byte of a filter of that many, and the bit in it, of each word."""
    places = words & (length * 8 - 1)
    return (places >> 3).astype(np.intp), (places & 7).astype(np.uint8)


def words_of(keys: Sequence[bytes]) -> Words:
    return np.frombuffer(b"".join(keys), dtype="<u4").reshape(-1, KEY_BYTES // 4)


def day_of(name: str) -> str:
    return name.split("_")[1]
