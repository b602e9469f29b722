"""Accounts, moments and people by a few letters, for who sees everything and for who sees some."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from aloft.records.models import Account, Person
from tests.workspace import factory


@pytest.fixture
def acme(owner: Person, now: datetime) -> Account:
    """With a relationship, at which a moment waits; another customer is called otherwise, and its moment too."""
    whole = factory.account("Acme Mills", now, held_by=owner, mrr="5200")
    ledger = factory.account("Acme Mills - Ledger", now, mrr="5000", whole=whole, product="Ledger")
    factory.occurrence(ledger, owner, now, due=timedelta(hours=-2))
    factory.contact(whole, "Ruth Palmer")
    other = factory.account("Birch", now, held_by=owner)
    factory.occurrence(other, owner, now, due=timedelta(hours=3), title="Half year review")
    factory.contact(other, "Mila Acton")
    return whole


def found(browser: Client, query: str) -> list[str]:
    page = browser.get("/find", {"q": query}).content.decode()
    return re.findall(r'<a data-row href="/(?:accounts|moments)/[^"]+">([^<]+)</a>', page)


@pytest.mark.parametrize("who", ["cora", "mia"])
def test_an_account_is_found_with_what_waits_at_its_relationships(
    who: str, acme: Account, request: pytest.FixtureRequest
) -> None:
    browser: Client = request.getfixturevalue(who)
    assert found(browser, "acme m") == ["Acme Mills", "Usage fell, Acme Mills - Ledger"]


@pytest.mark.parametrize("who", ["cora", "mia"])
def test_a_moment_is_found_by_its_title_and_a_contact_by_their_name(
    who: str, acme: Account, request: pytest.FixtureRequest
) -> None:
    browser: Client = request.getfixturevalue(who)
    assert found(browser, "half") == ["Half year review, Birch"]
    assert found(browser, "palmer") == ["Ruth Palmer"]
    assert found(browser, "ac") == ["Acme Mills", "Usage fell, Acme Mills - Ledger", "Mila Acton"]


def test_an_outsider_finds_nothing_of_it(acme: Account, outsider: Person) -> None:
    assert found(factory.sign_in(Client(), outsider), "ac") == []
