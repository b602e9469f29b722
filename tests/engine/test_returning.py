"""A model that was edited and is returned to its earlier version: nothing that is open is doubled or lost (T10)."""

from __future__ import annotations

import pytest

from aloft.engine.returning import retiring, return_to, returning
from tests.engine.world import EXAMPLE, World, at

pytestmark = pytest.mark.slow
FIRST = EXAMPLE.read_text("utf-8")
SECOND = FIRST.replace("  kickoff:", "  first_meeting:\n    was: kickoff").replace(
    "kickoff.done", "first_meeting.done"
)


def test_what_is_open_goes_on_through_an_edit_that_renames_it_and_a_rollback(world: World) -> None:
    world.publish(FIRST, "2026-01-01")
    world.account("acme", "2026-01-02", mrr=6000)
    world.contract("acme", "2026-01-02", "2026-01-05", "6000")
    world.run("2026-01-06")
    opened = world.only("acme", "kickoff")

    world.publish(SECOND, "2026-01-07")
    world.run("2026-01-08")
    assert world.only("acme", "first_meeting").pk == opened.pk
    assert world.occurrences("acme", "kickoff") == []

    wanted = returning("first_model")
    assert (wanted.to, wanted.number, wanted.open) == (1, 3, {1: 1})
    assert (wanted.changes.comes, wanted.changes.goes) == (("moments.kickoff",), ("moments.first_meeting",))
    return_to(wanted, now=at("2026-01-09"), actor="mia", running=True)
    world.run("2026-01-10")
    kept = world.only("acme", "kickoff")
    assert (kept.pk, kept.model_version.version, kept.state) == (opened.pk, 1, opened.state)
    assert world.occurrences("acme", "first_meeting") == []


def test_a_model_that_is_retired_opens_nothing_more_and_keeps_what_is_open(world: World) -> None:
    world.publish(FIRST, "2026-01-01")
    world.account("acme", "2026-01-02", mrr=6000)
    world.contract("acme", "2026-01-02", "2026-01-05", "6000")
    world.run("2026-01-06")
    before = [(one.moment, one.state) for one in world.occurrences("acme")]
    return_to(retiring("first_model"), now=at("2026-01-07"), actor="mia", running=True)
    world.run("2026-03-07")
    assert [one.moment for one in world.occurrences("acme")] == [moment for moment, _ in before]
    assert world.stands("acme").phase == ""
