"""What the product is used for, told to those who make it. Counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from aloft.engine.questions import answer
from tests.engine.world import World

TIERS = """
engagement_model: tiers
title: Tiers
clock: {home: {timezone: UTC}, holidays: none}
roles: {csm: {}}
phases: {ongoing: {}}
segments: {tier_1: {when: "mrr >= 5000", touch: high}, rest: {touch: high}}
moments: {call: {manual: true, owner: csm, objective: Call, outcome: {expect: contacted, within: 5bd}}}
"""


@pytest.fixture
def used(world: World) -> World:
    """It is 1 April. The window is 4 to 31 March; the one before it ends on 3 March."""
    for name, mrr in (("acme", "1000"), ("bolt", "500"), ("coil", None)):
        world.account(name, "2025-12-01")
        if mrr:
            world.contract(name, "2025-12-01", "2026-01-01", mrr)
    for account, event, when, user in (
        ("bolt", "Exported", "2026-02-10", "u3"),
        ("coil", "Imported", "2026-02-20", "v1"),
        ("bolt", "Signed In", "2026-03-03", "u3"),
        ("acme", "Exported", "2026-03-05", "u1"),
        ("acme", "Exported", "2026-03-06", "u2"),
        ("bolt", "Exported", "2026-03-10", "u3"),
        ("bolt", "Exported", "2026-03-10", "u3"),
        ("acme", "Imported", "2026-03-31", "u1"),
        ("coil", "Viewed", "2026-03-31", ""),
        ("acme", "Exported", "2026-04-01", "u1"),
    ):
        world.track(account, event, f"{when} 10:00", user)
    world.run("2026-04-01 12:00")
    return world


def told(world: World, **asked: Any) -> dict[str, Any]:
    return answer(world.engine, "report", {"name": "product", "as_of": "2026-03-31", **asked})["report"]


def test_each_event_is_told_with_who_uses_it_who_came_back_and_what_they_pay(used: World) -> None:
    report = told(used)
    assert [name for name, _ in report["columns"]] == [
        "event", "sources", "accounts", "share", "accounts_before", "returned", "users", "events", "mrr",
        "share_of_mrr",
    ]  # fmt: skip
    assert [list(row) for row in report["rows"]] == [
        ["Exported", "product", "2", "0.6667", "1", "0.5000", "3", "4", "1500.00", "1.0000"],
        ["Imported", "product", "1", "0.3333", "1", "0.0000", "1", "1", "1000.00", "0.6667"],
        ["Viewed", "product", "1", "0.3333", "0", "0.0000", None, "1", None, None],
        ["Signed In", "product", "0", "0.0000", "1", None, "0", "0", "0.00", "0.0000"],
    ]
    assert report["caption"].startswith(
        "What 3 active accounts used in the 28 days up to 2026-03-31, and how many did in the 28 days before; "
        "returned: on more than one day, USD."
    )


def test_of_some_accounts_it_counts_these_alone(used: World) -> None:
    assert [list(row)[:4] for row in told(used, accounts=["acme"])["rows"]] == [
        ["Exported", "product", "1", "1.0000"],
        ["Imported", "product", "1", "1.0000"],
    ]


def test_an_account_of_which_only_fields_are_told_is_not_active(used: World) -> None:
    used.account("dune", "2026-03-10")
    used.run("2026-04-01 13:00")
    assert told(used)["caption"].startswith("What 3 active accounts")


def test_how_far_the_product_is_part_of_the_work_is_told_of_all_and_of_each_segment(world: World) -> None:
    """28 days from 4 March on, weeks from Wednesdays: u1 is active on 4 days, one in each week; u2 on two of one week;
    u3, of another segment, on one, however often."""
    world.publish(TIERS, "2025-12-01")
    for name, mrr in (("acme", "6000"), ("bolt", "500")):
        world.account(name, "2025-12-01")
        world.contract(name, "2025-12-01", "2026-01-01", mrr)
    days = {"u1": ("03-04", "03-11", "03-18", "03-31"), "u2": ("03-05", "03-06"), "u9": ("03-03",)}
    for user, on in days.items():
        for day in on:
            world.track("acme", "Exported", f"2026-{day} 10:00", user)
    for hour in (10, 11):
        world.track("bolt", "Exported", f"2026-03-20 {hour}:00", "u3")
    world.track("bolt", "Exported", "2026-03-21 10:00")
    world.run("2026-04-01 12:00")
    report = answer(world.engine, "report", {"name": "stickiness", "as_of": "2026-03-31"})["report"]
    assert [list(row) for row in report["rows"]] == [
        ["all", "2", "3", "2.33", "0.0833", "0.3333"],  # 7 days of 3 users
        ["rest", "1", "1", "1.00", "0.0357", "0.0000"],
        ["tier_1", "1", "2", "3.00", "0.1071", "0.5000"],
    ]
    alone = {"name": "stickiness", "as_of": "2026-03-31", "accounts": ["bolt"]}
    assert [list(row)[:3] for row in answer(world.engine, "report", alone)["report"]["rows"]] == [
        ["all", "1", "1"],
        ["rest", "1", "1"],
    ]
