"""The cast of the tests. Models are imported where they are used: tests of the pure rooms need no Django."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from aloft.records.models import Person

# How fast the machine is says nothing of the code: no example is refused for having taken long.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A file, as in a deployment: in memory all threads of a live server would share one connection."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(Path(os.environ["ALOFT_HOME"]) / "tests.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def database_of_every_inbox(request: pytest.FixtureRequest) -> None:
    """On PostgreSQL an inbox lies in the database of the tests, also where a test asks for nothing else of it."""
    if os.environ.get("ALOFT_DATABASE"):
        request.getfixturevalue("django_db_setup")


@pytest.fixture
def now() -> datetime:
    return NOW


def _person(handle: str, name: str, role: str, **more: Any) -> Person:
    from aloft.records.services import set_person

    email = f"{handle}@aloft.example"
    return set_person(handle=handle, name=name, role=role, email=email, actor="tests", at=NOW, **more)


@pytest.fixture
def owner(db: None) -> Person:
    return _person("cora", "Cora Jensen", "csm")


@pytest.fixture
def colleague(db: None) -> Person:
    return _person("dev", "Dev Patel", "csm")


@pytest.fixture
def outsider(db: None) -> Person:
    """One of the team who holds nothing and stands in for nobody."""
    return _person("olga", "Olga Novak", "csm")


@pytest.fixture
def manager(db: None) -> Person:
    return _person("mia", "Mia Rossi", "manager", sees_everything=True)
