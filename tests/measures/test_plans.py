"""Goals and steps of success plans, as rules read them (domain.md F16)."""

from __future__ import annotations

from typing import Any

import pytest

from aloft.engagement.load import load
from aloft.facts.changes import ChangeRow
from aloft.facts.drain import drain
from aloft.facts.keep import keep
from aloft.facts.store import FactStore
from aloft.measures.explain import explain
from aloft.measures.frame import Ask, Frames
from aloft.measures.names import rules
from aloft.measures.program import compile_model
from tests.engine.world import EXAMPLE
from tests.facts.timeline import a_store, at, changed, tracked

NAMES = ("goals", "late", "attainment", "expected")
READS = " and ".join(f"success_plan.{name} >= 0" for name in NAMES)


def goal(seq: int, when: str, number: int = 1, **told: Any) -> ChangeRow:
    """From 40 on 1 January to 80 on 2 March, sixty days later."""
    said = {
        "title": f"Goal {number}", "value_metric": "share", "unit": "%", "better": "up",
        "baseline": "40", "target": "80", "starts": "2026-01-01", "due": "2026-03-02",
    }  # fmt: skip
    return changed(seq, when, "goal.set", "acme", goal=number, **{**said, **told})


def reading(seq: int, when: str, value: str, number: int = 1) -> ChangeRow:
    return changed(seq, when, "goal.read", "acme", goal=number, value=value, at=f"{when}:00Z", by=None)


def step(seq: int, when: str, due: str, *, done: bool = False, number: int = 1) -> ChangeRow:
    return changed(
        seq, when, "plan.step", "acme", step=number, title="Go live", due=due, done=done, at=f"{when}:00Z"
    )


def told(store: FactStore, when: str, document: str = EXAMPLE.read_text()) -> tuple[Any, ...]:
    """Goals, late, attainment and expected, of acme."""
    made = compile_model(load(document.replace('"mrr >= 1700"', f'"{READS}"'), "model.yaml"))
    assert any("attainment" in rule.text for rule in rules(made.model))
    keep(store, made.kept)
    frames = Frames(store.connection, made.model, "UTC")
    frames.ask([Ask(0, dict(store.run("select external, id from account"))["acme"], at(when))])
    frames.build()
    row = frames.rows([0])[0]
    return tuple(row[f"success_plan.{name}"] for name in NAMES)


def held(*changes: ChangeRow) -> FactStore:
    store = a_store()
    drain(store, [tracked(1, "2026-01-01T09:00", "ann", "acme")], changes, at("2026-06-01"))
    return store


def test_at_half_time_62_of_40_to_80_is_more_than_expected() -> None:
    store = held(goal(1, "2026-01-01T09:00"), reading(2, "2026-01-30T09:00", "62"))
    assert told(store, "2026-01-31T12:00") == (1, 0, 0.55, 0.5)
    assert told(store, "2026-01-29T12:00") == (1, 0, None, None)  # nobody had measured it
    assert told(store, "2026-03-02") == (1, 0, 0.55, 1.0)
    assert told(store, "2026-04-01") == (1, 0, 0.55, 1.0)


def test_a_goal_that_is_to_fall_goes_the_other_way() -> None:
    store = held(goal(1, "2026-01-01T09:00", baseline="9", target="5"), reading(2, "2026-01-30T09:00", "6.5"))
    assert told(store, "2026-01-31T12:00") == (1, 0, 0.625, 0.5)


def test_a_plan_has_gone_as_far_as_its_measured_goals_on_average() -> None:
    store = held(
        goal(1, "2026-01-01T09:00"),
        goal(2, "2026-01-01T09:00", 2, baseline="0", target="10", starts="2026-01-01", due="2026-05-01"),
        goal(3, "2026-01-01T09:00", 3),
        goal(4, "2026-01-01T09:00", 4, target=None),
        reading(5, "2026-01-30T09:00", "60"),
        reading(6, "2026-01-30T09:00", "1", 2),
    )
    # halfway and a tenth of the way; 30 of 60 days and 30 of 120
    assert told(store, "2026-01-31T12:00") == (3, 0, pytest.approx(0.3), 0.375)


def test_the_newest_version_and_reading_of_then_count() -> None:
    store = held(
        goal(1, "2026-01-01T09:00"),
        reading(2, "2026-01-20T09:00", "50"),
        reading(3, "2026-01-10T09:00", "70"),
        goal(4, "2026-02-10T09:00", target="60"),
    )
    assert told(store, "2026-01-15")[2] == 0.75
    assert told(store, "2026-01-21")[2] == 0.25
    assert told(store, "2026-02-11")[2] == 0.5


def test_a_goal_whose_target_is_its_baseline_has_no_way() -> None:
    store = held(goal(1, "2026-01-01T09:00", target="40"), reading(2, "2026-01-10T09:00", "70"))
    assert told(store, "2026-01-15") == (1, 0, None, None)


def test_a_step_is_late_after_its_day_until_it_is_done() -> None:
    store = held(
        step(1, "2026-01-01T09:00", "2026-01-10"),
        step(2, "2026-01-01T09:00", "2026-01-20", number=2),
        step(3, "2026-01-22T09:00", "2026-01-10", done=True),
    )
    late = [told(store, day)[1] for day in ("2026-01-10T23:00", "2026-01-11", "2026-01-21", "2026-01-23")]
    assert late == [0, 1, 2, 1]


def test_an_account_without_a_plan_has_no_goals_and_none_late() -> None:
    assert told(held(), "2026-01-15") == (0, 0, None, None)


def test_attainment_opens_to_the_goal_and_to_what_was_measured() -> None:
    store = held(goal(1, "2026-01-01T09:00"), reading(2, "2026-01-30T09:00", "62"))
    told(store, "2026-01-31")
    made = load(EXAMPLE.read_text().replace('"mrr >= 1700"', f'"{READS}"'), "model.yaml")
    found = explain(Frames(store.connection, made, "UTC"), 1, at("2026-01-31"), "success_plan.attainment")
    assert (found.value, [fact.what for fact in found.facts]) == (0.55, ["measured: Goal 1", "goal: Goal 1"])
    assert found.facts[0].says == {"value": "62.0000"}
    assert found.facts[1].says["target"] == "80.0000"


def test_a_goal_by_a_value_metric_is_measured_by_the_metric() -> None:
    document = (
        f"{EXAMPLE.read_text()}\nvalue_metrics: {{use: {{metric: sign_ins_28d, unit: times, better: up}}}}\n"
    )
    store = held(
        goal(1, "2026-01-01T09:00", value_metric="use", baseline="0", target="4"),
        reading(2, "2026-01-10T09:00", "3"),
    )
    assert told(store, "2026-01-16", document)[2:] == (0.25, 0.25)  # signed in once
    assert told(store, "2026-01-16")[2:] == (0.75, 0.25)
    assert told(store, "2026-02-20", document)[2] == 0.0  # too long ago
