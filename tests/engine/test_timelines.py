"""Given these facts, at these instants: exactly these decisions."""

from __future__ import annotations

from aloft.act.services import finish, record, start
from tests.engine.world import EXAMPLE, World, at, shown

MODEL = EXAMPLE.read_text()


def acme(world: World) -> None:
    world.account("acme", "2026-01-01", name="Acme", timezone="UTC", country="US")
    world.contract("acme", "2026-01-01", "2026-01-05", "5400", ends="2027-01-05")
    world.contact("ann", "acme", "exec_sponsor")
    world.person("cora", "csm", holds=("acme",))
    world.person("otto", "onboarding", holds=("acme",))
    world.person("mia", "manager")
    world.publish(MODEL, "2026-01-01")


def test_a_kickoff_opens_with_the_contract_and_is_met_by_attendance_and_agreement(world: World) -> None:
    acme(world)
    world.run("2026-01-06")
    stands = world.stands("acme")
    assert (stands.phase, stands.segment, stands.touch) == ("onboarding", "tier_1", ["high"])
    assert shown(stands.phase_since) == "2026-01-05"
    kickoff = world.only("acme", "kickoff")
    assert shown(kickoff.opened_at) == "2026-01-05 09:00"
    assert shown(kickoff.due_at) == "2026-01-12 09:00"
    assert kickoff.owner is not None
    assert kickoff.owner.name == "Otto"
