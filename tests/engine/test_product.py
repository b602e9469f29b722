"""What the product is used for, told to those who make it. Counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from aloft.engine.questions import answer
from tests.engine.world import World


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
