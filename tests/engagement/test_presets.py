"""The presets that ship: each is a model without a mistake, and the start that extends one too."""

from __future__ import annotations

import pytest

from aloft.engagement.library import preset, presets, starting_model
from aloft.engagement.load import Reading, load, read_model
from aloft.engagement.model import Duration, Every, Offsets, ScheduleTrigger

TWO_PHASE = load(preset("two-phase").text, "two-phase.yaml")  # type: ignore[union-attr]


def read(name: str) -> Reading:
    found = preset(name)
    assert found is not None
    return read_model(found.text, name)


def test_the_presets_are_these() -> None:
    assert presets() == (
        "community",
        "customer-marketing",
        "freemium",
        "groundwork",
        "high-high",
        "high-low",
        "high-touch-first",
        "japan",
        "low-high",
        "low-low",
        "pre-sale",
        "salesforce-japan",
        "sansan",
        "seven-approaches",
        "two-phase",
    )


@pytest.mark.parametrize("name", presets())
def test_a_preset_is_a_model_of_its_own_name(name: str) -> None:
    assert read(name).model.name == name.replace("-", "_")


@pytest.mark.parametrize("name", presets())
def test_a_preset_begins_with_what_it_is_for(name: str) -> None:
    found = preset(name)
    assert found is not None
    assert found.text.startswith("# ")


@pytest.mark.parametrize("name", presets())
def test_what_is_said_of_a_preset_is_worth_knowing_and_no_mistake(name: str) -> None:
    """Beside what is not run yet: only what the proofs leave open. What they send has words (R55)."""
    told = [note.message for note in read(name).notes if not note.unrun]
    assert all("not decided" in message for message in told), told


def rows(name: str) -> list[str]:
    """The moments that a preset has of its own, in order."""
    return [moment for moment in read(name).model.moments if moment != "ask_for_help"]


@pytest.mark.parametrize(
    ("name", "moments"),
    [
        ("high-high", "named_introduction hands_on_configuration live_training check_in business_review "
         "executive_sync renewal_runway at_risk"),
        ("high-low", "scoping_and_build multi_buyer_training handover_to_digital maintenance_nurture "
         "alert_response renewal_notice renewal_unanswered"),
        ("low-high", "self_sign_up group_webinar enterprise_gate first_functionality_review functionality_review "
         "exception expansion"),
        ("low-low", "in_app_tour tips card_failing unused_benefit red_flag receipt"),
        ("salesforce-japan", "integration_support operation_support welcome_seminar workshop open_discussion "
         "setup_help guided_series study_content"),
        ("sansan", "dedicated_start usage_gate blockers follow_up educational_webinar thorough_support "
         "sales_check_in risk_found"),
        ("freemium", "activation_nudge product_qualified new_paid_customer next_level"),
        ("pre-sale", "reach requirements_known decision value_metric_captured kickoff review "
         "evangelist_invited"),
    ],
)  # fmt: skip
def test_the_rows_of_the_domain_are_its_moments(name: str, moments: str) -> None:
    """domain.md 5.2 to 5.4."""
    assert rows(name) == moments.split()


def test_the_four_hybrids_are_the_four_combinations_of_touch() -> None:
    """domain.md 4.3: high, or else low; most personal level of the best-served segment, phase by phase."""

    def first(name: str) -> list[str]:
        segment = next(iter(read(name).model.segments.values()))
        return ["high" if touch[0] == "high" else "low" for touch in segment.touch.values()]

    hybrids = ("high-high", "high-low", "low-high", "low-low")
    assert {name: "-".join(first(name)) for name in hybrids} == {name: name for name in hybrids}


def test_the_runway_to_a_renewal_counts_back_from_it() -> None:
    trigger = read("high-high").model.moments["renewal_runway"].trigger
    assert isinstance(trigger, ScheduleTrigger)
    assert isinstance(trigger.schedule, Offsets)
    assert [str(offset) for offset in trigger.schedule.offsets] == ["180d", "120d", "90d", "60d"]
    assert str(trigger.schedule.anchor) == "renewal_date"


def test_a_company_that_is_new_gives_everybody_high_touch() -> None:
    """R54: until the fiftieth customer, and by the tiers from then on."""
    segments = read("high-touch-first").model.segments
    assert list(segments) == ["still_learning", "tier_1", "tier_2", "tier_3"]
    first = segments["still_learning"]
    assert first.when is not None
    assert first.when.text == "customers < 50"
    assert set(first.touch.values()) == {("high",)}


def test_a_region_inherits_all_and_says_only_what_differs() -> None:
    """R34: `extends` and `applies_to`."""
    japan = read("japan").model
    assert japan.bases == ("two_phase",)
    assert japan.applies_to is not None
    assert japan.applies_to.text == "country = 'JP'"
    assert set(japan.moments) - set(TWO_PHASE.moments) == {"executive_greeting"}
    assert set(TWO_PHASE.moments) <= set(japan.moments)
    touch = {name: segment.touch for name, segment in japan.segments.items()}
    assert touch == {name: segment.touch for name, segment in TWO_PHASE.segments.items()}


def test_seven_approaches_are_in_one_model() -> None:
    text = preset("seven-approaches")
    assert text is not None
    assert [line[4] for line in text.text.splitlines() if line.startswith("  # ") and line[4].isdigit()] == [
        *"1234567"
    ]


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
