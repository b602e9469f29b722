"""Why it opened, and why it did not, in the words that the terminal and the page share."""

from __future__ import annotations

import pytest

from aloft.act.services import record
from aloft.decide.change import smallest_change
from aloft.engagement.parse import parse
from aloft.engine.explained import from_object, of_occurrence
from aloft.engine.questions import answer
from tests.engine.test_timelines import company, onboarded
from tests.engine.world import World, at

FOLLOWING = """
engagement_model: following
title: A training after the kickoff
clock: {home: {timezone: UTC, country: US}, holidays: none}
roles: {csm: {hours_per_week: 24}}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {all: {touch: high}}
moments:
  kickoff:
    schedule: 5bd after contract_start
    owner: csm
    objective: Agree what is to be achieved
    outcome: {expect: contacted, within: 7d}
  training:
    schedule: 5bd after kickoff.done
    owner: csm
    objective: Show how
    outcome: {expect: contacted, within: 7d}
"""


def not_open(world: World) -> dict[str, str]:
    told = answer(world.engine, "why_not", {"account": "acme"})["explanations"]
    return {one.moment: one.headline for one in map(from_object, told)}


@pytest.mark.slow
def test_an_opening_is_told_with_rule_owner_and_model(world: World) -> None:
    company(world)
    world.track("acme", "Ticket Opened", "2026-01-09 16:00", ticket_id="T-1", priority="urgent")
    world.run("2026-01-09 16:01")
    told = of_occurrence(world.only("acme", "urgent_ticket"))
    opened = "Ticket Opened, 2026-01-09 16:00 UTC: priority urgent, ticket_id T-1"
    assert told.headline == f"“Urgent ticket” opened: {opened}"
    assert told.model == "first_model, version 1"
    assert told.owner == "Cora, as csm for high touch: holds the book cora's"
    assert [(reason.rule, reason.held) for reason in told.reasons] == [
        ("phase", True),
        ("event", True),
        ("owner", True),
    ]
    assert told.outcome == "contacted: watched"
    assert [verdict for _, verdict, _ in told.history] == ["opened"]


@pytest.mark.slow
def test_each_moment_that_is_not_open_says_what_it_waits_for(world: World) -> None:
    company(world)
    world.run("2026-01-06 12:00")
    told = not_open(world)
    assert told["adoption_gate"] == (
        "“Adoption gate” is not open: users_created is 0; the deadline is 2026-02-02"
    )
    assert told["monthly_review"] == "“Monthly review” is not open: onboarding since 2026-01-05"
    assert told["usage_low"] == "“Usage low” is not open: onboarding since 2026-01-05"
    assert told["executive_visit"] == "“Executive visit” is not open: nobody has asked for it"
    assert "kickoff" not in told


@pytest.mark.slow
def test_what_is_due_after_another_moment_says_whether_that_is_done(world: World) -> None:
    """Cora never says that the kickoff is done: its outcome is met."""
    world.account("acme", "2026-01-01", timezone="UTC", country="US")
    world.contract("acme", "2026-01-01", "2026-01-05", "1000")
    cora = world.person("cora", "csm", holds=("acme",))
    world.publish(FOLLOWING, "2026-01-01")
    world.run("2026-01-13")
    waits = "“Training” is not open: nothing more is due by this schedule; kickoff.done is not known yet"
    assert not_open(world)["training"] == waits
    kickoff = world.only("acme", "kickoff")
    record(occurrence=kickoff, actor=cora, at=at("2026-01-13 10:00"), fact="contacted")
    world.run("2026-01-13 10:01")
    assert not_open(world)["training"] == (
        "“Training” is not open: opens 2026-01-20 10:00 UTC, due 2026-01-20 10:00 UTC; "
        "kickoff.done is 2026-01-13 10:00 UTC, as its outcome was met"
    )


@pytest.mark.slow
def test_a_condition_that_is_false_tells_the_smallest_change(world: World) -> None:
    company(world)
    onboarded(world)
    world.run("2026-01-10")
    (told,) = answer(world.engine, "why_not", {"account": "acme", "moment": "usage_low"})["explanations"]
    assert told["headline"] == "“Usage low” is not open: sign_ins_28d is 0, active_users_28d is 10"
    assert told["change"] == "It would open with active_users_28d less than 3 (it is 10)"


def test_fewest_comparisons_come_before_nearest_values() -> None:
    rule = parse("(a < 5 and b < 3) or c > 100")
    flips = smallest_change(rule, {"a": 6, "b": 4, "c": 1}, to=True)
    assert [str(flip) for flip in flips or ()] == ["c more than 100 (it is 1)"]
    nearest = smallest_change(parse("a > 10 or b > 10"), {"a": 9, "b": 2}, to=True)
    assert [str(flip) for flip in nearest or ()] == ["a more than 10 (it is 9)"]


def test_what_is_unknown_cannot_be_changed() -> None:
    assert smallest_change(parse("a > 1"), {"a": None}, to=True) is None
    assert smallest_change(parse("a > 1 and b > 1"), {"a": 2, "b": None}, to=True) is None


def test_what_holds_already_needs_no_change() -> None:
    assert smallest_change(parse("not (a > 1)"), {"a": 0}, to=True) == ()
