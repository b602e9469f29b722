"""Who owns what: what people have in hand is looked up where one of several is chosen, and nowhere else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aloft.decide.owners import Resolved
from aloft.engagement.load import load
from aloft.engine.directory import Known
from aloft.engine.staff import Staff
from aloft.records.models import Account
from tests.engine.world import World, at

MODEL = load(
    """
engagement_model: pools
title: Pools
clock: {home: {timezone: UTC}, holidays: none}
roles:
  csm:  {reports_to: head, choose: fewest_accounts, match: [segment]}
  pool: {pool: true, choose: least_revenue, match: [segment]}
  head: {}
phases: {ongoing: {}}
segments: {everyone: {touch: high}}
moments: {call: {manual: true, owner: csm, objective: Call, outcome: {expect: contacted, within: 5bd}}}
""",
    "pools.yaml",
)


@pytest.fixture
def acme(world: World) -> Known:
    """Held by Cora; Dev is another CSM, Pia and Rob are the pool."""
    row: Account = world.account("acme", "2026-01-01")
    world.person("cora", "csm", holds=("acme",))
    for handle, role in (("dev", "csm"), ("pia", "pool"), ("rob", "pool")):
        world.person(handle, role)
    return Known(1, row.pk, row.pk, "acme", "Acme", "", "", "")


def asked(staff: Staff, role: str, known: Known, keep: str | None = None) -> tuple[Resolved, int]:
    """Whose it is, and how many questions that took."""
    pk = next((pk for pk, one in staff._people.items() if one.handle == keep), None)
    with CaptureQueriesContext(connection) as told:
        return staff.filling(role, MODEL, known, keep=pk), len(told.captured_queries)


def test_who_holds_the_account_owns_it_and_nothing_more_is_looked_up(acme: Known) -> None:
    staff = Staff(at("2026-02-02"), MODEL.clock)
    staff.look_up([acme])
    found, questions = asked(staff, "csm", acme)
    assert (found.because, questions) == ("holds the book cora's", 0)


def test_what_somebody_of_a_pool_has_stays_with_them_and_nothing_more_is_looked_up(acme: Known) -> None:
    staff = Staff(at("2026-02-02"), MODEL.clock)
    staff.look_up([acme])
    found, questions = asked(staff, "pool", acme, keep="rob")
    assert (found.because, questions) == ("Rob has it already", 0)


def test_what_a_pool_has_is_read_once(acme: Known) -> None:
    staff = Staff(at("2026-02-02"), MODEL.clock)
    staff.look_up([acme])
    found, questions = asked(staff, "pool", acme)
    assert found.because == "Pia has the least revenue of pool: 0 a month"
    again, fewer = asked(staff, "pool", acme)
    assert again == found
    assert fewer == 1  # the account's segment
    assert questions > fewer


def test_who_has_changed_roles_keeps_nothing(acme: Known) -> None:
    staff = Staff(at("2026-02-02"), MODEL.clock)
    found, _ = asked(staff, "pool", acme, keep="dev")
    assert found.because == "Pia has the least revenue of pool: 0 a month"
