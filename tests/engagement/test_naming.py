"""A part of a model called otherwise: everywhere it is named, and nowhere else."""

from __future__ import annotations

from pathlib import Path

from aloft.engagement.conditions import misfits
from aloft.engagement.load import load
from aloft.engagement.naming import called
from aloft.engagement.splicing import value_at

ACME = (Path(__file__).parents[2] / "docs/examples/acme.yaml").read_text("utf-8")


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    return [(was.strip()[:40], now.strip()[:40]) for was, now in pairs if was != now]


def test_a_phase_is_renamed_in_segments_and_moments() -> None:
    after = called(ACME, "phases", "onboarding", "landing")
    model = load(after, "acme.yaml")
    assert list(model.phases) == ["landing", "ongoing"]
    assert model.moments["kickoff"].phases == ("landing",)
    assert model.segments["tier_1"].touch["landing"] == ("high",)
    assert model.moments["kickoff"].owners == {"*": "onboarding"}, "a role of the same name keeps it"


def test_a_segment_is_renamed_where_moments_and_conditions_name_it() -> None:
    text = ACME.replace('when: "mrr >= 1700"', "when: \"mrr >= 1700 and segment <> 'tier_1'\"")
    after = called(text, "segments", "tier_1", "gold")
    assert value_at(after, ("segments", "tier_2", "when")) == "mrr >= 1700 and segment <> 'gold'"
    assert value_at(after, ("moments", "business_review", "segment")) == "gold"
    assert len(changed_lines(text, after)) == 3


def test_a_moment_that_is_in_force_says_what_it_was_called() -> None:
    after = called(ACME, "moments", "usage_fell", "quiet", base=ACME)
    assert value_at(after, ("moments", "quiet", "was")) == "usage_fell"
    assert "quiet" in load(after, "acme.yaml").experiments
    again = called(after, "moments", "quiet", "calm", base=ACME)
    assert value_at(again, ("moments", "calm", "was")) == "usage_fell"
    back = called(again, "moments", "calm", "usage_fell", base=ACME)
    assert back == ACME


def test_a_moment_that_never_ran_is_renamed_without_a_trace() -> None:
    after = called(ACME, "moments", "kickoff", "start", base="engagement_model: x\n")
    assert after == ACME.replace("  kickoff:", "  start:")


def test_a_condition_is_judged_alone_with_the_place_and_a_suggestion() -> None:
    assert misfits("mrr >= 5000 and sign_ins_28d > 0", ACME, "position") == ()
    (found,) = misfits("mrr >= 5000 and sign_ins_28 > 0", ACME, "position")
    assert (found.column, "did you mean 'sign_ins_28d'?" in found.message) == (17, True)
    (broken,) = misfits("mrr >=", ACME, "position")
    assert broken.column == 7
