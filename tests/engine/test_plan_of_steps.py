"""What the steps of moments ask of people, in a plan, counted by hand."""

from __future__ import annotations

import pytest

from tests.engine.planned import Planned, hours, of
from tests.engine.world import World

MODEL = """
engagement_model: acme
title: Acme
clock: {timezone: UTC, home: {timezone: UTC, country: DE}, holidays: none}
roles:
  csm:     {hours_per_week: 10, rate: 100, reports_to: manager}
  manager: {hours_per_week: 5, rate: 140}
phases:
  ongoing: {enters: "contract_start is not null"}
segments:
  everyone: {touch: low}
moments:
  check_in:
    schedule: 30d after contract_start
    owner: csm
    objective: Ask how it goes
    outcome: {expect: "contacted", within: 7d}
    effort: 1h
  ticket:
    event: Ticket Opened
    owner: csm
    objective: Keep confidence
    outcome: {expect: "contacted", within: 2d}
"""
STEPS = """    effort: 1h
    steps:
      - task: {title: Prepare, effort: 30min}
      - wait: 3bd
      - wait: {until: "contacted", at_most: 2d}
      - split: {called: 50%, written: 50%}
        called: [{task: {title: Call, effort: 2h}}]
        written: [{message: {template: how-is-it, channel: email}}]
      - task: {title: Ask again, effort: 3h, if: "not contacted"}
      - task: {title: Sum up, owner: manager, effort: 1h}
"""
WITH_STEPS = MODEL.replace("    effort: 1h\n", STEPS)


@pytest.fixture
def company(world: World) -> World:
    """Three accounts under contract since 5 January; it is Monday 2 February. Check-ins are due on the 4th."""
    for name in ("acme", "beta", "gamma"):
        world.account(name, "2025-12-01")
        world.contract(name, "2025-12-01", "2026-01-05", "2000")
    world.person("cora", "csm", holds=("acme", "beta", "gamma"))
    world.person("mia", "manager")
    world.publish(MODEL, "2026-01-30")
    world.run("2026-02-02")
    return world


def test_tasks_are_work_of_whose_they_are_in_the_week_in_which_they_begin(
    company: World, planned: Planned
) -> None:
    """On the 4th three check-ins of an hour, each with half an hour before it. Three business days on it is Monday the
    9th, and two days more Wednesday the 11th: half of them call for two hours, and each is summed up in one."""
    plan = planned(WITH_STEPS)
    assert hours(plan, "csm", "before")[:3] == [3.0, 0, 0]
    assert hours(plan, "csm", "scheduled")[:3] == [3 * 1.5, 3 * 0.5 * 2, 0]
    assert hours(plan, "manager", "scheduled")[:3] == [0, 3.0, 0]
    assert of(plan, "check_in")["effort"] == 1 + 0.5 + 0.5 * 2 + 1


def test_what_a_plan_cannot_know_of_steps_it_says(company: World, planned: Planned) -> None:
    notes = planned(WITH_STEPS)["notes"]
    assert "check_in: tasks that an `if` decides on are not counted" in notes
    assert (
        "check_in: when what the steps wait for comes true, or their goal, cannot be known: counted as if each wait "
        "were its longest, and no goal reached"
    ) in notes
    assert not [note for note in planned(MODEL)["notes"] if "steps" in note or "tasks" in note]


def test_tasks_of_what_opens_by_events_are_in_its_range(company: World, planned: Planned) -> None:
    """Two tickets in ten days are between 0.3554 and 6.2958 in ten days: 0.25 and 4.41 a week. Each takes two hours of
    a manager and none of a CSM."""
    told = '    outcome: {expect: "contacted", within: 2d}\n'
    text = MODEL.replace(told, told + "    steps: [{task: {title: Decide, owner: manager, effort: 2h}}]\n")
    company.publish(text, "2026-02-02")
    for account in ("acme", "gamma"):
        company.track(account, "Ticket Opened", "2026-02-02 09:00")
    company.run("2026-02-09")
    plan = planned(text)
    assert hours(plan, "manager", "low")[0] == 0.5
    assert hours(plan, "manager", "high")[0] == 8.8
    assert hours(plan, "csm", "high")[0] == 0
