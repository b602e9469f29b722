from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from aloft import clock
from aloft.records.models import Person
from tests.workspace import factory


@pytest.fixture(autouse=True)
def _stands_still(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def cora(client: Client, owner: Person) -> Client:
    """The owner's browser; she lives by UTC."""
    owner.timezone = "UTC"
    owner.save()
    return factory.sign_in(client, owner)


@pytest.fixture
def mia(manager: Person) -> Client:
    return factory.sign_in(Client(), manager)


@pytest.fixture
def olga(outsider: Person) -> Client:
    return factory.sign_in(Client(), outsider)
