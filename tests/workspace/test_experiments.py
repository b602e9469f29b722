"""The page of experiments: what may be said of each, both arms, and what spoils them; of others' accounts no names."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from aloft.engine.models import Live
from aloft.learn.models import Assignment, Contamination
from aloft.records.models import Account, ModelVersion, Person
from tests.workspace import factory
from tests.workspace.test_model import page

pytestmark = pytest.mark.django_db
URL = "/model/experiments/"
DRAWN = """
experiments:
  usage_fell: {holdout: 50%, primary: {expect: "renewed", within: 30d}, from: 2026-01-01}
"""


def assigned(account: Account, version: ModelVersion, now: datetime, arm: str, outcome: str) -> Assignment:
    return Assignment.objects.create(
        moment="usage_fell", called="usage_fell", start=date(2026, 1, 1), unit=account, account=account,
        model_version=version, arm=arm, holdout=0.5, at=now - timedelta(days=40), outcome=outcome,
        outcome_until=now - timedelta(days=10),
    )  # fmt: skip


@pytest.fixture
def drawn(owner: Person, now: datetime) -> list[Assignment]:
    """Cora's account of each arm, and 19 of nobody: all of the treated have renewed, and none of the held out."""
    version = factory.version(now)
    version.document += DRAWN
    version.save()
    Live.objects.create(name="acme", version=version)
    arms = [("treated", "met"), ("held_out", "missed")]
    return [
        assigned(
            factory.account(f"{arm} {n}", now, held_by=owner if n == 0 else None), version, now, arm, outcome
        )
        for n in range(20)
        for arm, outcome in arms
    ]


def test_without_experiments_the_page_teaches(mia: Client) -> None:
    told = page(mia, URL)
    assert "No experiment runs" in told
    assert "Whether a moment helps is seen only where some accounts do not get it" in told


@pytest.mark.usefixtures("drawn")
def test_it_says_what_may_be_said_with_both_arms(mia: Client) -> None:
    told = page(mia, URL)
    assert "1 experiment runs, and can be read" in told
    assert "Usage fell renewed within 30 days, from 1 Jan 2026" in told
    # 20 of 20 and 0 of 20: Wilson 83.9 to 100 and 0 to 16.1, so Newcombe 77.2 to 100.
    assert "It helps. +100.0 points, from +77.2 to +100.0 with 95 %" in told
    assert "Treated 20 20 20 100.0 %" in told
    assert "Held out 20 20 0 0.0 %" in told
    assert "Experiments 1" in page(mia, "/model/")


def test_what_spoils_it_is_told_of_ones_own_accounts(
    drawn: list[Assignment], cora: Client, mia: Client, now: datetime
) -> None:
    mine, other = drawn[1], drawn[3]
    for change, one in enumerate((mine, other), 1):
        Contamination.objects.create(
            assignment=one, account=one.account, change=change, at=now, what="contacted was noted"
        )
    drawn[5].excluded_at, drawn[5].excluded_because = now, "merged into Bolt"
    drawn[5].save()
    told = page(mia, URL)
    assert "2 held-out accounts approached by hand, 1 assignment left out." in told
    assert "held_out 0" in told
    assert "held_out 1" in told
    assert "Left out: merged into Bolt." in told
    told = page(cora, URL)
    assert "2 held-out accounts approached by hand, 1 assignment left out." in told
    assert "held_out 0" in told
    assert "held_out 1" not in told
    assert "Bolt" not in told


@pytest.mark.usefixtures("drawn")
def test_what_is_not_judged_cannot_be_read_yet(mia: Client) -> None:
    Assignment.objects.update(outcome="watched")
    assert "1 experiment runs, and cannot be read yet" in page(mia, URL)
