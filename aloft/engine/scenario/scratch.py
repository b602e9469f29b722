"""A home and a database of their own, for a scenario to be played on: nothing of the deployment is touched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections

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
                _make_tables()
        self._made += 1
        home = self._folder / f"{self._made}"
        home.mkdir()
        database = home / "aloft.sqlite3"
        shutil.copyfile(self._empty, database)
        with _database(database):
            yield home
        shutil.rmtree(home)


def _make_tables() -> None:
    """From the models as they are: what migrations lead to, in a tenth of the time."""
    declared = settings.MIGRATION_MODULES
    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        settings.MIGRATION_MODULES = declared


@contextmanager
def scratch() -> Iterator[Scratch]:
    with TemporaryDirectory(prefix="aloft-scenario-") as folder:
        yield Scratch(Path(folder))


@contextmanager
def _database(file: Path) -> Iterator[None]:
    """Another database in the place of Django's: the connection to the own one stays as it is, unused."""
    own = connections[DEFAULT_DB_ALIAS]
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    options = {**other.settings_dict.get("OPTIONS", {}), "init_command": _QUICK}
    other.settings_dict = {**other.settings_dict, "NAME": file, "OPTIONS": options}
    connections[DEFAULT_DB_ALIAS] = other
    try:
        yield
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = own
