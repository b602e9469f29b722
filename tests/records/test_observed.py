from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from aloft.records.models import Account, Change
from aloft.records.observed import ObservedAccount, upsert_observed
from aloft.records.selectors import accounts_by_external
from aloft.records.services import set_account
from tests.conftest import NOW
from tests.records.conftest import written

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def test_observed_accounts_become_rows_without_a_change_or_an_audit_entry() -> None:
    rows = [
        ObservedAccount("acme", {"name": "Acme", "country": "JP", "seats": 40, "plan": None}),
        ObservedAccount("globex", {}),
    ]
    with written() as told:
        assert upsert_observed(rows, at=NOW) == 2

    found = accounts_by_external(["acme", "globex", "unknown"])
    assert set(found) == {"acme", "globex"}
    assert (found["acme"].name, found["acme"].country, found["acme"].fields) == ("Acme", "JP", {"seats": 40})
    assert (found["globex"].name, found["globex"].created_at) == ("globex", NOW)
    assert (told.changes, told.audit) == ([], [])


def test_fields_that_are_not_named_stay(account: Account) -> None:
    key = account.public_id
    set_account(external_id="acme", fields={"city": "Rome", "size": "big"}, actor="cora", at=NOW)

    assert upsert_observed([ObservedAccount("acme", {"country": "IT", "seats": 4})], at=LATER) == 1

    account.refresh_from_db()
    assert (account.name, account.city, account.country) == ("Acme", "Rome", "IT")
    assert account.fields == {"size": "big", "seats": 4}
    assert (account.created_at, account.public_id) == (NOW, key)


def test_what_is_cleared_at_the_source_is_cleared() -> None:
    upsert_observed([ObservedAccount("acme", {"name": "Acme", "city": "Rome", "seats": 4})], at=NOW)
    upsert_observed([ObservedAccount("acme", {"name": None, "city": None, "seats": None})], at=LATER)

    account = Account.objects.get()
    assert (account.name, account.city, account.fields) == ("acme", "", {})


def test_what_is_already_so_is_not_written_again() -> None:
    row = ObservedAccount("acme", {"name": "Acme", "seats": 4})
    upsert_observed([row], at=NOW)

    assert upsert_observed([row], at=LATER) == 0


def test_what_the_column_cannot_hold_is_left_out() -> None:
    fields = {"name": "x" * 300, "timezone": "Mars/Base", "country": "Germany", "status": 7, "city": "Rome"}
    upsert_observed([ObservedAccount("acme", fields)], at=NOW)

    account = Account.objects.get()
    assert (account.name, account.timezone, account.country, account.status) == ("acme", "", "", "")
    assert account.city == "Rome"


def test_an_edit_that_the_values_do_not_reflect_yet_is_kept(account: Account) -> None:
    folded = Change.objects.latest("id").pk
    set_account(external_id="acme", fields={"city": "Rome"}, actor="cora", at=NOW)
    observed = [ObservedAccount("acme", {"city": "Milan", "country": "IT"})]

    upsert_observed(observed, at=LATER, folded=folded)
    account.refresh_from_db()
    assert (account.city, account.country) == ("Rome", "IT")

    upsert_observed(observed, at=LATER, folded=Change.objects.latest("id").pk)
    account.refresh_from_db()
    assert account.city == "Milan"


def test_a_parent_is_followed_once_it_is_known() -> None:
    child = ObservedAccount("acme", {"parent": "globex"})
    upsert_observed([child], at=NOW)
    assert Account.objects.get(external_id="acme").parent is None

    upsert_observed([child, ObservedAccount("globex", {"parent": "acme"})], at=LATER)
    found = accounts_by_external(["acme", "globex"])
    assert found["acme"].parent == found["globex"]
    assert found["globex"].parent is None  # it would stand below its own child

    upsert_observed([ObservedAccount("acme", {"parent": None})], at=LATER)
    assert Account.objects.get(external_id="acme").parent is None


def test_a_thousand_accounts_take_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    rows = [ObservedAccount(f"a-{n}", {"name": f"Account {n}", "seats": n}) for n in range(1000)]
    with django_assert_max_num_queries(20):
        assert upsert_observed(rows, at=NOW) == 1000
    with django_assert_max_num_queries(4):
        assert upsert_observed(rows, at=NOW) == 0
