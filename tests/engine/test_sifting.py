"""What a condition takes of all accounts, asked while it is typed."""

from __future__ import annotations

import pytest

from aloft.engine.questions import answer
from tests.engine.world import EXAMPLE, World

pytestmark = pytest.mark.slow


def test_a_condition_is_counted_among_the_followers_with_those_above_taken_off(world: World) -> None:
    world.publish(EXAMPLE.read_text("utf-8"), "2026-01-01")
    for name, mrr in (("acme", "6000"), ("bolt", "2000"), ("crow", "500")):
        world.account(name, "2026-01-02", timezone="UTC", seats=5)
        world.contract(name, "2026-01-02", "2026-01-05", mrr)
    world.run("2026-01-06")

    def sift(when: str, *above: str) -> dict[str, object]:
        told = answer(world.engine, "sift", {"model": "first_model", "when": when, "above": list(above)})
        return {key: value for key, value in told.items() if key != "as_of"}

    assert sift("mrr >= 1700", "mrr >= 5000") == {
        "accounts": 3, "taken": 2, "mrr": 8000.0, "unknown": 0, "first": 1, "first_mrr": 2000.0,
    }  # fmt: skip
    assert sift("industry = 'retail'")["unknown"] == 3
    assert sift("seats_wanted > 3") == {"lacking": ["seats_wanted"]}
    assert sift("mrr >=") == {"error": "the expression ends too early"}
    assert "publish it first" in str(
        answer(world.engine, "sift", {"model": "other", "when": "true"})["error"]
    )
