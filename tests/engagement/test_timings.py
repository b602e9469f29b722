"""What two versions of a model must say alike for a moment to go on counting."""

from __future__ import annotations

import pytest

from aloft.engagement.digest import timings
from aloft.engagement.load import load

MODEL = """
engagement_model: timed
title: Timed
roles: {csm: {}}
metrics: {exports: {count: Report Exported, since: contract_start}}
phases:
  onboarding: {enters: "contract_start is not null", leaves: "exports >= 9"}
  ongoing: {enters: "exports >= 9"}
segments:
  large: {when: "mrr >= 5000", touch: high}
  small: {touch: low}
moments:
  gate:
    expect: "exports >= 2"
    within: 4d
    of: contract_start
    owner: csm
    objective: Help
    outcome: {expect: contacted, within: 3d}
  kickoff:
    schedule: 2 d after contract_start at 10:00
    phase: onboarding
    owner: csm
    objective: Begin
    outcome: {expect: contacted, within: 3d}
"""


def changed(old: str, new: str) -> set[str]:
    assert old in MODEL
    before, after = (timings(load(text, "timed.yaml")) for text in (MODEL, MODEL.replace(old, new)))
    return {name for name in before if before[name] != after.get(name)}


@pytest.mark.parametrize(
    ("old", "new", "moments"),
    [
        ("objective: Help", "objective: Ask", set()),
        ("exports >= 2", "exports >= 1", set()),
        ("within: 4d", "within: 4d\n    warn_at: [50%]", set()),
        ("mrr >= 5000", "mrr >= 6000", set()),
        ("within: 4d", "within: 5d", {"gate"}),
        ("2 d after", "3 d after", {"kickoff"}),
        ("phase: onboarding", "phase: onboarding\n    touch: high", {"kickoff"}),
        ('leaves: "exports >= 9"', 'leaves: "exports >= 8"', {"gate", "kickoff"}),
        ('{enters: "exports >= 9"}', '{enters: "exports >= 8"}', {"gate"}),
        ("title: Timed\n", 'title: Timed\napplies_to: "false"\n', {"gate", "kickoff"}),
    ],
)
def test_a_moment_is_timed_by_its_trigger_its_phases_and_whom_it_is_for(
    old: str, new: str, moments: set[str]
) -> None:
    assert changed(old, new) == moments
