"""T13, T14 and T15: late data, data that is too late, and a source that is down."""

from __future__ import annotations

import pytest

from aloft.act.models import Occurrence
from aloft.act.selectors import expectation_state
from aloft.engine.models import DataAlert
from aloft.records import services
from tests.engine.world import World, at, shown

pytestmark = pytest.mark.slow
MODEL = """
engagement_model: gate
title: Ten users in four weeks
clock: {home: {timezone: UTC, country: US}, holidays: none, lateness: 48h}
roles: {csm: {hours_per_week: 24}}
sources: {helpdesk: {events: [Ticket Opened]}}
metrics:
  users_created: {count: User Created, since: contract_start}
  tickets_28d: {count: Ticket Opened, over: 28d}
phases: {onboarding: {enters: "contract_start is not null"}}
segments: {all: {touch: high}}
moments:
  adoption_gate:
    expect: "users_created >= 10"
    within: 4w
    owner: csm
    objective: Correct the course before the customer loses momentum
    outcome: {expect: "users_created >= 10", within: 2w}
  tickets_many:
    when: "tickets_28d >= 2"
    owner: csm
    objective: Ask what goes wrong
    outcome: {expect: "contacted", within: 2w}
"""


@pytest.fixture
def gate(world: World) -> World:
    """Acme started on 5 January and has created 8 users; the deadline is 2 February."""
    world.account("acme", "2026-01-05", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2026-01-05", "2026-01-05", "1000")
    world.person("cora", "csm", holds=("acme",))
    world.publish(MODEL, "2026-01-05")
    for number in range(8):
        world.track("acme", "User Created", f"2026-01-16 09:0{number}", user=f"u{number}")
    return world


def late_users(world: World, received: str) -> None:
    for number in range(8, 11):
        world.track("acme", "User Created", "2026-02-01 10:00", user=f"u{number}", received=received)


def state(world: World, when: str) -> str:
    return expectation_state(world.account("acme", when), "adoption_gate", at(when))


def test_late_data_satisfies_the_adoption_gate(gate: World) -> None:
    """T13."""
    gate.run("2026-02-01 23:59")
    assert state(gate, "2026-02-01 23:59") == "armed"
    late_users(gate, "2026-02-03 10:00")
    gate.run("2026-02-03 09:00")
    assert state(gate, "2026-02-03 09:00") == "pending"
    gate.run("2026-02-03 11:00")
    assert state(gate, "2026-02-03 11:00") == "satisfied"
    gate.run("2026-02-06")
    assert gate.verdicts("acme", "adoption_gate") == [("satisfied", "2026-02-03 10:00")]
    assert not Occurrence.objects.exists()
    assert not DataAlert.objects.exists()


def test_data_that_comes_too_late_takes_it_back(gate: World) -> None:
    """T14."""
    late_users(gate, "2026-02-05 08:00")
    gate.run("2026-02-04 12:00")
    assert gate.verdicts("acme", "adoption_gate") == [("opened", "2026-02-04")]
    assert state(gate, "2026-02-04 12:00") == "open"
    gate.run("2026-02-05 09:00")
    assert gate.verdicts("acme", "adoption_gate") == [
        ("opened", "2026-02-04"),
        ("retracted", "2026-02-05 08:00"),
    ]
    only = gate.only("acme", "adoption_gate")
    assert (only.closed_as, only.outcome) == ("retracted", "watched"), "kept, and no outcome is counted"


def test_a_source_that_is_down_blocks_and_opens_nothing(gate: World) -> None:
    """T15."""
    gate.run("2026-02-03 23:00")
    services.declare_complete(
        source="product", complete_to=at("2026-01-31 23:00"), actor="ops", at=at("2026-02-03 23:00")
    )
    gate.run("2026-02-06")
    assert gate.verdicts("acme", "adoption_gate") == [("blocked", "2026-02-04")]
    assert state(gate, "2026-02-05") == "blocked"
    alert = DataAlert.objects.get()
    assert (alert.source, shown(alert.since), shown(alert.mark)) == (
        "product", "2026-02-03 23:00", "2026-01-31 23:00",
    )  # fmt: skip
    assert not Occurrence.objects.exists()


def test_what_was_blocked_is_judged_as_the_source_catches_up(gate: World) -> None:
    gate.run("2026-02-03 23:00")
    services.declare_complete(
        source="product", complete_to=at("2026-01-31 23:00"), actor="ops", at=at("2026-02-03 23:00")
    )
    gate.run("2026-02-05 10:00")
    services.declare_complete(
        source="product", complete_to=at("2026-02-05"), actor="ops", at=at("2026-02-05 11:00")
    )
    gate.run("2026-02-05 12:00")
    assert gate.verdicts("acme", "adoption_gate") == [
        ("blocked", "2026-02-04"),
        ("opened", "2026-02-05 11:00"),
    ]
    assert shown(DataAlert.objects.get().ended_at) == "2026-02-05 11:00"


def test_another_source_that_is_down_blocks_nothing_here(gate: World) -> None:
    gate.run("2026-02-03 23:00")
    services.declare_complete(
        source="helpdesk", complete_to=at("2026-01-31"), actor="ops", at=at("2026-02-03 23:00")
    )
    gate.run("2026-02-04 12:00")
    assert gate.verdicts("acme", "adoption_gate") == [("opened", "2026-02-04")]
    assert DataAlert.objects.get().source == "helpdesk"


def test_metrics_of_a_source_that_is_behind_are_unknown_and_open_nothing(gate: World) -> None:
    gate.track("acme", "Ticket Opened", "2026-02-02 09:00")
    gate.run("2026-02-03")
    services.declare_complete(
        source="helpdesk", complete_to=at("2026-01-31"), actor="ops", at=at("2026-02-03 01:00")
    )
    gate.run("2026-02-03 02:00")
    gate.track("acme", "Ticket Opened", "2026-02-03 09:00")
    gate.run("2026-02-03 12:00")
    assert not gate.occurrences("acme", "tickets_many")
    assert gate.stands("acme").values["tickets_28d"] is None


def test_a_stream_that_falls_silent_longer_than_is_usual_is_late_once(gate: World) -> None:
    """Something comes every two hours until noon of the 20th: from 14:00 on the source is late."""
    for hour in range(10, 5 * 24, 2):
        day, clock = 16 + hour // 24, hour % 24
        if (day, clock) <= (20, 12):
            gate.track("acme", "Signed In", f"2026-01-{day} {clock:02}:00")
    gate.run("2026-01-20 13:59")
    assert not DataAlert.objects.exists()
    gate.run("2026-01-22")
    alert = DataAlert.objects.get()
    assert (alert.source, shown(alert.since), shown(alert.mark)) == (
        "product", "2026-01-20 14:00", "2026-01-20 13:45",
    )  # fmt: skip
    gate.track("acme", "Signed In", "2026-01-22 08:00")
    gate.run("2026-01-22 08:30")
    assert shown(DataAlert.objects.get().ended_at) == "2026-01-22 08:00"
