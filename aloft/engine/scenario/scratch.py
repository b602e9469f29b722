"""A home and a database of their own, for a scenario to be played on: nothing of the deployment is touched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from aloft.databases import sqlite
from aloft.records.tables import make_tables

_QUICK = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON"
"""Nobody needs a scenario's database after a power cut."""


class Scratch:
    """Makes homes below `folder`; the tables are made once, and copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._empty = folder / "empty.sqlite3"
        self._made = 0

    @contextmanager
    def home(self) -> Iterator[Path]:
        """An empty home, with the database in it as Django's until the end."""
        if not self._empty.exists():
            with _database(self._empty):
                make_tables()
        self._made += 1
        home = self._folder / f"{self._made}"
        home.mkdir()
        database = home / "aloft.sqlite3"
        shutil.copyfile(self._empty, database)
        with _database(database):
            yield home
        shutil.rmtree(home)


@contextmanager
def scratch() -> Iterator[Scratch]:
    with TemporaryDirectory(prefix="aloft-scenario-") as folder:
        yield Scratch(Path(folder))


@contextmanager
def _database(file: Path) -> Iterator[None]:
    """A file in the place of Django's database, whatever that is: the connection to it stays as it is, unused."""
    own = connections[DEFAULT_DB_ALIAS]
    told = sqlite(file)
    options = {**told["OPTIONS"], "init_command": _QUICK}
    other = DatabaseWrapper({**own.settings_dict, **told, "OPTIONS": options}, DEFAULT_DB_ALIAS)
    connections[DEFAULT_DB_ALIAS] = other
    try:
        yield
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = own
