"""An account whose model runs per product: its page leads to each, and lists and counts have it once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from aloft.act.models import Occurrence
from aloft.records.models import Account, Contract, ContractLine, Person, Product
from tests.workspace import factory


@dataclass(frozen=True)
class Acme:
    whole: Account
    ledger: Account
    ticket: Occurrence


@pytest.fixture
def acme(owner: Person, now: datetime) -> Acme:
    """Two products; a moment waits at one of them."""
    whole = factory.account("Acme", now, held_by=owner, mrr="5200")
    whole.projection.phase = whole.projection.segment = ""
    whole.projection.save()
    ledger = factory.account("Acme - Ledger", now, mrr="5000", whole=whole, product="Ledger")
    factory.account("Acme - Books", now, mrr="200", whole=whole, product="Books")
    ticket = factory.occurrence(ledger, owner, now, due=timedelta(hours=-2))
    return Acme(whole, ledger, ticket)


def test_the_account_leads_to_its_relationships(cora: Client, acme: Acme) -> None:
    page = cora.get(f"/accounts/{acme.whole.public_id}/").content.decode()
    assert "<h1>Acme has 1 open moment, 1 late</h1>" in page
    assert f'href="/accounts/{acme.ledger.public_id}/">Ledger</a>' in page
    assert "Books" in page
    assert '<td class="num">5,000</td>' in page
    assert '<td class="num">200</td>' in page
    assert "<dt>Phase</dt><dd>by product</dd>" in page


def test_a_relationship_says_of_which_account_it_is_a_part(cora: Client, acme: Acme) -> None:
    page = cora.get(f"/accounts/{acme.ledger.public_id}/").content.decode()
    assert "<h1>Acme - Ledger has 1 open moment, 1 late</h1>" in page
    assert f'<dt>Part of</dt><dd><a href="/accounts/{acme.whole.public_id}/">Acme</a></dd>' in page
    told = cora.get(f"/accounts/{acme.ledger.public_id}/not-open").content.decode()
    assert "<code>aloft why acme --product &quot;Ledger&quot;</code>" in told.replace(
        '"Ledger"', "&quot;Ledger&quot;"
    )


def test_a_relationship_has_the_accounts_people_and_the_lines_of_its_product(
    cora: Client, acme: Acme, now: datetime
) -> None:
    factory.contact(acme.whole, "Ruth Palmer", "exec_sponsor")
    contract = Contract.objects.create(external_id="c-1", account=acme.whole, starts_on=date(2025, 1, 1))
    for product, mrr in (("Ledger", "5000"), ("Books", "200")):
        ContractLine.objects.create(
            contract=contract, line=product, product=Product.objects.create(name=product), mrr=mrr,
            starts_on=date(2025, 1, 1), recorded_at=now,
        )  # fmt: skip
    page = cora.get(f"/accounts/{acme.ledger.public_id}/").content.decode()
    assert "Ruth Palmer" in page
    assert "5,000 USD" in page
    assert "200 USD" not in page
    form = cora.get(f"/moments/{acme.ticket.public_id}/record").content.decode()
    assert "Ruth Palmer" in form


def test_lists_and_counts_have_the_account_once_with_all_that_waits(cora: Client, acme: Acme) -> None:
    page = cora.get("/accounts/").content.decode()
    assert "<h1>1 of your 1 account has something open</h1>" in page
    assert "Acme - Ledger" not in page
    assert '<td class="num">1</td>' in page
    today = cora.get("/").content.decode()
    assert "<h1>Your only account needs you this week</h1>" in today
    assert "<b>Acme - Ledger</b>" in today


def test_whoever_holds_nothing_sees_neither(olga: Client, acme: Acme) -> None:
    for account in (acme.whole, acme.ledger):
        assert olga.get(f"/accounts/{account.public_id}/").status_code == 404


def test_whoever_works_for_one_product_sees_the_account(
    olga: Client, outsider: Person, acme: Acme, now: datetime
) -> None:
    Occurrence.objects.filter(pk=acme.ticket.pk).update(owner=outsider)
    for account in (acme.whole, acme.ledger):
        assert olga.get(f"/accounts/{account.public_id}/").status_code == 200
    assert "<h1>1 of your 1 account has something open</h1>" in olga.get("/accounts/").content.decode()
