"""What people do besides the rules, as the engine takes it: moments handed over, touches logged and taken back."""

from __future__ import annotations

from datetime import date

import pytest

from aloft.act.services import hand_back, hand_over, log_touch, withdraw
from aloft.records import services
from aloft.records.models import Account
from tests.engine.world import World, at

pytestmark = pytest.mark.slow
MODEL = """
engagement_model: by_hand
title: Calls that somebody logged
clock: {home: {timezone: UTC, country: US}, holidays: none}
roles: {csm: {hours_per_week: 24}}
metrics:
  calls_28d: {count: Contacted, where: "value = 'call'", over: 28d}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {all: {touch: high}}
moments:
  in_touch:
    when: "calls_28d >= 2"
    owner: csm
    objective: Keep it up
    outcome: {expect: "contacted", within: 14d}
"""


def company(world: World) -> Account:
    account = world.account("acme", "2026-01-01", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2026-01-01", "2026-01-02", "1000")
    world.publish(MODEL, "2026-01-01", live_from="2026-01-01")
    return account


def test_a_logged_touch_is_a_fact_that_rules_read_until_it_is_taken_back(world: World) -> None:
    acme = company(world)
    cora = world.person("cora", "csm", holds=("acme",))
    for channel, when in (
        ("call", "2026-01-05 10:00"),
        ("mail", "2026-01-05 11:00"),
        ("call", "2026-01-06 10:00"),
    ):
        last = log_touch(
            account=acme, actor=cora, at=at(when), fact="contacted", channel=channel, occurred_at=at(when)
        )
        world.run(when)
    world.run("2026-01-06 10:01")
    assert [row.because for row in world.occurrences("acme")] == ["calls_28d is 2"]
    assert world.stands("acme").values["calls_28d"] == 2
    withdraw(fact=last, actor=cora, at=at("2026-01-06 12:00"))
    world.run("2026-01-06 12:01")
    assert world.stands("acme").values["calls_28d"] == 1


def test_what_was_handed_over_stays_through_leave_and_what_came_back_follows_it(world: World) -> None:
    """Cora is away from the 12th with Dev as her backup; Mia sees everything."""
    acme = company(world)
    dev = world.person("dev", "csm")
    mia = world.person("mia", "csm", sees_everything=True)
    cora = world.person("cora", "csm", holds=("acme",), backup=dev)
    for day in (5, 6):
        when = at(f"2026-01-0{day} 10:00")
        log_touch(account=acme, actor=cora, at=when, fact="contacted", channel="call", occurred_at=when)
    world.run("2026-01-06 11:00")
    moment = world.only("acme", "in_touch")
    hand_over(occurrence=moment, actor=cora, at=at("2026-01-07 09:00"), to=mia, reason="She knows them")
    services.take_leave(
        person=cora, first_day=date(2026, 1, 12), last_day=date(2026, 1, 16),
        actor="cora", at=at("2026-01-09 12:00"),
    )  # fmt: skip
    world.run("2026-01-12 06:00")
    assert world.only("acme", "in_touch").owner == mia
    hand_back(occurrence=moment, actor=cora, at=at("2026-01-12 09:00"))
    assert world.only("acme", "in_touch").owner == cora
    world.person("olga", "csm", when="2026-01-13")  # staff has changed, so owners are resolved again
    world.run("2026-01-13 06:00")
    assert world.only("acme", "in_touch").owner == dev
