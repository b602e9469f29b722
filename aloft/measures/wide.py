"""How the database makes wide tables of one row for each of many accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def alone(connection: duckdb.DuckDBPyConnection, many: bool) -> Iterator[None]:
    """By one thread, where accounts are many: of several, each copies such a table once more."""
    if not many:
        yield
        return
    threads = connection.execute("select current_setting('threads')").fetchall()[0][0]
    connection.execute("set threads = 1")
    try:
        yield
    finally:
        connection.execute(f"set threads = {threads}")


@contextmanager
def as_spelled(connection: duckdb.DuckDBPyConnection, many: bool) -> Iterator[None]:
    """What a join is spelled to look up in is what is looked up in, where accounts are many: of two sides with as many
    rows the database cannot tell the wide one, and copies all of it."""
    if not many:
        yield
        return
    connection.execute("set disabled_optimizers = 'build_side_probe_side'")
    try:
        yield
    finally:
        connection.execute("reset disabled_optimizers")
