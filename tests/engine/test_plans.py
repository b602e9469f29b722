"""Success plans as the engine follows them: what falls behind opens a moment, what catches up meets it."""

from __future__ import annotations

from datetime import date

import pytest

from aloft.records import services
from tests.engine.world import EXAMPLE, World, at, shown

BEHIND = "success_plan.attainment < 0.9 * success_plan.expected"
CAUGHT_UP = "success_plan.attainment >= success_plan.expected"
DOCUMENT = (
    EXAMPLE.read_text()
    .replace(
        '    phase: ongoing\n    when: "sign_ins_28d < 5 and active_users_28d < 3"', f'    when: "{BEHIND}"'
    )
    .replace('expect: "sign_ins_28d >= 10", within: 30d', f'expect: "{CAUGHT_UP}", within: 30d')
)


@pytest.mark.slow
def test_a_plan_that_falls_behind_opens_a_moment_at_the_second_reading(world: World) -> None:
    world.publish(DOCUMENT, "2026-01-01")
    account = world.account("acme", "2026-01-02", name="Acme", timezone="UTC")
    world.contract("acme", "2026-01-02", "2026-01-05", "6240", signed="2026-01-02")
    world.person("cora", "csm", holds=("acme",))
    goal = services.set_goal(
        account=account, title="Exports", value_metric="exports", baseline=0, target=60,
        starts_on=date(2026, 1, 5), due_on=date(2026, 3, 6), actor="cora", at=at("2026-01-05 09:00"),
    )  # fmt: skip
    services.read_goal(goal=goal, value=6, actor="cora", at=at("2026-01-06 09:00"))

    world.run("2026-01-13 12:00")  # on the 12th a ninth and more was due, a tenth was there
    assert world.occurrences("acme", "usage_low") == []
    world.run("2026-01-14 12:00")
    found = world.only("acme", "usage_low")
    assert shown(found.opened_at) == "2026-01-14"
    assert found.because == "success_plan.attainment is 0.1, success_plan.expected is 0.15"

    services.read_goal(goal=goal, value=12, actor="cora", at=at("2026-01-15 09:00"))
    world.run("2026-01-16")
    assert world.verdicts("acme", "usage_low") == [
        ("opened", "2026-01-14"),
        ("cleared", "2026-01-15 09:00"),
        ("met", "2026-01-15 09:00"),
    ]
