"""Warned before the deadline where the pace is too slow; met once an outcome has lasted."""

from __future__ import annotations

from typing import Any

import pytest

from aloft.act.models import Verdict
from aloft.act.services import record
from aloft.records import services
from aloft.records.models import Contact, RecordedFact
from tests.engine.world import EXAMPLE, World, at, shown

pytestmark = pytest.mark.slow
DOCUMENT = (
    EXAMPLE.read_text()
    .replace("    within: 4w  ", "    warn_at: [50%, 75%]\n    within: 4w  ")
    .replace('success_plan.agreed", within: 7d}', 'success_plan.agreed", within: 7d, holds_for: 1d}')
)


def company(world: World) -> None:
    """Acme's gate is from 5 January to 2 February: half of it lies behind on the 19th, three quarters on the 26th."""
    world.publish(DOCUMENT, "2026-01-01")
    world.account("acme", "2026-01-01", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2026-01-01", "2026-01-05", "5400", ends="2027-01-05")
    world.contact("ann", "acme", "exec_sponsor")
    world.person("cora", "csm", holds=("acme",))
    world.person("otto", "onboarding", holds=("acme",))


def created(world: World, users: range, when: str) -> None:
    for number in users:
        world.track("acme", "User Created", when, user=f"u{number}")


def told(world: World) -> list[dict[str, Any]]:
    rows = Verdict.objects.filter(moment="adoption_gate", verdict="warned").order_by("at")
    return [{"at": shown(row.at), "found": row.reasons[0]["found"], **row.details} for row in rows]


def test_the_owner_is_warned_at_each_share_of_the_time_at_which_the_pace_falls_short(world: World) -> None:
    company(world)
    created(world, range(4), "2026-01-16 09:00")
    world.run("2026-01-18 23:59")
    assert told(world) == []
    world.run("2026-01-20")
    created(world, range(4, 6), "2026-01-21 09:00")
    world.run("2026-01-27")
    assert told(world) == [
        {
            "at": "2026-01-19", "owner": "Cora", "share": "50%",
            "found": "users_created is 4; at this pace 8 by 2026-02-02",
        },
        {
            "at": "2026-01-26", "owner": "Cora", "share": "75%",
            "found": "users_created is 6; at this pace 8 by 2026-02-02",
        },
    ]  # fmt: skip
    assert world.occurrences("acme", "adoption_gate") == []


def test_nobody_is_warned_on_course_nor_of_what_is_satisfied(world: World) -> None:
    company(world)
    created(world, range(5), "2026-01-16 09:00")  # ten at this pace
    world.run("2026-01-20")
    created(world, range(5, 10), "2026-01-21 09:00")
    world.run("2026-01-28")
    assert told(world) == []
    assert world.verdicts("acme", "adoption_gate") == [("satisfied", "2026-01-21 09:00")]


def test_an_outcome_that_has_to_last_is_met_once_it_has_without_a_break(world: World) -> None:
    company(world)
    world.run("2026-01-09 08:00")
    otto = services.set_person(handle="otto", actor="ops", at=at("2026-01-01"))
    kickoff, ann = world.only("acme", "kickoff"), Contact.objects.get(external_id="ann")

    def attended(when: str) -> None:
        record(occurrence=kickoff, actor=otto, at=at(when), fact="attended", contact=ann)

    attended("2026-01-09 09:00")
    services.agree_plan(account=kickoff.account, actor="otto", at=at("2026-01-09 10:00"))
    world.run("2026-01-09 19:00")
    fact = RecordedFact.objects.get()
    services.withdraw_fact(fact=fact, actor="otto", at=at("2026-01-09 20:00"))
    world.run("2026-01-11 08:00")
    attended("2026-01-11 09:00")
    world.run("2026-01-12 08:59")
    assert world.only("acme", "kickoff").outcome == "watched"
    world.run("2026-01-12 09:01")
    assert world.verdicts("acme", "kickoff")[-1] == ("met", "2026-01-12 09:00")
    assert world.only("acme", "kickoff").state == "closed"
