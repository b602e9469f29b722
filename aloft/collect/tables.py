"""The tables of the inbox: the log of entries, and the ids of the last seven days (`ids.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

RUN, TAIL = "ids_run_", "ids_tail_"
"""How tables of ids are called; the day on which their ids were taken follows."""
FORMER = ("seen_", "tail_")
"""How an earlier release called them."""


class Cursor(Protocol):
    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Tables(Protocol):
    """A connection to them, of one database or another; its statements mark values with `?`.

    Whatever fails is sqlite3.Error, OSError or InboxUnavailable; closing rolls an open transaction back.
    """

    since: str
    """The column by which problems of the same instant follow each other."""

    def execute(self, query: str, parameters: Sequence[object] = (), /) -> Cursor: ...
    def begin(self) -> None:
        """A transaction that other writers wait for; what it commits survives a power cut."""

    def commit(self) -> None: ...
    def keep_up(self) -> None:
        """After each transaction of one that writes all the time."""

    def close(self) -> None: ...
    def settle(self) -> None:
        """Nothing of what was deleted is left on disk, as far as the database can see to it."""

    def has(self, table: str) -> bool: ...
    def of_ids(self) -> list[str]:
        """The tables of ids, in any order."""

    def former_ids(self) -> list[str]:
        """Those that an earlier release has left, with a `key` and a `digest` in each row."""

    def make_tail(self, name: str) -> None:
        """Of `seq` and `ids`."""

    def make_run(self, name: str) -> None:
        """Of `piece` and `ids`."""

    def drop_ids(self, name: str) -> None: ...
    def insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None: ...


def position(tables: Tables) -> tuple[int, int]:
    """The last `seq` and its `received` in microseconds."""
    seq, received = tables.execute("SELECT seq, received FROM position").fetchone()
    return seq, received


def move_position(tables: Tables, seq: int, received: int) -> None:
    tables.execute("UPDATE position SET seq = ?, received = ?", (seq, received))


def readable(tables: Tables) -> int:
    """The `seq` up to which entries may be read: what is reserved is written elsewhere first."""
    (first,) = tables.execute("SELECT min(first) FROM reserved").fetchone()
    return position(tables)[0] if first is None else int(first) - 1
