"""Merging accounts on screen: what would follow is shown first, and it is taken back from the account's page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from aloft.records.models import Account, Person
from tests.workspace import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(owner: Person, now: datetime) -> tuple[Account, Account]:
    acme, bolt = (factory.account(name, now, held_by=owner) for name in ("Acme", "Bolt"))
    factory.occurrence(
        acme, owner, now, due=timedelta(days=2), title="Business review", moment="business_review"
    )
    factory.occurrence(
        bolt, owner, now, due=timedelta(days=1), title="Business review", moment="business_review"
    )
    return acme, bolt


def test_what_follows_is_shown_and_nothing_happens_yet(
    client: Client, manager: Person, both: tuple[Account, Account]
) -> None:
    _, bolt = both
    page = factory.sign_in(client, manager).get(reverse("merge", args=[bolt.public_id]), {"into": "acme"})
    said = page.content.decode()
    assert "Bolt becomes part of Acme, with its history" in said
    assert "Open at both, the earlier stays: Business review." in said
    assert not Account.objects.exclude(merged_into=None).exists()


def test_merging_leads_to_the_account_that_stays_and_it_can_be_taken_apart_there(
    client: Client, manager: Person, both: tuple[Account, Account]
) -> None:
    acme, bolt = both
    head = factory.sign_in(client, manager)
    there = reverse("account", args=[acme.public_id])
    merged = head.post(reverse("merge", args=[bolt.public_id]), {"into": "Acme"})
    assert merged["Location"] == there
    said = head.get(there).content.decode()
    assert "Bolt is part of Acme now" in said
    assert "Bolt, merged" in said
    assert head.get(reverse("account", args=[bolt.public_id]))["Location"] == there

    apart = head.post(reverse("unmerge", args=[bolt.public_id]))
    assert apart["Location"] == reverse("account", args=[bolt.public_id])
    assert head.get(apart["Location"]).status_code == 200


def test_a_name_that_two_accounts_have_names_neither(
    client: Client, manager: Person, both: tuple[Account, Account], now: datetime
) -> None:
    factory.account("Acme two", now)
    Account.objects.filter(external_id="acme-two").update(name="Acme")
    page = factory.sign_in(client, manager).post(reverse("merge", args=[both[1].public_id]), {"into": "AcMe"})
    assert page.status_code == 422
    assert "No other account, or more than one, is called so" in page.content.decode()
