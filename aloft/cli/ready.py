"""What every command that touches data needs: a home, and tables in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.migrations.executor import MigrationExecutor

from aloft.records.tables import make_tables


def prepare() -> None:
    """Make ALOFT_HOME and bring its database up to date; quick when there is nothing to do."""
    settings.ALOFT_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    if connection.vendor == "postgresql":
        from aloft.cli.database import make_database

        make_database(connection.settings_dict)
    if not _is_up_to_date():
        with _whole():
            _bring_up_to_date()


def _bring_up_to_date() -> None:
    """An empty database gets its tables from the models as they are: the migrations lead there, but slowly."""
    empty = not connection.introspection.table_names()
    if empty:
        make_tables()
    call_command("migrate", verbosity=0, interactive=False, fake=empty)


@contextmanager
def _whole() -> Iterator[None]:
    """All tables or none: a migration is noted only after its indexes are made, so one that is cut off in between
    could never be run again."""
    if connection.vendor == "sqlite":
        connection.disable_constraint_checking()  # which SQLite does in no transaction
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                connection.cursor().execute("set constraints all immediate")
            yield
    finally:
        connection.enable_constraint_checking()


def is_prepared() -> bool:
    """Whether records can be asked, by a command that needs none and must make nothing."""
    records = connections[DEFAULT_DB_ALIAS]
    if isinstance(records, SQLite) and not (records.is_in_memory_db() or _is_a_file()):
        return False  # to ask would make one
    try:
        return _is_up_to_date()
    except OperationalError:
        return False


def _is_a_file() -> bool:
    return Path(connection.settings_dict["NAME"]).is_file()


def _is_up_to_date() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
