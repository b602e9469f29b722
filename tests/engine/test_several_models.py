"""Several models live at once: each account follows one, and the one that extends the others wins."""

from __future__ import annotations

import pytest

from tests.engine.world import World, shown

MODEL = """
engagement_model: {name}
title: {name}
applies_to: "{applies}"
clock: {{home: {{timezone: UTC}}, holidays: none}}
roles:
  csm: {{}}
  {more}: {{}}
phases:
  onboarding: {{enters: "contract_start is not null", leaves: "plan = 'ready'", keep_segment: true}}
  ongoing: {{}}
segments:
  large: {{when: "mrr >= 5000", touch: {large}}}
  small: {{touch: tech}}
moments:
  kickoff:
    schedule: 1d after contract_start
    owner: csm
    objective: Meet
    outcome: {{expect: "contacted", within: 7d}}
  {extra}:
    schedule: every 1w from contract_start
    owner: {more}
    objective: Talk
    outcome: {{expect: "contacted", within: 7d}}
  ticket:
    event: Ticket Opened
    by: ticket_id
    owner: {more}
    objective: Help
    outcome: {{expect: "contacted", within: 1d}}
  large_only:
    when: "seats > 10"
    owner: csm
    objective: Look
    outcome: {{expect: "contacted", within: 30d}}
"""


def world_model(large: str = "high") -> str:
    return MODEL.format(
        name="world", applies="status = 'active'", more="manager", large=large, extra="weekly_call"
    )


def japan(applies: str = "country = 'JP' and status = 'active'") -> str:
    return MODEL.format(name="japan", applies=applies, more="sales", large="low", extra="visit").replace(
        "  large_only:", "  japan_only:"
    )


def company(world: World) -> None:
    for handle, role in (("cora", "csm"), ("mia", "manager"), ("sato", "sales")):
        world.person(handle, role)
    for external, country in (("acme", "DE"), ("tokyo", "JP")):
        world.account(external, "2026-01-01", name=external.capitalize(), country=country, timezone="UTC")
        world.contract(external, "2026-01-01", "2026-01-05", "6000")


def test_the_model_that_extends_another_takes_the_accounts_that_it_applies_to(world: World) -> None:
    company(world)
    world.publish(world_model(), "2026-01-01")
    world.publish(japan(), "2026-01-02", bases=("world",))
    world.run("2026-01-13")
    assert (world.stands("acme").model, world.stands("acme").touch) == ("world", ["high"])
    assert (world.stands("tokyo").model, world.stands("tokyo").touch) == ("japan", ["low"])
    assert [one.moment for one in world.occurrences("acme")] == ["kickoff", "weekly_call"]
    assert [one.moment for one in world.occurrences("tokyo")] == ["kickoff", "visit"]
    assert [one.owner.name for one in world.occurrences("tokyo", "visit") if one.owner] == ["Sato"]


def test_an_event_opens_what_the_accounts_own_model_says(world: World) -> None:
    company(world)
    world.publish(world_model(), "2026-01-01")
    world.publish(japan(), "2026-01-01", bases=("world",))
    world.run("2026-01-05 01:00")
    for account in ("acme", "tokyo"):
        world.track(account, "Ticket Opened", "2026-01-05 09:00", ticket_id="T-1")
    world.run("2026-01-05 10:00")
    owners = {
        one.account.external_id: one.owner.name for one in world.occurrences(moment="ticket") if one.owner
    }
    assert owners == {"acme": "Mia", "tokyo": "Sato"}


def test_an_account_that_comes_under_another_model_keeps_phase_segment_and_what_is_open(world: World) -> None:
    company(world)
    world.publish(world_model(), "2026-01-01")
    world.publish(japan(), "2026-01-01", bases=("world",))
    world.run("2026-01-13")
    world.account("acme", "2026-01-13 09:00", country="JP")
    world.run("2026-01-20")
    stands = world.stands("acme")
    assert (stands.model, shown(stands.model_since)) == ("japan", "2026-01-13 09:00")
    assert (stands.phase, shown(stands.phase_since), stands.segment) == ("onboarding", "2026-01-05", "large")
    assert stands.touch == ["low"]
    opened = [(one.moment, shown(one.due_at), one.model_version.name) for one in world.occurrences("acme")]
    assert opened == [
        ("kickoff", "2026-01-06 09:00", "world"),
        ("weekly_call", "2026-01-12 09:00", "world"),
        ("visit", "2026-01-19 09:00", "japan"),
    ]
    assert {one.state for one in world.occurrences("acme")} == {"open"}


def test_of_unrelated_models_an_account_stays_with_the_one_that_it_follows(world: World) -> None:
    company(world)
    world.publish(world_model(), "2026-01-01")
    world.run("2026-01-06")
    world.publish(japan(applies="country in ('JP', 'DE')"), "2026-01-06 12:00")
    world.run("2026-01-07")
    assert {world.stands(account).model for account in ("acme", "tokyo")} == {"world"}
    world.account("new", "2026-01-07 09:00", name="New", country="JP", timezone="UTC")
    world.contract("new", "2026-01-07 09:00", "2026-01-07", "100")
    world.run("2026-01-08")
    assert world.stands("new").model == "japan"


def test_conditions_of_a_model_left_behind_no_longer_hold(world: World) -> None:
    company(world)
    world.publish(world_model(), "2026-01-01")
    world.publish(japan(), "2026-01-01", bases=("world",))
    world.account("acme", "2026-01-06 09:00", seats=20)
    world.run("2026-01-07")
    assert len(world.occurrences("acme", "large_only")) == 1
    world.account("acme", "2026-01-07 09:00", country="JP")
    world.run("2026-01-08")
    assert len(world.occurrences("acme", "japan_only")) == 1
    world.account("acme", "2026-01-08 09:00", country="DE")
    world.run("2026-01-09")
    assert [verdict for verdict, _ in world.verdicts("acme", "large_only")] == ["opened", "appended"]


def test_an_account_that_no_model_applies_to_any_longer_is_in_no_phase(world: World) -> None:
    company(world)
    world.publish(japan(), "2026-01-01")
    world.publish(world_model().replace("status = 'active'", "country = 'DE'"), "2026-01-01")
    world.run("2026-01-06")
    world.account("tokyo", "2026-01-06 09:00", country="FR")
    world.run("2026-01-07")
    assert (world.stands("tokyo").model, world.stands("tokyo").phase, world.stands("tokyo").touch) == (
        "",
        "",
        [],
    )


def test_a_restart_forgets_nothing_of_who_follows_what(world: World) -> None:
    company(world)
    world.publish(world_model(), "2026-01-01")
    world.publish(japan(), "2026-01-01", bases=("world",))
    world.run("2026-01-06")
    world.restart()
    world.run("2026-01-13")
    since = {account: shown(world.stands(account).model_since) for account in ("acme", "tokyo")}
    assert since == {"acme": "2026-01-05", "tokyo": "2026-01-05"}


@pytest.mark.parametrize("level", ["high", "low"])
def test_a_version_that_changes_a_touch_level_changes_it_at_once(world: World, level: str) -> None:
    company(world)
    world.publish(world_model("high"), "2026-01-01")
    world.run("2026-01-06")
    world.publish(world_model(level), "2026-01-06 10:00")
    world.run("2026-01-06 11:00")
    assert world.stands("acme").touch == [level]
