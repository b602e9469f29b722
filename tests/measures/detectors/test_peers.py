from __future__ import annotations

import numpy as np

from aloft.measures.detectors.peers import by_segment, medians_of_others, share_below

NONE = float("nan")


def test_nobody_is_among_his_own_peers() -> None:
    """Of 1 2 3 4 5 6 without 1 the middle is 4, without 6 it is 3; who has no value is compared with all."""
    told = medians_of_others(np.array([1.0, 6.0, 3.0, 2.0, 5.0, 4.0, NONE]))
    assert told.tolist() == [4.0, 3.0, 4.0, 4.0, 3.0, 3.0, 3.5]


def test_five_others_make_a_segment_else_everybody_is_asked_else_nobody() -> None:
    values, segments = np.array([1.0] * 6 + [9.0]), np.array([0] * 6 + [1])
    assert by_segment(values, segments, otherwise=7.0).tolist() == [1.0] * 7
    assert by_segment(values[:3], segments[:3], otherwise=7.0).tolist() == [7.0] * 3


def test_a_rank_is_the_share_of_the_segment_below() -> None:
    ranks = share_below(np.array([10.0, 20.0, 20.0, 40.0, NONE, 5.0]), np.array([0, 0, 0, 0, 0, 1]))
    assert ranks[[0, 1, 2, 3, 5]].tolist() == [0.0, 0.25, 0.25, 0.75, 0.0]
    assert np.isnan(ranks[4])
