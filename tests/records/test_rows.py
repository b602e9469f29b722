from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError

from aloft.measures.models import AccountProjection, HealthDay
from aloft.records.models import Account
from aloft.records.rows import insert, put, upsert

AT = datetime(2026, 3, 2, 9, 30, 0, 250_000, tzinfo=UTC)
LATER = datetime(2026, 3, 3, tzinfo=UTC)
DAY = date(2026, 3, 1)


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(external_id="acme", name="Acme", created_at=AT)


def projection(account: Account, at: datetime, mrr: str | None, **values: object) -> AccountProjection:
    told = Decimal(mrr) if mrr else None
    return AccountProjection(account=account, as_of=at, phase="live", touch=["high"], mrr=told, values=values)


def test_every_kind_of_value_comes_back_as_it_was_told(account: Account) -> None:
    insert([projection(account, AT, "1200.50", users=3, left="it’s “3” < 4 & ü")])

    (found,) = AccountProjection.objects.all()
    assert (found.account, found.as_of, found.phase_since) == (account, AT, None)
    assert (found.mrr, found.touch) == (Decimal("1200.50"), ["high"])
    assert found.values == {"users": 3, "left": "it’s “3” < 4 & ü"}


def test_a_row_that_is_there_takes_the_values_but_those_that_are_kept(account: Account) -> None:
    insert([projection(account, AT, "1200.50", users=3)])
    before = AccountProjection.objects.get()

    upsert([projection(account, LATER, None, users=4)], unique=["account_id"], kept=["mrr"])

    (found,) = AccountProjection.objects.all()
    assert (found.pk, found.as_of, found.values) == (before.pk, LATER, {"users": 4})
    assert found.mrr == Decimal("1200.50")


def test_rows_of_values_are_told_apart_by_all_that_is_unique(account: Account) -> None:
    columns = ["account_id", "day", "score", "band", "coverage", "profile"]
    put(HealthDay, columns, [(account.pk, DAY, 50.0, "yellow", 1.0, "")], unique=["account_id", "day"])
    told = [(account.pk, DAY, None, "grey", 0.5, ""), (account.pk, LATER.date(), 80.0, "green", 1.0, "")]
    put(HealthDay, columns, told, unique=["account_id", "day"])

    found = HealthDay.objects.order_by("day").values_list("day", "score", "band", "coverage")
    assert list(found) == [(DAY, None, "grey", 0.5), (LATER.date(), 80.0, "green", 1.0)]


def test_without_a_word_on_what_is_unique_a_second_row_is_refused(account: Account) -> None:
    insert([projection(account, AT, None)])
    with pytest.raises(IntegrityError):
        insert([projection(account, AT, None)])


def test_of_nothing_nothing_is_written(account: Account) -> None:
    insert([])
    upsert([], unique=["account_id"])
    put(HealthDay, ["account_id"], [])
    assert not HealthDay.objects.exists()
