"""Figures of domain.md 3.2, and the intervals that Newcombe published (Statistics in Medicine 17, 1998, table II)."""

from __future__ import annotations

from datetime import date

import pytest

from aloft.decide.experiments import arm_of
from aloft.learn.effect import (
    Seen,
    always_valid,
    detectable,
    difference,
    imbalance,
    needed,
    wilson,
)
from aloft.learn.experiments import Side, Trial


@pytest.mark.parametrize(
    ("treated", "held_out", "low", "high"),
    [
        (Seen(70, 56), Seen(80, 48), 0.0524, 0.3339),
        (Seen(10, 9), Seen(10, 3), 0.1705, 0.8090),
        (Seen(7, 6), Seen(7, 2), 0.0582, 0.8062),
        (Seen(56, 5), Seen(29, 0), -0.0381, 0.1926),
        (Seen(10, 0), Seen(20, 0), -0.1611, 0.2775),
        (Seen(10, 10), Seen(20, 0), 0.6791, 1.0000),
    ],
)
def test_a_difference_has_newcombes_interval(treated: Seen, held_out: Seen, low: float, high: float) -> None:
    found = difference(treated, held_out)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_share_has_wilsons_interval() -> None:
    low, high = wilson(Seen(50, 42))
    assert (round(low, 3), round(high, 3)) == (0.715, 0.917)


def test_how_many_accounts_a_difference_needs_and_what_those_there_can_show() -> None:
    assert needed(0.85, 0.90) == 683
    assert round(detectable(0.85, 1800, 200), 3) == 0.075
    assert round(detectable(0.85, 1000, 1000), 3) == 0.045


def test_a_broken_draw_is_told_from_chance() -> None:
    assert imbalance(1100, 900, 0.5) == pytest.approx(8e-6, rel=0.05)
    assert round(imbalance(1050, 950, 0.5), 3) == 0.025
    assert imbalance(900, 100, 0.1) == 1.0


def test_looking_again_and_again_finds_nothing_by_chance() -> None:
    assert round(always_valid(0.2, 2 / 400, 0.2), 3) == 0.086
    assert round(always_valid(0.2, 2 / 500, 0.2), 3) == 0.035
    assert always_valid(0.0, 2 / 500, 0.2) == 1.0


def test_the_draw_is_stable_balanced_and_only_grows() -> None:
    day = date(2026, 2, 1)
    units = [f"account-{n}" for n in range(10_000)]
    tenth = {unit for unit in units if arm_of("check_in", day, unit, 0.1) == "held_out"}
    half = {unit for unit in units if arm_of("check_in", day, unit, 0.5) == "held_out"}
    assert 910 <= len(tenth) <= 1090, "three standard deviations of 1,000"
    assert 4850 <= len(half) <= 5150
    assert tenth < half
    again = {unit for unit in units if arm_of("check_in", date(2026, 3, 1), unit, 0.5) == "held_out"}
    assert 2370 <= len(half & again) <= 2630, "another experiment draws independently"
    assert arm_of("check_in", day, "acme", 0.5) == "held_out"
    assert arm_of("check_in", day, "bolt", 0.5) == "treated"


def trial(treated: Side, held_out: Side, holdout: float = 0.5) -> Trial:
    return Trial("m", "M", date(2026, 2, 1), holdout, None, treated, held_out, 0, 0, None)


def test_what_may_be_said() -> None:
    assert trial(Side(), Side()).says == "nobody"
    assert trial(Side(1100, 900, 500), Side(900, 800, 100)).says == "void"
    assert trial(Side(20, 20, 20), Side(20, 0, 0)).says == "early"
    assert trial(Side(20, 20, 18), Side(20, 20, 6)).says == "helps", "sixty points, forty units"
    assert trial(Side(20, 20, 6), Side(20, 20, 18)).says == "harms"
    assert trial(Side(200, 200, 176), Side(200, 200, 170)).says == "early", "683 are needed for five points"
    assert trial(Side(700, 700, 596), Side(700, 700, 595)).says == "nothing"
    assert trial(Side(1800, 1800, 1533), Side(200, 200, 170), 0.1).says == "early", "as much as 360 in each"
    assert trial(Side(1800, 1800, 1533), Side(200, 200, 170), 0.1).weight == 360.0
