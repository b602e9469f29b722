"""Where the score is heading: points a week, by the median of all slopes, which no single week can bend."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEEKS = 8
FEWEST = 4
"""Fewer known weeks than that make no trend."""


def slope(weekly: Floats) -> Floats:
    """Theil and Sen's slope of each row of weekly scores, oldest first; NaN where too few are known (F18)."""
    pairs = list(combinations(range(weekly.shape[1]), 2))
    rises = [(weekly[:, later] - weekly[:, sooner]) / (later - sooner) for sooner, later in pairs]
    enough = (~np.isnan(weekly)).sum(axis=1) >= FEWEST
    result = np.full(len(weekly), np.nan)
    if enough.any():
        result[enough] = np.nanmedian(np.stack(rises, axis=1)[enough], axis=1)
    return result
