"""Several profiles of health through the engine: who is scored by which, and what a change of profile leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aloft.engagement.load import load
from aloft.engine.backtest.run import backtest
from aloft.engine.questions import answer
from aloft.engine.reports import report
from aloft.measures.models import HealthDay, Listing
from tests.engine.test_health import happened, health
from tests.engine.world import World, at

pytestmark = pytest.mark.slow
MODEL = """
engagement_model: healthy
title: Health by phase
clock: {home: {timezone: UTC, country: US}, holidays: none}
roles: {csm: {hours_per_week: 24}}
metrics:
  sign_ins_7d: {count: Signed In, over: 7d}
  set_up: {count: Set Up, since: contract_start}
phases:
  onboarding: {enters: "contract_start is not null", leaves: "set_up >= 3"}
  ongoing: {}
segments: {all: {touch: high}}
moments:
  turned_red:
    when: "band = 'red'"
    owner: csm
    objective: Find out what happened
    outcome: {expect: "band <> 'red'", within: 30d}
health:
  profiles:
    starting:
      when: "phase = 'onboarding' and seats > 0"
      usage: {weight: 1, score: "set_up", anchors: {0: 0, 2: 100}}
    in_use:
      when: "phase = 'ongoing'"
      usage: {weight: 1, score: "sign_ins_7d", anchors: {0: 0, 10: 100}}
      bands: {red: "< 60"}
  bands: {red: "< 40", green: ">= 70", settle: 2 readings, climb: 5}
"""


def company(world: World, **seats: int) -> None:
    for name, many in seats.items():
        world.account(name, "2026-01-01", name=name.capitalize(), timezone="UTC", country="US", seats=many)
        world.contract(name, "2026-01-01", "2026-01-02", "1000")
    world.person("cora", "csm", holds=tuple(seats))
    world.publish(MODEL, "2026-01-01", live_from="2026-01-10 12:00")


def scored(account: str) -> tuple[str, float | None, str]:
    found = health(account)
    return found.profile, found.score, found.band


def test_each_account_is_scored_by_the_first_profile_that_takes_it(world: World, tmp_path: Path) -> None:
    """Acme and Cobb are in use, at 8 and 5 sign-ins; Bolt is being set up; Dune has no seats, and no profile."""
    company(world, acme=5, bolt=5, cobb=5, dune=0)
    for account in ("acme", "cobb"):
        happened(world, account, "Set Up", "2026-01-03 12:00", 3)
    happened(world, "bolt", "Set Up", "2026-01-03 12:00", 1)
    happened(world, "acme", "Signed In", "2026-01-10 09:00", 8)
    happened(world, "cobb", "Signed In", "2026-01-10 09:00", 5)
    happened(world, "bolt", "Signed In", "2026-01-10 09:00", 9)
    world.run("2026-01-11 00:01")
    assert scored("acme") == ("in_use", 80, "green")
    assert scored("cobb") == ("in_use", 50, "red"), "below 60, where this profile begins its red"
    assert scored("bolt") == ("starting", 50, "yellow")
    assert scored("dune") == ("-", None, "grey")
    assert health("dune").dimensions == []
    points = {name: health(name).dimensions[0]["points"] for name in ("acme", "cobb", "bolt")}
    assert points == {"acme": 15, "cobb": -15, "bolt": 0}, "peers are those whom the same profile scores"
    listed = dict(Listing.objects.values_list("account__external_id", "profile"))
    assert listed == {"acme": "in_use", "cobb": "in_use", "bolt": "starting", "dune": "-"}
    assert reason(world.only("cobb", "turned_red").evidence) == "band is red; scored by the profile in_use"
    assert not world.occurrences("bolt")
    told = report(world.engine, "accounts", {})
    assert told.columns[-1] == ("profile", "text")
    assert [(row[0], row[7], row[8], row[-1]) for row in told.rows] == [
        ("acme", "80.0", "green", "in_use"),
        ("bolt", "50.0", "yellow", "starting"),
        ("cobb", "50.0", "red", "in_use"),
        ("dune", None, "grey", None),
    ]
    tested = backtest(tmp_path, load(MODEL, "m.yaml"), date(2026, 1, 10), date(2026, 1, 11), at("2026-01-11"))
    assert [(one.account, one.moment) for one in tested.played.opened] == [("cobb", "turned_red")]


def test_with_another_profile_bands_begin_afresh_and_the_trend_is_unknown(world: World) -> None:
    """Bolt is green for 5 weeks, at 100 of what is set up. Then it is in use, at 50: red at once, where a
    fall within a profile takes two readings."""
    company(world, bolt=5)
    happened(world, "bolt", "Set Up", "2026-01-03 12:00", 2)
    happened(world, "bolt", "Signed In", "2026-01-03 12:00", 1)
    world.run("2026-02-15 00:01")
    assert scored("bolt") == ("starting", 100, "green")
    assert (health("bolt").trend, health("bolt").profile_since) == (0, date(2026, 1, 9))
    happened(world, "bolt", "Set Up", "2026-02-15 12:00", 1)
    happened(world, "bolt", "Signed In", "2026-02-15 13:00", 5)
    world.run("2026-02-16 00:01")
    assert scored("bolt") == ("in_use", 50, "red")
    now = health("bolt")
    assert (now.trend, now.profile_since, now.recent) == (None, date(2026, 2, 15), [None, 50])
    assert (now.was, now.score_was, now.turned_at) == ("green", 100, at("2026-02-16"))
    days = HealthDay.objects.filter(account__external_id="bolt").order_by("day")
    assert [(one.profile, one.band) for one in days][-2:] == [("starting", "green"), ("in_use", "red")]
    assert kept(world, "usage") == {"health.starting:usage": None, "health.in_use:usage": 50}
    asked = answer(world.engine, "explain", {"account": "bolt", "name": "band"})["explained"]
    assert asked["says"] == "scored by the profile in_use; red below 60, green from 70"
    assert why_not(world, "2026-02-14") == "band is green; scored by the profile starting"


def kept(world: World, dimension: str) -> dict[str, float | None]:
    """What the next reading knows of the scores of the last one."""
    told = world.engine.store.connection.execute("select key, value from decided_daily").fetchall()
    return {key: value for key, value in told if key.endswith(f":{dimension}")}


def why_not(world: World, then: str) -> str:
    asked = {"account": "bolt", "at": at(then).isoformat()}
    (told,) = answer(world.engine, "why_not_at", asked)["explanations"]
    return reason(told["reasons"])


def reason(told: Sequence[Mapping[str, Any]]) -> str:
    return next(str(one["found"]) for one in told if one["rule"] == "when")
