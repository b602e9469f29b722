"""Events of many accounts that arrive together: each calls for what it would alone, and few questions are asked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.engine.world import World

pytestmark = pytest.mark.slow

MODEL = """
engagement_model: tickets
title: Tickets
clock: {home: {timezone: UTC}, holidays: none}
roles: {csm: {}}
phases: {ongoing: {}}
segments: {everyone: {touch: high}}
moments:
  answer:
    event: Ticket Opened
    where: "priority = 'urgent'"
    by: ticket_id
    owner: csm
    objective: Answer
    outcome: {expect: contacted, within: 5bd}
  praise:
    event: Praise Given
    owner: csm
    objective: Say thank you
    outcome: {expect: contacted, within: 5bd}
  look:
    event: Report Failed
    by: report
    cooldown: 7d
    owner: csm
    objective: Look at the report
    outcome: {expect: contacted, within: 5bd}
"""
NAMES = [f"account-{number}" for number in range(12)]


@pytest.fixture
def tickets(world: World) -> World:
    world.publish(MODEL, "2026-01-01")
    world.person("cora", "csm")
    for name in NAMES:
        world.account(name, "2026-01-02", timezone="UTC")
    world.run("2026-01-05 09:00")
    return world


def test_each_of_them_opens_its_own(tickets: World) -> None:
    for name in NAMES[:3]:
        tickets.track(name, "Ticket Opened", "2026-01-05 10:00", ticket_id=f"of {name}", priority="urgent")
    tickets.track(NAMES[3], "Ticket Opened", "2026-01-05 10:00", ticket_id="other", priority="low")
    tickets.run("2026-01-05 10:01")
    assert [
        (one.account.external_id, one.anchor, one.event["ticket_id"]) for one in tickets.occurrences()
    ] == [(name, f"ticket_id:of {name}", f"of {name}") for name in NAMES[:3]]


def test_the_second_of_one_account_joins_the_first_though_others_come_between(tickets: World) -> None:
    for name in (NAMES[0], NAMES[1], NAMES[0], NAMES[2]):
        tickets.track(name, "Praise Given", "2026-01-05 10:00")
    tickets.run("2026-01-05 10:01")
    assert [one.account.external_id for one in tickets.occurrences(moment="praise")] == NAMES[:3]
    assert [name for name, _ in tickets.verdicts(NAMES[0], "praise")] == ["opened", "appended"]


def test_what_cools_down_opens_once_for_an_account_and_for_each_of_the_others(tickets: World) -> None:
    for name, report in ((NAMES[0], "a"), (NAMES[1], "a"), (NAMES[0], "b")):
        tickets.track(name, "Report Failed", "2026-01-05 10:00", report=report)
    tickets.run("2026-01-05 10:01")
    assert [name for name, _ in tickets.verdicts(NAMES[0], "look")] == ["opened", "suppressed"]
    assert [name for name, _ in tickets.verdicts(NAMES[1], "look")] == ["opened"]


def test_an_event_more_is_an_occurrence_more_to_write_and_nothing_more_to_ask(tickets: World) -> None:
    def questions(accounts: list[str], when: str) -> int:
        for name in accounts:
            tickets.track(name, "Ticket Opened", when, ticket_id=f"{name} {when}", priority="urgent")
        with CaptureQueriesContext(connection) as told:
            tickets.run(f"{when}:01")
        return len(told.captured_queries)

    questions(NAMES, "2026-01-05 11:00")  # whatever is read of an account once
    few, many = questions(NAMES[:3], "2026-01-05 12:00"), questions(NAMES[:9], "2026-01-05 13:00")
    assert many - few == 6
