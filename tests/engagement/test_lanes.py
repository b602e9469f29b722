"""Where moments stand in the lanes: the column of their time, the lane of their owner, once per segment."""

from __future__ import annotations

import pytest

from aloft.engagement.lanes import ANY, Placed, lanes
from aloft.engagement.library import preset
from aloft.engagement.load import load

OPENING = """\
engagement_model: acme
title: Acme
roles: {csm: {rate: 1}, digital: {automated: true}}
metrics: {first_value: {first: Used}}
phases:
  onboarding: {enters: "contract_start is not null", leaves: "first_value is not null", expected: 90d}
  ongoing: {}
segments:
  large: {when: "mrr >= 100", touch: {onboarding: high, ongoing: high}}
  small: {touch: {onboarding: tech, ongoing: [tech, community]}}
moments:
"""
ENDING = """
    objective: Do it
    outcome: {expect: "contacted", within: 1w}
"""


def placed(trigger: str, more: str = "owner: csm", before: str = "") -> list[Placed]:
    text = f"{OPENING}{before}  one:\n    {trigger}\n    {more}{ENDING}"
    return [one for one in lanes(load(text, "m.yaml")).placed if one.moment == "one"]


@pytest.mark.parametrize(
    ("trigger", "phase", "title"),
    [
        ("schedule: 5bd after contract_start", "onboarding", "week 1"),
        ("schedule: 8d after phase_start", "onboarding", "weeks 2–4"),
        ('{expect: "mrr > 1", within: 4w}', "onboarding", "weeks 2–4"),
        ('{expect: "mrr > 1", within: 29d}', "onboarding", "weeks 5–8"),
        ("schedule: 75d after phase_start", "onboarding", "weeks 9–13"),
        ("schedule: 100d after phase_start", "onboarding", "later"),
        ("schedule: 30d after first_value", "onboarding", "on events"),
        ("event: Used", "onboarding", "on events"),
        ("schedule: every 1w on tue", "ongoing", "each week"),
        ("schedule: every 1 month", "ongoing", "each month"),
        ("schedule: every 3 months", "ongoing", "each quarter"),
        ("schedule: every 6 months", "ongoing", "each half-year"),
        ("schedule: every 1y", "ongoing", "each year"),
        ("schedule: 120d, 60d before renewal_date", "ongoing", "before renewal"),
        ("schedule: 10d after phase_start", "ongoing", "after its start"),
        ("schedule: 10d after contract_start", "ongoing", "on events"),
        ("schedule: 2026-09-01 at 10:00", "ongoing", "on a date"),
        ('when: "mrr > 5"', "ongoing", "on events"),
        ("manual: true", "ongoing", "by hand"),
    ],
)
def test_a_moment_stands_in_the_column_of_its_time(trigger: str, phase: str, title: str) -> None:
    written = trigger.strip("{}").replace(", within", "\n    within")
    found = placed(written, f"phase: {phase}\n    owner: csm")
    assert [(one.segment, one.phase, one.column.title) for one in found] == [
        ("large", phase, title),
        ("small", phase, title),
    ]


def test_what_follows_another_moment_is_dated_from_it() -> None:
    before = f"  kickoff:\n    schedule: 5bd after phase_start\n    owner: csm{ENDING.rstrip()}\n"
    found = placed("schedule: 10bd after kickoff.done", "phase: onboarding\n    owner: csm", before)
    assert {one.column.title for one in found} == {"weeks 2–4"}  # 7 + 14 days


def test_each_segment_has_it_in_the_lane_of_who_owns_it_there() -> None:
    found = placed(
        'when: "mrr > 5"', "phase: ongoing\n    owner: {high: csm, tech: digital, community: digital}"
    )
    assert [(one.segment, one.role) for one in found] == [("large", "csm"), ("small", "digital")]


def test_what_meets_a_segment_in_no_phase_does_not_stand_there() -> None:
    found = placed("event: Used", "touch: high\n    owner: csm")
    assert [(one.segment, one.phase) for one in found] == [("large", ANY)]


def test_a_phase_that_is_expected_to_last_has_its_weeks_though_nothing_stands_in_them() -> None:
    found = lanes(
        load(f"{OPENING}  one:\n    manual: true\n    phase: ongoing\n    owner: csm{ENDING}", "m.yaml")
    )
    assert [(group.phase, [column.title for column in group.columns]) for group in found.groups] == [
        ("onboarding", ["week 1", "weeks 2–4", "weeks 5–8", "weeks 9–13"]),
        ("ongoing", ["by hand"]),
    ]


def test_no_moment_of_the_preset_is_lost() -> None:
    found = preset("two-phase")
    assert found is not None
    model = load(found.text, "two-phase.yaml")
    assert {one.moment for one in lanes(model).placed} == set(model.moments)
