from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.demo.seeding import Seeded, whole


@pytest.fixture(scope="module")
def seeded(django_db_blocker: DjangoDbBlocker) -> Iterator[Seeded]:
    """The demo's company; Django reads its database meanwhile."""
    if connection.vendor != "sqlite":
        pytest.skip("the demo keeps its records in a file")
    made = whole()
    with django_db_blocker.unblock(), reading(made.home / "aloft.sqlite3"):
        yield made


@contextmanager
def reading(database: Path) -> Iterator[None]:
    """The connection of the tests' own database is put aside, not closed: that is in memory only."""
    aside, name = connection.connection, connection.settings_dict["NAME"]
    connection.connection, connection.settings_dict["NAME"] = None, database
    try:
        yield
    finally:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = aside, name
