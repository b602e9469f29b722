"""What every command that touches data needs: a home, and tables in it."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def prepare() -> None:
    """Make ALOFT_HOME and bring its database up to date; quick when there is nothing to do."""
    settings.ALOFT_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    if connection.vendor == "postgresql":
        from aloft.cli.database import make_database

        make_database(connection.settings_dict)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
