"""The tables of the inbox in a schema of a PostgreSQL database: several web processes write to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from aloft.collect.place import Staging
from aloft.collect.tables import FORMER, RUN, TAIL
from aloft.collect.values import InboxUnavailable

SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  seq bigint PRIMARY KEY, received bigint NOT NULL, source text NOT NULL, message_id text NOT NULL,
  kind text NOT NULL, name text NOT NULL, account text NOT NULL, "user" text NOT NULL,
  occurred bigint NOT NULL, times bigint NOT NULL, body bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS position (
  "only" int PRIMARY KEY CHECK ("only" = 1), seq bigint NOT NULL, received bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS problem (
  source text NOT NULL, reason text NOT NULL, at bigint NOT NULL,
  message_id text NOT NULL, body bytea NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY
);
DROP TABLE IF EXISTS closed;
CREATE TABLE IF NOT EXISTS filter (name text PRIMARY KEY, bits bytea NOT NULL);
CREATE TABLE IF NOT EXISTS reserved (first bigint PRIMARY KEY);
CREATE TABLE IF NOT EXISTS tally (
  hour bigint NOT NULL, source text NOT NULL, outcome text NOT NULL, n bigint NOT NULL,
  PRIMARY KEY (hour, source, outcome)
);
CREATE INDEX IF NOT EXISTS problem_at ON problem (at);
INSERT INTO position VALUES (1, 0, 0) ON CONFLICT DO NOTHING;
"""
PROBLEM = ("source", "reason", "at", "message_id", "body")


class PostgresTables:
    since = "id"

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection, self._schema = connection, schema
        self._lock = hash_of(schema)

    def execute(self, query: str, parameters: Sequence[object] = (), /) -> psycopg.Cursor[Any]:
        with failing():
            return self._connection.execute(query.replace("?", "%s"), parameters or None)

    def begin(self) -> None:
        self.execute("BEGIN")
        self.execute("SELECT pg_advisory_xact_lock(?)", (self._lock,))

    def commit(self) -> None:
        self.execute("COMMIT")

    def keep_up(self) -> None:
        """The server sees to it by itself."""

    def settle(self) -> None:
        self.execute("VACUUM FULL entry, problem")

    def close(self) -> None:
        self._connection.close()

    def has(self, table: str) -> bool:
        return self.execute("SELECT to_regclass(?)", (f"{self._schema}.{table}",)).fetchone() != (None,)

    def of_ids(self) -> list[str]:
        return self._called((RUN, TAIL))

    def former_ids(self) -> list[str]:
        return self._called(FORMER)

    def make_tail(self, name: str) -> None:
        self.execute(f"CREATE TABLE {name} (seq bigint PRIMARY KEY, ids bytea NOT NULL)")

    def make_run(self, name: str) -> None:
        self.execute(f"CREATE TABLE {name} (piece int PRIMARY KEY, ids bytea NOT NULL)")

    def drop_ids(self, name: str) -> None:
        self.execute(f"DROP TABLE {name}")
        self.execute("DELETE FROM filter WHERE name = ?", (name,))

    def _called(self, prefixes: tuple[str, str]) -> list[str]:
        query = (
            "SELECT tablename FROM pg_tables"
            " WHERE schemaname = ? AND (starts_with(tablename, ?) OR starts_with(tablename, ?))"
        )
        return [name for (name,) in self.execute(query, (self._schema, *prefixes))]

    def insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        columns = f"({', '.join(PROBLEM)})" if table == "problem" else ""
        copying = f"COPY {table} {columns} FROM STDIN"
        with failing(), self._connection.cursor() as cursor, cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row(row)


def connect(place: Staging, patience: float) -> PostgresTables:
    """It waits `patience` seconds for a lock, and for the server."""
    tables = look(place, patience, make=True)
    if tables is None:
        raise InboxUnavailable("the schema of the inbox is gone")
    if not (tables.has("tally") and tables.has("filter")):  # of an earlier release some are missing
        tables.begin()
        tables.execute(SCHEMA)
        tables.commit()
    return tables


def look(place: Staging, patience: float, make: bool = False) -> PostgresTables | None:
    """To read what is there; None while there is no schema, which a reader never makes."""
    with failing():
        address = make_conninfo(**dict(place.parameters))
        connection = psycopg.connect(address, autocommit=True, connect_timeout=max(2, int(patience)))
        tables = PostgresTables(connection, place.schema)
        tables.execute(f"SET lock_timeout = {int(patience * 1000)}")
        if make:
            tables.execute(f'CREATE SCHEMA IF NOT EXISTS "{place.schema}"')
        tables.execute(f'SET search_path = "{place.schema}"')
    return tables if tables.has("position") or make else None


@contextmanager
def failing() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise InboxUnavailable(str(error)) from error


def hash_of(schema: str) -> int:
    """Names the schema among the advisory locks of the database."""
    return int.from_bytes(schema.encode()[-7:], "big")
