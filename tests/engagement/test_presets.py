"""The presets that ship: each is a model without a mistake, and the start that extends one too."""

from __future__ import annotations

import pytest

from aloft.engagement.library import preset, presets, starting_model
from aloft.engagement.load import load, read_model
from aloft.engagement.model import Duration, Every, Offsets, ScheduleTrigger

TWO_PHASE = load(preset("two-phase").text, "two-phase.yaml")  # type: ignore[union-attr]


def test_the_presets_are_these() -> None:
    assert presets() == ("two-phase",)


@pytest.mark.parametrize("name", presets())
def test_a_preset_is_a_model_of_its_own_name(name: str) -> None:
    found = preset(name)
    assert found is not None
    assert load(found.text, name).name == name.replace("-", "_")


def test_the_start_inherits_every_moment_of_the_preset() -> None:
    reading = read_model(starting_model(), "start.yaml")
    assert reading.model.bases == ("two_phase",)
    assert list(reading.model.moments) == list(TWO_PHASE.moments)
    assert reading.model.segments["tier_1"].touch == TWO_PHASE.segments["tier_1"].touch


def test_a_model_in_words_of_the_start_can_be_uncommented() -> None:
    lines = starting_model().splitlines()
    start = lines.index("# moments:")
    text = "\n".join([*lines[:start], *(line[2:] for line in lines[start:])])
    moments = load(text, "start.yaml").moments
    assert "weekly_meeting" not in moments
    assert moments["invoice_overdue"].owners == {"*": "csm"}
    assert moments["adoption_gate"].outcome.within == Duration(2, "w")


def test_the_twenty_rows_of_two_phase_are_its_moments() -> None:
    """domain.md 5.1: a row with two triggers, or with two channels by score, is two moments."""
    assert list(TWO_PHASE.moments) == [
        "sale_handover",
        "kickoff",
        "access_confirmed",
        "initial_training",
        "adoption_gate",
        *("first_quick_win", "quick_win_overdue"),
        "first_metrics_review",
        "self_sufficiency",
        "weekly_meeting",
        "monthly_review",
        "business_review",
        "annual_review",
        *("severe_case", "severe_case_explained"),
        "product_release",
        "sponsor_change",
        *("poor_survey", "mediocre_survey"),
        "quiet_support",
        "usage_decrease",
        *("promoter", "usage_increase"),
        "key_metric_decrease",
    ]


def test_reviews_of_two_phase_absorb_the_smaller_ones() -> None:
    absorbed = {name: set(moment.absorbs) for name, moment in TWO_PHASE.moments.items() if moment.absorbs}
    assert absorbed == {
        "monthly_review": {"weekly_meeting"},
        "business_review": {"monthly_review", "weekly_meeting"},
        "annual_review": {"business_review", "monthly_review", "weekly_meeting"},
    }


def test_the_cadences_of_two_phase_are_those_of_the_domain() -> None:
    schedules = {
        name: moment.trigger.schedule
        for name, moment in TWO_PHASE.moments.items()
        if isinstance(moment.trigger, ScheduleTrigger)
    }
    every = {name: str(one.period) for name, one in schedules.items() if isinstance(one, Every)}
    assert every == {"weekly_meeting": "1w", "monthly_review": "1mo", "business_review": "3mo"}
    counted = {
        name: f"{one.offsets[0]} {one.direction} {one.anchor}"
        for name, one in schedules.items()
        if isinstance(one, Offsets)
    }
    assert counted == {
        "sale_handover": "2bd after phase_start",
        "kickoff": "5bd after phase_start",
        "initial_training": "10bd after kickoff.done",
        "first_metrics_review": "30d after first_value",
        "self_sufficiency": "75d after phase_start",
        "annual_review": "120d before renewal_date",
    }
