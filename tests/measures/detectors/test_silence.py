"""T32, and the absence of cases: the worked numbers of `domain.md` 3.4."""

from __future__ import annotations

import numpy as np
import pytest

from aloft.measures.detectors.silence import (
    deadline_of_gaps,
    deadline_of_rate,
    judge,
    longest_gap,
    shape,
)


def one(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    ("gaps", "raw", "shrunk"),
    [((6, 8, 7, 9, 7, 8), 10.2, 13.5), ((2, 15, 4, 20, 3, 1), 36.7, 30.6)],
    ids=["regular", "irregular"],
)
def test_who_was_regular_is_missed_sooner(gaps: tuple[int, ...], raw: float, shrunk: float) -> None:
    mean, sd = one(np.mean(gaps)), one(np.std(gaps, ddof=1))
    assert longest_gap(mean, shape(mean, sd))[0] == pytest.approx(raw, abs=0.05)
    assert deadline_of_gaps(mean, sd, one(len(gaps)))[0] == pytest.approx(shrunk, abs=0.05)


def test_nobody_is_silent_before_three_days_and_everybody_is_after_ninety() -> None:
    assert deadline_of_gaps(one(1.0), one(0.0), one(300))[0] == 3.0
    assert deadline_of_gaps(one(60.0), one(80.0), one(10))[0] == 90.0


def test_the_absence_of_cases_waits_longer_the_less_is_known() -> None:
    weeks = deadline_of_rate(one(6, 1), one(12 * 7, 2 * 7)) / 7
    assert weeks.tolist() == pytest.approx([13.0, 36.0], abs=0.05)


def test_gaps_are_judged_where_there_are_six_and_the_rate_where_there_are_fewer() -> None:
    judged = judge(
        mean=one(7.5, 17, np.nan),
        sd=one(1.0488, 3, np.nan),
        gaps=one(6, 5, 0),
        days=one(60, 84, np.nan),
        quiet=one(14, 91, np.nan),
    )
    assert judged.deadline[:2].tolist() == pytest.approx([13.5, 91.2], abs=0.1)
    assert judged.raised[:2].tolist() == [1.0, 0.0]
    assert np.isnan(judged.raised[2])
    assert judged.p[0] < 0.01 < judged.p[1]
