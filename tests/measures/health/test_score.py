"""The worked numbers of F18; T29 and T30."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from aloft.engagement.scorecards import Bands, Profile
from aloft.measures.health.bands import NAMES, Stood, settle, standing
from aloft.measures.health.score import anchored, compose, drivers, freshness
from aloft.measures.health.trend import slope

NONE = float("nan")
USAGE = ((0, 0), (0.4, 40), (0.7, 75), (1.0, 100))
WEIGHTS = np.array([[0.35, 0.25, 0.15, 0.15, 0.10]])
FRESH = np.ones((1, 5))


def row(*values: float) -> np.ndarray:
    return np.array([values], dtype=float)


def test_a_value_is_scored_between_its_anchors_and_level_beyond_them() -> None:
    told = anchored(np.array([-1, 0.2, 0.4, 0.55, 0.7, 3, NONE]), USAGE)
    assert told[:6].tolist() == pytest.approx([0, 20, 40, 57.5, 75, 100])
    assert np.isnan(told[6])


def test_anchors_may_fall() -> None:
    assert anchored(np.array([0, 1, 2, 9.0]), ((3, 0), (2, 40), (1, 75), (0, 100))).tolist() == [
        100,
        75,
        40,
        0,
    ]


def test_a_value_fades_once_it_is_older_than_its_half_life() -> None:
    told = freshness(np.array([0, 90, 100, 180, 360, 361, NONE]), 90)
    assert told.tolist() == pytest.approx([1, 1, 2 ** (-10 / 90), 0.5, 0.125, 0, 0])
    assert freshness(np.array([4000.0]), None).tolist() == [1.0]


def test_what_is_missing_is_left_out() -> None:
    """T30."""
    told = compose(row(72, 50, 90, NONE, 80), WEIGHTS, FRESH)
    assert told.score[0] == pytest.approx(69.65, abs=0.005)
    assert told.coverage[0] == pytest.approx(0.85)


def test_what_is_stale_counts_for_less() -> None:
    """Relationship is 100 days old, with a half-life of 90. Zero-filling would give 59.2."""
    fresh = FRESH.copy()
    fresh[0, 2] = freshness(np.array([100.0]), 90)[0]
    told = compose(row(72, 50, 90, NONE, 80), WEIGHTS, fresh)
    assert told.score[0] == pytest.approx(69.38, abs=0.005)
    assert told.coverage[0] == pytest.approx(0.839, abs=0.0005)
    assert abs(told.score[0] - 59.2) > 10


def test_with_too_little_it_is_grey_and_never_a_number() -> None:
    told = compose(row(NONE, 50, 90, NONE, 80), WEIGHTS, FRESH)
    assert told.coverage[0] == pytest.approx(0.50)
    assert np.isnan(told.score[0])
    assert np.isnan(compose(row(NONE, NONE, NONE, NONE, NONE), WEIGHTS, FRESH).score[0])


def test_sixty_hundredths_are_enough() -> None:
    assert compose(row(80, NONE), row(0.6, 0.4), np.ones((1, 2))).score[0] == pytest.approx(80)


def test_a_ceiling_holds_the_score_down_and_never_lifts_it() -> None:
    values, weights, fresh = np.array([[90.0], [20.0], [90.0]]), np.ones((3, 1)), np.ones((3, 1))
    assert compose(values, weights, fresh, np.array([39, 39, NONE])).score.tolist() == [39, 20, 90]


def bands(scores: list[float]) -> list[str]:
    settled, shown = standing([Stood()], Profile("", {})), []
    for score in scores:
        settled = settle(settled, np.array([score]), Bands())
        shown.append(NAMES[settled.shown[0]])
    return shown


def test_a_score_that_flutters_changes_its_band_twice() -> None:
    """T29: red at the seventh value, yellow at the thirteenth."""
    shown = bands([52, 44, 41, 39, 41, 39, 38, 37, 41, 43, 44, 46, 47, 48, 39])
    assert shown == ["yellow"] * 6 + ["red"] * 6 + ["yellow"] * 3
    assert sum(one != other for one, other in pairwise(shown)) == 2


def test_green_is_reached_at_seventy_five_and_left_below_seventy() -> None:
    assert bands([60, 71, 74, 75, 76, 71, 69, 71, 69, 69]) == ["yellow"] * 4 + ["green"] * 5 + ["yellow"]


def test_grey_shows_at_once_and_the_band_before_it_returns() -> None:
    assert bands([30, NONE, 46, 46]) == ["red", "grey", "red", "yellow"]
    assert bands([NONE, 80]) == ["grey", "green"]


def test_a_fall_from_green_to_red_passes_over_yellow() -> None:
    assert bands([90, 20, 20]) == ["green", "green", "red"]
    assert bands([20, 90, 90]) == ["red", "red", "green"]


def test_the_trend_is_the_median_slope_of_eight_weeks() -> None:
    """A straight fall of two a week, one week of which is wild; and too little to say anything."""
    fall = [80.0, 78, 76, 10, 72, 70, 68, 66]
    weekly = np.array([fall, [NONE] * 5 + [50, 51, 52], [NONE, NONE, 50, 51, NONE, 53, 54, NONE]])
    assert slope(weekly)[[0, 2]].tolist() == [-2.0, 1.0]
    assert np.isnan(slope(weekly)[1])


def test_drivers_are_points_above_or_below_the_middle_of_the_segment() -> None:
    scores = np.array([[20.0, 90.0], [60.0, 90.0], [80.0, NONE]])
    shares = compose(scores, np.tile([0.5, 0.5], (3, 1)), np.ones((3, 2))).shares
    told = drivers(scores, shares, np.tile(np.nanmedian(scores, axis=0), (3, 1)))
    assert told.tolist() == [[-20.0, 0.0], [0.0, 0.0], [20.0, 0.0]]
