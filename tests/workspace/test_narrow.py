"""Lists of who sees everything are read from narrow rows alone, and find what rows of accounts find."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aloft.measures.listing import list_records
from aloft.measures.models import Listing
from aloft.records.models import Account, Person
from tests.workspace import factory

pytestmark = pytest.mark.django_db

QUERIES = [
    "", "sort=-name", "sort=-mrr", "sort=health", "sort=due", "sort=-due", "sort=open", "sort=-open", "sort=owner",
    "sort=country", "q=e", "segment=tier_1", "segment=-", "phase=ongoing", "touch=high", "health=red", "health=-",
    "owner=cora", "owner=-", "region=DE", "region=-", "where=mrr+ge+4000", "where=mrr+ne+4000", "where=score+unknown",
    "where=sign_ins_28d+known", "region=DE&sort=due", "status=all", "status=churned", "status=-", "status=all&sort=due",
    "status=all&sort=-open", "status=active&sort=-mrr",
]  # fmt: skip


@pytest.fixture
def four(owner: Person, now: datetime) -> dict[str, Account]:
    """Cedar has two open, Birch one of its own and one of a part of it, Alder none; Elder is part of Alder now."""
    factory.version(now)
    made = {
        name: factory.account(name, now, held_by=owner, mrr=mrr, country=country)
        for name, mrr, country in (
            ("Alder", "9000", "DE"),
            ("Birch", "4000", "FR"),
            ("Cedar", "500", "DE"),
            ("Elder", "1", ""),
        )
    }
    part = factory.account("Part", now, whole=made["Birch"], product="Payroll")
    factory.health(made["Alder"], now, score=31, band="red")
    for where, hours in (("Cedar", 5), ("Cedar", 60), ("Birch", 20)):
        factory.occurrence(made[where], owner, now, due=timedelta(hours=hours))
    factory.occurrence(part, owner, now, due=timedelta(hours=2))
    Account.objects.filter(name="Elder").update(merged_into=made["Alder"])
    list_records()
    return made


def names(response: HttpResponse) -> list[str]:
    return re.findall(r'data-row href="[^"]+">([^<]+)</a>', response.content.decode())


def test_every_query_finds_the_same_in_the_same_order(
    mia: Client, owner: Person, four: dict[str, Account], now: datetime
) -> None:
    factory.account("Fir", now, held_by=owner, mrr="0", stands="churned")
    list_records()
    narrow = {query: names(mia.get(f"/accounts/?{query}")) for query in QUERIES}
    Listing.objects.update(is_customer=False)
    assert narrow == {query: names(mia.get(f"/accounts/?{query}")) for query in QUERIES}
    assert narrow["sort=due"] == ["Birch", "Cedar", "Alder"]
    assert narrow["sort=open"] == ["Alder", "Birch", "Cedar"]
    assert narrow["status=all&sort=due"] == ["Birch", "Cedar", "Alder", "Fir"]
    assert narrow["status=churned"] == ["Fir"]
    assert narrow["region=DE&sort=due"] == ["Cedar", "Alder"]


def test_accounts_are_read_for_what_is_shown_alone(mia: Client, four: dict[str, Account]) -> None:
    with CaptureQueriesContext(connection) as asked:
        mia.get("/accounts/?sort=-mrr&q=e")
    joined = [
        one["sql"] for one in asked if '"records_account"' in one["sql"] and "measures_listing" in one["sql"]
    ]
    assert len(joined) == 1
    assert '"records_account"."id" IN (' in joined[0]


def test_an_account_that_was_never_read_is_listed_too(
    mia: Client, four: dict[str, Account], now: datetime
) -> None:
    factory.account("Dogwood", now, mrr=None)
    assert names(mia.get("/accounts/")) == ["Alder", "Birch", "Cedar", "Dogwood"]


def test_what_a_record_says_is_listed_again_where_it_changed(four: dict[str, Account]) -> None:
    Account.objects.filter(name="Alder").update(name="Aspen", country="GB")
    Account.objects.filter(name="Cedar").update(name="Cypress")
    list_records([four["Alder"].pk])
    told = (
        Listing.objects.filter(is_customer=True)
        .order_by("name")
        .values_list("name", "external_id", "country")
    )
    assert [(name, country) for name, _, country in told] == [
        ("Aspen", "GB"),
        ("Birch", "FR"),
        ("Cedar", "DE"),
    ]
    assert {external for _, external, _ in told} == {
        four[name].external_id for name in ("Alder", "Birch", "Cedar")
    }
