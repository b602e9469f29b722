"""An exception of one account goes before the model's rule, for as long as it says, and is told as the reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aloft.act.models import Verdict
from aloft.engagement.load import load
from aloft.engine.backtest.run import backtest
from aloft.records.models import Account, AccountException, Person
from aloft.records.refusals import Refused
from aloft.records.services import end_exception, except_account
from tests.engine.world import World, at

pytestmark = pytest.mark.slow

MODEL = """\
engagement_model: acme
title: Acme
clock: {timezone: account, home: {timezone: UTC, country: DE}}
roles: {csm: {hours_per_week: 24}}
metrics: {sign_ins: {count: Signed In, over: 28d}}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {vip: {when: "mrr >= 50000", touch: {ongoing: high}}, all: {touch: {ongoing: low}}}
moments:
  review:
    schedule: every 1 month from contract_start
    owner: csm
    objective: Review value
    outcome: {expect: contacted, within: 5bd}
  visit:
    touch: high
    event: Visit Asked
    owner: csm
    objective: Be there
    outcome: {expect: contacted, within: 5bd}
"""


@pytest.fixture
def acme(world: World) -> Account:
    world.publish(MODEL, "2026-01-01")
    account = world.account("acme", "2026-01-02", timezone="UTC")
    world.contract("acme", "2026-01-02", "2026-01-05", "6000")
    world.person("cora", "csm", holds=("acme",))
    world.person("dev", "csm")
    world.run("2026-01-06")
    return account


def excepted(account: Account, when: str, until: str, **more: object) -> AccountException:
    said: dict[str, object] = {"reason": "A merger is under way", "actor": "mia", **more}
    return except_account(account=account, until=date.fromisoformat(until), at=at(when), **said)  # type: ignore[arg-type]


def test_a_level_of_its_own_lets_other_moments_open_until_its_last_day(world: World, acme: Account) -> None:
    assert world.stands("acme").touch == ["low"]
    excepted(acme, "2026-01-10", "2026-01-20", kind="touch", touch=["high"])
    world.track("acme", "Visit Asked", "2026-01-12 09:00")
    world.run("2026-01-13")
    opened = world.only("acme", "visit")
    assert world.stands("acme").touch == ["high"]
    found = [one["found"] for one in opened.evidence if one["rule"] == "touch"]
    assert found == ["high touch, by exception of mia until 20 Jan 2026: A merger is under way"]
    world.run("2026-01-20 12:00")
    assert world.stands("acme").touch == ["high"]
    world.run("2026-01-21 12:00")
    assert world.stands("acme").touch == ["low"]
    world.track("acme", "Visit Asked", "2026-01-22 09:00")
    world.run("2026-01-23")
    assert len(world.occurrences("acme", "visit")) == 1


def test_a_backtest_takes_them_at_the_accounts_that_have_them(world: World, tmp_path: Path) -> None:
    Account.objects.create(
        external_id="unheard", created_at=at("2026-01-01")
    )  # the records count another account than the facts do
    for name in ("bolt", "acme"):
        account = world.account(name, "2026-01-02", timezone="UTC")
        world.contract(name, "2026-01-02", "2026-01-05", "6000")
        world.track(name, "Visit Asked", "2026-01-12 09:00")
    excepted(account, "2026-01-10", "2026-01-20", kind="touch", touch=["high"])
    played = backtest(
        tmp_path, load(MODEL, "acme.yaml"), date(2026, 1, 6), date(2026, 1, 14), at("2026-01-15")
    ).played
    assert [(one.account, one.moment) for one in played.opened] == [("acme", "visit")]


def test_a_skipped_moment_is_told_of_and_opens_again_afterwards(world: World, acme: Account) -> None:
    excepted(acme, "2026-01-10", "2026-02-20", kind="skip", moment="review")
    world.run("2026-02-21")
    assert world.occurrences("acme", "review") == []
    (verdict,) = Verdict.objects.filter(moment="review", verdict="skipped")
    assert verdict.reasons[0]["found"] == "by exception of mia until 20 Feb 2026: A merger is under way"
    world.run("2026-03-06")
    assert len(world.occurrences("acme", "review")) == 1


def test_another_owner_has_what_opens_until_the_exception_is_ended(world: World, acme: Account) -> None:
    dev = Person.objects.get(handle="dev")
    made = excepted(acme, "2026-01-10", "2026-12-31", kind="owner", owner=dev)
    world.run("2026-02-06")
    first = world.only("acme", "review")
    assert first.owner == dev
    assert "by exception of mia until 31 Dec 2026" in first.owned_because
    end_exception(exception=made, actor="mia", at=at("2026-02-10"))
    world.run("2026-03-06")
    owners = [one.owner.handle for one in world.occurrences("acme", "review") if one.owner]
    assert owners == ["cora", "cora"], "what nobody has started follows, as it does after a leave"


def test_what_is_no_exception_is_refused(world: World, acme: Account) -> None:
    for said, words in (
        ({"kind": "skip"}, "Choose the moment"),
        ({"kind": "touch"}, "Give at least one"),
        ({"kind": "owner"}, "Choose who"),
        ({"kind": "cadence"}, "Give one of touch, owner, skip"),
        ({"kind": "skip", "moment": "review", "reason": " "}, "reason"),
    ):
        with pytest.raises(Refused, match=words):
            excepted(acme, "2026-01-10", "2026-02-20", **said)
    with pytest.raises(Refused, match="has passed"):
        excepted(acme, "2026-01-10", "2026-01-09", kind="skip", moment="review")
    excepted(acme, "2026-01-10", "2026-02-20", kind="skip", moment="review")
    with pytest.raises(Refused, match="End that one first"):
        excepted(acme, "2026-01-11", "2026-02-20", kind="skip", moment="review")
