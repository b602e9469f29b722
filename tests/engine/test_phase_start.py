"""A phase starts when its rule began to hold: not before there was what it speaks of."""

from __future__ import annotations

import pytest

from tests.engine.world import EXAMPLE, World, shown

pytestmark = pytest.mark.slow
FOR_ALL = EXAMPLE.read_text().replace("applies_to: \"status in ('trial', 'active')\"\n", "")


def test_what_is_told_of_an_account_before_its_contract_starts_no_phase(world: World) -> None:
    world.publish(FOR_ALL, "2025-06-01")
    world.account("acme", "2025-06-02", name="Acme", timezone="UTC", country="US")
    world.account("acme", "2025-09-01", industry="retail")
    world.run("2025-12-01")
    assert world.stands("acme").phase == ""
    world.contract("acme", "2026-01-10", "2026-01-12", "5400", signed="2026-01-08")
    world.run("2026-01-20")
    stands = world.stands("acme")
    assert (stands.phase, shown(stands.phase_since)) == ("onboarding", "2026-01-08")
