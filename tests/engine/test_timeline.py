"""What comes next, and how much of it at a time."""

from __future__ import annotations

from datetime import timedelta

from aloft.engine.timeline import Next, next_midnight, next_turn, settled, tick_end, tick_for
from tests.engine.world import at

NOON = at("2026-01-05 12:00")


def coming(**more: object) -> Next | None:
    asked = {"decided": NOON, "until": at("2026-01-07"), "arrived": None, "golive": None, "due": None}
    return next_turn(**{**asked, "readings": {}, "now": NOON, **more})  # type: ignore[arg-type]


def test_nothing_waits_and_nothing_comes() -> None:
    assert coming() is None
    assert coming(due=at("2026-01-08")) is None


def test_facts_are_never_taken_past_what_is_due() -> None:
    due = NOON + timedelta(milliseconds=50)
    assert coming(arrived=NOON, due=due) == Next("facts", due)
    assert coming(arrived=due + timedelta(milliseconds=1), due=due) == Next("due", due)


def test_at_one_instant_facts_come_first_then_a_model_then_readings_then_what_is_due() -> None:
    zones = {"UTC": NOON}
    assert coming(arrived=NOON, golive=NOON, readings=zones, due=NOON) == Next("facts", NOON)
    assert coming(golive=NOON, readings=zones, due=NOON) == Next("golive", NOON)
    assert coming(readings=zones, due=NOON) == Next("reading", NOON, ("UTC",))
    assert coming(due=NOON) == Next("due", NOON)


def test_facts_are_never_taken_past_a_publication() -> None:
    arrived, published = NOON - timedelta(seconds=20), NOON - timedelta(seconds=19)
    assert coming(decided=arrived, arrived=arrived, published=published) == Next("facts", published)
    assert coming(decided=published, arrived=arrived, published=arrived) == Next("facts", published)


def test_what_is_overdue_is_done_now_not_in_the_past() -> None:
    assert coming(due=at("2026-01-01")) == Next("due", NOON)


def test_the_further_behind_the_more_is_taken_at_a_time() -> None:
    assert tick_for(timedelta(milliseconds=400)) == timedelta(milliseconds=200)
    assert tick_for(timedelta(milliseconds=401)) == timedelta(seconds=5)
    assert tick_for(timedelta(minutes=59)) == timedelta(seconds=5)
    assert tick_for(timedelta(hours=2)) == timedelta(minutes=1)
    assert tick_for(timedelta(days=3)) == timedelta(days=1)


def test_a_tick_ends_on_the_grid_and_only_one_that_is_over_is_settled() -> None:
    tick = timedelta(milliseconds=200)
    assert tick_end(NOON, tick) == NOON + tick - timedelta(microseconds=1)
    assert settled(NOON + timedelta(milliseconds=60)) == NOON - timedelta(microseconds=1)
    assert settled(NOON + timedelta(milliseconds=40)) == NOON - tick - timedelta(microseconds=1)


def test_midnight_is_the_zones_own() -> None:
    assert next_midnight("Asia/Tokyo", NOON) == at("2026-01-05 15:00")


def test_a_source_is_late_only_if_nothing_arrives_by_then() -> None:
    late = NOON + timedelta(hours=1)
    assert coming(late=late) == Next("late", late)
    before = coming(late=late, arrived=late)
    assert before is not None
    assert before.kind == "facts"
    assert coming(late=late, arrived=late + timedelta(seconds=1)) == Next("late", late)
    assert coming(late=late, due=late, readings={"UTC": late}) == Next("late", late)
    assert coming(late=late, golive=late) == Next("golive", late)
