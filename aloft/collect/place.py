"""Where the inbox of a deployment lies: in a file of its home, or beside the records on PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from aloft.databases import of_home

FILE = "inbox.sqlite3"
PARAMETERS = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


@dataclass(frozen=True)
class Staging:
    """A schema of a PostgreSQL database. `parameters` are those of libpq; a password among them is not shown."""

    schema: str
    parameters: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"Staging({self.schema!r})"


Place = Path | Staging


def inbox_of(home: Path) -> Place:
    """The inbox of the deployment whose home this is, as Django's connection has its database."""
    if connection.vendor != "postgresql":
        return home / FILE
    return Staging(of_home(settings.INBOX_SCHEMA, home), parameters_of(connection.settings_dict))


def parameters_of(database: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((PARAMETERS[key], str(database[key])) for key in PARAMETERS if database.get(key))
