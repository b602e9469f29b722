"""The table of `domain.md` 3.3 (T31), and what raises beside it."""

from __future__ import annotations

import numpy as np
import pytest

from aloft.measures.detectors.decline import dispersion, judge, p_value, shrunk_dispersion
from aloft.measures.detectors.discovery import adjusted

STEADY, BURSTY = [100.0] * 4, [130.0, 70.0, 115.0, 85.0]
ALONE = np.zeros(1, dtype=np.int64)


def one(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    ("baseline", "now", "phi", "at_one", "at_seven_tenths"),
    [
        (4, 0, 1, 0.410, 0.525),
        (20, 0, 1, 0.0115, 0.040),
        (400, 50, 1, 3.4e-7, 0.012),
        (400, 40, 1, 3.4e-10, 0.0002),
        (400, 50, 7.5, 0.053, 0.269),
        (400, 10, 7.5, 0.00015, 0.0029),
    ],
)
def test_the_conditional_test_gives_the_figures_of_the_table(
    baseline: float, now: float, phi: float, at_one: float, at_seven_tenths: float
) -> None:
    told = one(baseline), one(now), one(phi)
    assert p_value(*told, rho=1.0)[0] == pytest.approx(at_one, rel=0.05)
    assert p_value(*told, rho=0.7)[0] == pytest.approx(at_seven_tenths, rel=0.05)


def test_a_holiday_that_the_peers_keep_too_is_no_decline() -> None:
    told = one(400), one(45), one(1)
    assert p_value(*told, rho=0.7)[0] == pytest.approx(0.0019, rel=0.03)
    assert p_value(*told, rho=0.7, season=0.48)[0] == pytest.approx(0.97, abs=0.005)


def test_the_bursty_weeks_of_the_table_are_seven_and_a_half_times_dispersed() -> None:
    assert dispersion(np.array([BURSTY, STEADY])).tolist() == [7.5, 1.0]


def test_growth_is_the_mirror_of_decline() -> None:
    """P(X >= 60 | 460, 1.2 / 5.2) of the binomial, summed by another route."""
    from scipy.stats import binom

    p = p_value(one(400), one(60), one(1), rho=1.2, direction="grew")[0]
    assert p == pytest.approx(binom.sf(59, 460, 1.2 / 5.2))
    assert p_value(one(400), one(0), one(1), rho=1.2, direction="grew")[0] == 1.0


def test_nothing_in_the_baseline_is_nothing_to_judge() -> None:
    assert np.isnan(p_value(one(0), one(5), one(1), rho=0.7)[0])
    assert np.isnan(judge(np.zeros((1, 6)), ALONE, 0.3).raised[0])


@pytest.mark.parametrize(
    ("weeks", "raised"),
    [
        ([*STEADY, 100, 40], False),
        ([*STEADY, 40, 40], True),
        ([*STEADY, 40, 100], False),
        ([*STEADY, 50, 50], False),
        ([5, 5, 5, 5, 0, 0], False),
        ([1, 1, 1, 1, 0, 0], False),
        ([*BURSTY, 50, 50], False),
    ],
    ids=["first such window", "second", "recovered", "not yet, watch", "twenty", "tiny", "bursty"],
)
def test_a_decline_is_raised_at_the_second_such_window_and_not_before(
    weeks: list[float], raised: bool
) -> None:
    assert judge(np.array([weeks], dtype=float), ALONE, 0.3).raised.tolist() == [float(raised)]


def test_growth_is_raised_in_the_same_way() -> None:
    grown = judge(
        np.array([[*STEADY, 170, 180], [*STEADY, 110, 110]]), np.zeros(2, dtype=np.int64), 0.2, "grew"
    )
    assert grown.raised.tolist() == [1.0, 0.0]
    assert grown.effect[0] == pytest.approx(0.8)


def test_a_week_off_for_a_whole_segment_raises_nobody_and_then_only_who_fell_further() -> None:
    weeks = np.array([[*STEADY, 48, 48]] * 9 + [[*STEADY, 5, 5]])
    judged = judge(weeks, np.zeros(10, dtype=np.int64), 0.3)
    assert judged.raised.tolist() == [0.0] * 9 + [1.0]
    assert judged.season[0] == pytest.approx(0.48)
    assert judged.effect[9] == pytest.approx(1 - 0.05 / 0.48)


def test_peers_who_grew_make_no_decline_of_a_steady_account() -> None:
    weeks = np.array([[*STEADY, 300, 300]] * 9 + [[*STEADY, 100, 100]])
    assert judge(weeks, np.zeros(10, dtype=np.int64), 0.3).raised[9] == 0.0


def test_over_dispersion_is_drawn_to_the_segments() -> None:
    """Eight steady others: (3 x 7.5 + 6 x 1) / 9."""
    weeks = np.array([BURSTY] + [STEADY] * 8)
    assert shrunk_dispersion(weeks, np.zeros(9, dtype=np.int64))[0] == pytest.approx(28.5 / 9)


def test_the_more_accounts_are_tested_the_more_it_takes() -> None:
    """Worked by hand: sorted .01 .02 .03 .5 over four give .04 .04 .04 .5; what was not tested takes no part."""
    assert adjusted(one(0.5, 0.01, np.nan, 0.03, 0.02))[[0, 1, 3, 4]].tolist() == pytest.approx(
        [0.5, 0.04, 0.04, 0.04]
    )
    steady = np.array([[*STEADY, 45, 45]] + [[*STEADY, 100, 100]] * 20)
    alone = judge(steady[:1], ALONE, 0.3)
    among = judge(steady, np.zeros(21, dtype=np.int64), 0.3)
    assert (alone.raised[0], among.raised[0]) == (1.0, 0.0)


def test_of_many_steady_accounts_hardly_one_is_ever_raised() -> None:
    chance = np.random.default_rng(7)
    weeks = chance.poisson(chance.gamma(2.0, 30.0, size=(5_000, 1)), size=(5_000, 6)).astype(float)
    assert np.nansum(judge(weeks, np.zeros(5_000, dtype=np.int64), 0.3).raised) <= 1
