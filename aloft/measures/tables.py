"""The temporary tables beside the facts that frames begin with."""

from __future__ import annotations

import duckdb

from aloft.measures import daily, decided
from aloft.measures.question import TABLE
from aloft.measures.zones import macros

SETUP = f"{TABLE};{decided.TABLES}{daily.TABLE}"


def set_up(connection: duckdb.DuckDBPyConnection, home_zone: str) -> None:
    """Make the macros, and the tables of what is asked and was decided, where they are not there."""
    connection.execute(f"{macros(home_zone)};{SETUP}")
