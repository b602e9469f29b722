"""What is due close together merges: whichever absorbs the others, at most so many days away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from aloft.decide.calendar import WorkCalendar
from aloft.decide.merging import Near, absorber, absorbers, is_close
from aloft.decide.priority import priority_of
from aloft.engagement.load import load
from aloft.engagement.model import Duration, Moment

UTC_DAYS = WorkCalendar("UTC")
MODEL = load((Path(__file__).parents[2] / "docs/examples/acme.yaml").read_text(), "acme.yaml")
BY = {
    "weekly": frozenset({"monthly", "quarterly", "annual"}),
    "monthly": frozenset({"quarterly", "annual"}),
    "quarterly": frozenset({"annual"}),
}


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def into(moment: str, day: str, *near: Near) -> str:
    found = absorber(moment, at(day), near, BY, Duration(5, "bd"), UTC_DAYS)
    return found.moment if found else ""


def test_the_monthly_review_of_a_friday_goes_into_the_quarterly_one_of_the_next_tuesday() -> None:
    quarterly = Near("quarterly", at("2026-04-14 10:00"))
    assert into("monthly", "2026-04-10 09:00", quarterly) == "quarterly"
    assert into("quarterly", "2026-04-10 09:00", Near("monthly", at("2026-04-14 10:00"))) == ""


def test_five_working_days_are_close_and_six_are_not_whatever_the_hour() -> None:
    quarterly = Near("quarterly", at("2026-04-14 10:00"))
    assert into("monthly", "2026-04-07 08:00", quarterly) == "quarterly"
    assert into("monthly", "2026-04-21 18:00", quarterly) == "quarterly"
    assert into("monthly", "2026-04-06 12:00", quarterly) == ""
    assert into("monthly", "2026-04-22 00:00", quarterly) == ""


def test_hours_are_elapsed_time() -> None:
    assert is_close(at("2026-04-10 09:00"), at("2026-04-11 09:00"), Duration(24, "h"), UTC_DAYS)
    assert not is_close(at("2026-04-11 09:01"), at("2026-04-10 09:00"), Duration(24, "h"), UTC_DAYS)


def test_what_is_only_planned_and_goes_into_another_takes_nothing_in() -> None:
    planned, annual = Near("quarterly", at("2026-04-14 10:00")), Near("annual", at("2026-04-20 10:00"))
    assert into("monthly", "2026-04-10 09:00", planned, annual) == ""
    assert into("monthly", "2026-04-14 09:00", planned, annual) == "annual"
    assert into("monthly", "2026-04-10 09:00", replace(planned, occurrence=7), annual) == "quarterly"


def test_of_several_the_nearest_takes_it_in() -> None:
    before, after = Near("quarterly", at("2026-04-08"), 1), Near("annual", at("2026-04-15"), 2)
    assert into("monthly", "2026-04-10", before, after) == "quarterly"
    assert into("monthly", "2026-04-14", before, after) == "annual"


@given(st.permutations([Near(name, at(f"2026-04-{day:02}"), pk) for name, day, pk in [
    ("monthly", 8, None), ("quarterly", 9, None), ("quarterly", 14, 3), ("annual", 16, None)]]))  # fmt: skip
def test_the_order_in_which_they_were_found_does_not_matter(near: list[Near]) -> None:
    found = absorber("weekly", at("2026-04-10"), near, BY, Duration(2, "bd"), UTC_DAYS)
    assert found == Near("quarterly", at("2026-04-09"))


def test_the_annual_review_absorbs_what_those_it_absorbs_do() -> None:
    reviews = load("extends: two-phase\nengagement_model: own\ntitle: Own\n", "own.yaml").moments
    by = absorbers(reviews)
    assert by["weekly_meeting"] == {"monthly_review", "business_review", "annual_review"}
    assert by["business_review"] == {"annual_review"}


def test_an_incident_stands_for_itself() -> None:
    review, ticket = MODEL.moments["business_review"], MODEL.moments["urgent_ticket"]
    absorbing = {"business_review": replace(review, absorbs=("urgent_ticket",)), "urgent_ticket": ticket}
    assert absorbers(absorbing) == {}


def test_priority_follows_from_the_trigger_unless_it_is_given() -> None:
    moments: dict[str, Moment] = dict(MODEL.moments)
    assert priority_of(moments["kickoff"]) == "time"
    assert priority_of(moments["adoption_gate"]) == "onboarding"
    assert priority_of(moments["urgent_ticket"]) == "incident"
    assert priority_of(replace(moments["urgent_ticket"], priority=None)) == "event"
    assert priority_of(moments["usage_fell"]) == "event"
