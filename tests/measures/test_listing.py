from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from aloft.measures.listing import Terms, columns_of, keep_listed, list_health, list_positions
from aloft.measures.models import PLACES, AccountHealth, AccountProjection, ListedMetric, Listing
from aloft.records.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def projection(now: datetime) -> AccountProjection:
    account = Account.objects.create(external_id="a", name="Brackwater Foods", created_at=now)
    return AccountProjection.objects.create(
        account=account,
        phase="ongoing",
        segment="tier_1",
        touch=["tech", "community"],
        mrr=Decimal("6240.50"),
        values={
            "sign_ins_28d": 742,
            "utilisation": None,
            "trained": True,
            "first_value": "2026-01-05T00:00:00+00:00",
            "latest_nps": "8",
            "latest_plan": "pro",
        },
        as_of=now,
    )


def test_every_value_that_is_a_number_gets_a_column(projection: AccountProjection) -> None:
    renews = datetime(2027, 2, 14, tzinfo=UTC)
    list_positions([projection], {projection.account_id: Terms(renews)})
    listing = Listing.objects.get()
    columns = {one.name: one.column for one in ListedMetric.objects.all()}
    assert (listing.phase, listing.segment, listing.touch) == ("ongoing", "tier_1", ",tech,community,")
    assert (listing.mrr, listing.renews_at, listing.band) == (Decimal("6240.50"), renews, "")
    assert {name: getattr(listing, column) for name, column in columns.items()} == {
        "sign_ins_28d": 742.0,
        "utilisation": None,
        "trained": 1.0,
        "first_value": 1767571200.0,
        "latest_nps": 8.0,
        "latest_plan": None,
    }


def test_health_and_position_leave_each_other_alone(projection: AccountProjection, now: datetime) -> None:
    standing = AccountHealth(
        account=projection.account, day=now.date(), at=now, score=67.4, band="yellow", coverage=1, trend=-1.5
    )
    list_health([standing])
    list_positions([projection], {})
    projection.segment = "tier_2"
    list_positions([projection], {})
    listing = Listing.objects.get()
    assert (listing.segment, listing.band, listing.score, listing.trend) == ("tier_2", "yellow", 67.4, -1.5)


def test_a_company_that_was_never_listed_is_listed_once(projection: AccountProjection) -> None:
    keep_listed()
    assert Listing.objects.get().segment == "tier_1"
    AccountProjection.objects.update(segment="tier_2")
    keep_listed()
    assert Listing.objects.get().segment == "tier_1"


def test_who_was_listed_in_part_as_the_engine_died_is_listed_by_the_next(
    projection: AccountProjection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(AccountHealth.objects, "iterator", _dies)
        with pytest.raises(KeyboardInterrupt):
            keep_listed()
    assert not Listing.objects.exists()
    keep_listed()
    assert Listing.objects.get().segment == "tier_1"


def _dies(_at_once: int) -> None:
    raise KeyboardInterrupt


def test_a_metric_keeps_its_column_and_the_one_too_many_gets_none() -> None:
    first = columns_of(["b", "a"])
    assert first == {"a": "n0", "b": "n1"}
    more = columns_of([*(f"m{n:02}" for n in range(PLACES)), "a"])
    assert (more["a"], more["b"], len(more)) == ("n0", "n1", PLACES)
    assert f"m{PLACES - 1}" not in more
