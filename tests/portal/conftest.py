"""Sam of Otterbrook Schools, who has signed in; and Rita of another customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from aloft import clock
from aloft.records.models import Account, Contact, Person
from aloft.records.services import accept_invitation, invite_contact
from tests.workspace import factory

SignIn = Callable[[Contact], Client]


@pytest.fixture
def frozen(now: datetime, monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


@pytest.fixture
def otterbrook(db: None, owner: Person, frozen: datetime) -> Account:
    return factory.account("Otterbrook Schools", frozen, held_by=owner)


@pytest.fixture
def sam(otterbrook: Account) -> Contact:
    return factory.contact(otterbrook, "Sam Whitfield")


@pytest.fixture
def rita(db: None, colleague: Person, frozen: datetime) -> Contact:
    return factory.contact(factory.account("Redfern Castings", frozen, held_by=colleague), "Rita Novak")


@pytest.fixture
def sign_in(frozen: datetime) -> SignIn:
    """A browser that has come in by a link."""

    def signed_in(contact: Contact) -> Client:
        secret = invite_contact(contact=contact, actor="cora", at=frozen)
        client = Client()
        client.force_login(
            accept_invitation(secret=secret, at=frozen), "django.contrib.auth.backends.ModelBackend"
        )
        return client

    return signed_in


@pytest.fixture
def browser(sam: Contact, sign_in: SignIn) -> Client:
    return sign_in(sam)
