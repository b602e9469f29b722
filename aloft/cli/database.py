"""The database on a PostgreSQL server, made where it is missing and the role may."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from aloft.collect.place import parameters_of

SERVERS_OWN = "postgres"
"""The database that every server has."""


def make_database(database: dict[str, Any]) -> None:
    """Raises psycopg.Error, with the server's own words, where nothing can be reached or made."""
    parameters = dict(parameters_of(database))
    address = make_conninfo(**{**parameters, "dbname": SERVERS_OWN})
    with psycopg.connect(address, autocommit=True) as server:
        name = parameters["dbname"]
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
