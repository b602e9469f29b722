"""The fact store: one DuckDB file, opened by one process at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import duckdb
import pyarrow as pa

from aloft.facts import schema

Parameters = Sequence[object] | Mapping[str, object] | None


_MENDS: Mapping[str, object] = (
    {"preserve_insertion_order": "false"} if duckdb.__version__.startswith("2.") else {}
)
"""DuckDB 2.0 loses what several threads insert in the order given, more than 122,880 rows of it, into a table that an
insert of none came to before in the same transaction. What says an order is kept in it all the same."""

LISTED = "(SELECT TRY_CAST(unnest(string_split({}, ',')) AS BIGINT))"
"""SQL of the rows of a parameter that `listed` made."""


def listed(numbers: Iterable[int]) -> str:
    """Many numbers as one parameter: handed over one by one each of them costs as much as a small statement."""
    return ",".join(map(str, numbers))


class StoreError(Exception):
    """The file cannot serve as a fact store; the message says what to do."""


@dataclass(frozen=True)
class Positions:
    """What is drained of each stream, and the instant (UTC) of the step that did it: None at first."""

    inbox: int
    changes: int
    at: datetime | None


class FactStore:
    """Statements go through `run`, which reads the result to its end: DuckDB 2 keeps it open otherwise."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, home_zone: str) -> None:
        self.connection = connection
        self.home_zone = home_zone
        self._depth = 0

    @classmethod
    def open(
        cls,
        path: Path | str,
        home_zone: str = "UTC",
        memory_limit: str | None = None,
        threads: int | None = None,
    ) -> FactStore:
        """Open or create the store; ":memory:" keeps nothing. `memory_limit` is DuckDB's, e.g. "2GB".

        Raises StoreError for a file of another version, ours or DuckDB's, or an unknown home zone.
        """
        if home_zone not in _zones_of_python():
            raise StoreError(f"unknown time zone {home_zone!r}")
        _settle_whether_pandas_is_there()
        config: dict[str, Any] = {"enable_external_access": "false", **_MENDS}
        if memory_limit:
            config["memory_limit"] = memory_limit
        if threads:
            config["threads"] = threads
        store = cls(_connected(path, config), home_zone)
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> FactStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, parameters).fetchall()

    def load(self, name: str, table: pa.Table) -> None:
        """Make `table` the temporary table `name`."""
        self.connection.register("loading", table)
        try:
            self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM loading")
        finally:
            self.connection.unregister("loading")

    def integers(self, sql: str, parameters: Parameters = None) -> frozenset[int]:
        return frozenset(row[0] for row in self.run(sql, parameters))

    @property
    def zones(self) -> frozenset[str]:
        """The zones that both Python and the database know: each of them computes local times."""
        return _zones_of_both()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another one it is part of that one."""
        if self._depth:
            yield
            return
        self.run("BEGIN")
        self._depth = 1
        try:
            yield
        except BaseException:
            self._depth = 0
            self.run("ROLLBACK")
            raise
        self._depth = 0
        self.run("COMMIT")

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Nothing of what is done within is kept; transactions within are part of it."""
        self.run("BEGIN")
        self._depth = 1
        try:
            yield
        finally:
            self._depth = 0
            self.run("ROLLBACK")

    def positions(self) -> Positions:
        inbox, changes, at = self.run('SELECT inbox, changes, "at" FROM position')[0]
        return Positions(inbox, changes, at.replace(tzinfo=UTC) if at else None)

    def _prepare(self) -> None:
        known = self.run("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'store_version'")
        with self.transaction():
            if known == [(0,)]:
                for statement in schema.statements(self.home_zone):
                    self.run(statement)
            else:
                self._check()

    def _check(self) -> None:
        version, zone = self.run("SELECT version, home_zone FROM store_version")[0]
        if version != schema.VERSION:
            raise StoreError(
                f"the fact store is of version {version}, this release reads {schema.VERSION}: "
                "remove the file, and it is drained again from the log"
            )
        if zone != self.home_zone:
            self._move_home()

    def _move_home(self) -> None:
        from aloft.facts.rebuild import (
            rebuild_home,
        )  # rebuild works on a store, so it cannot be imported above

        rebuild_home(self)
        self.run("UPDATE store_version SET home_zone = ?", [self.home_zone])


def _connected(path: Path | str, config: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), config=config)
    except (duckdb.IOException, duckdb.SerializationException) as refused:
        if "version" not in str(refused):
            raise
        raise StoreError(
            f"{path} was written by a newer DuckDB than this {duckdb.__version__}: remove it, and it is drained "
            "again from the log"
        ) from None


@cache
def _zones_of_python() -> frozenset[str]:
    """Found once: each time they are looked for in all folders of zones."""
    return frozenset(available_timezones())


@cache
def _zones_of_both() -> frozenset[str]:
    """Those of the database come with its library, whatever store is open."""
    with duckdb.connect(":memory:") as connection:
        names = connection.execute("SELECT name FROM pg_timezone_names()").fetchall()
    return _zones_of_python() & {name for (name,) in names}


def _settle_whether_pandas_is_there() -> None:
    """DuckDB asks for pandas at each value that it is handed; where there is none, each time the disk is searched."""
    if "pandas" not in sys.modules and find_spec("pandas") is None:
        pa.array([0])  # Arrow asks once, and must ask before: it takes what stands here for a module
        sys.modules["pandas"] = None  # type: ignore[assignment]  # what the import system takes for "not there"
