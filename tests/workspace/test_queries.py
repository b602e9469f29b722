"""How often a page asks the database: thirty times at most, however many rows there are.

Every page there is, with a row of each kind: `tests/test_access_matrix.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aloft.records.models import Person, SuccessPlan
from tests.workspace import factory

pytestmark = pytest.mark.django_db

MOST = 30
PAGES = {
    "today": "/",
    "all news": "/?news=all",
    "accounts": "/accounts/",
    "by MRR": "/accounts/?sort=-mrr",
    "first due": "/accounts/?sort=due",
    "narrowed": "/accounts/?segment=tier_1&health=red&where=mrr+ge+500&owner=cora&region=DE&touch=high",
    "search": "/accounts/?q=a",
    "data": "/data/",
    "revenue": "/revenue/",
    "notices": "/notices/",
    "find": "/find?q=a",
    "model": "/model/?element=moments.usage_fell",
    "outbox": "/outbox/",
}


@pytest.fixture
def crowd(owner: Person, now: datetime) -> str:
    """Thirty accounts with something late, a relationship each; the address of one that has everything."""
    for number in range(30):
        account = factory.account(f"Account {number}", now, held_by=owner)
        part = factory.account(f"Part {number}", now, whole=account, product="Payroll")
        factory.health(account, now)
        factory.contact(account, f"Ruth {number}")
        for where, hours in ((account, -20), (account, 50), (part, 4)):
            factory.verdict(factory.occurrence(where, owner, now, due=timedelta(hours=hours)), "opened", now)
    SuccessPlan.objects.create(account=account, agreed_at=now)
    return f"/accounts/{account.public_id}/"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_at_most_thirty_times(
    cora: Client, mia: Client, crowd: str, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for browser in (cora, mia):
        with django_assert_max_num_queries(MOST):
            assert browser.get(PAGES[name]).status_code == 200


def test_the_page_of_an_account_asks_no_more_often(
    cora: Client, mia: Client, crowd: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for browser in (cora, mia):
        with django_assert_max_num_queries(MOST):
            assert browser.get(crowd).status_code == 200
