"""The health score of an account, from what is known of it and from nothing else (`domain.md` F18).

Rows are accounts, columns are dimensions; NaN is a dimension of which nothing is known. What is missing is
left out and lowers the coverage, it never counts as 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Anchors = Sequence[tuple[float, float]]

LEAST_COVERAGE = 0.60
DROPPED_AFTER = 4.0
"""In half-lives: older than that it says nothing any more."""


def anchored(values: Floats, anchors: Anchors) -> Floats:
    """The scores of the values of one dimension: linear between the anchors, level beyond them."""
    at, score = zip(*sorted(anchors), strict=True)
    return np.where(np.isnan(values), np.nan, np.interp(values, at, score))


def freshness(ages: Floats, half_life: float | None) -> Floats:
    """What a value of this age (days) still counts for: all of it within a half-life, then half each further."""
    if half_life is None:
        return np.where(np.isnan(ages), 0.0, 1.0)
    faded = 2.0 ** (-np.maximum(ages - half_life, 0.0) / half_life)
    return np.where(ages <= DROPPED_AFTER * half_life, faded, 0.0)


@dataclass(frozen=True)
class Composite:
    """`score` is NaN where it is grey: less than 0.60 of the weight is known. `shares` are what each
    dimension counts for in the score: 0 of what is missing, 1 in all."""

    score: Floats
    coverage: Floats
    shares: Floats


def compose(scores: Floats, weights: Floats, fresh: Floats, ceilings: Floats | None = None) -> Composite:
    """The weighted mean over what is present. No score lies above its ceiling (NaN: none)."""
    counts = np.where(np.isnan(scores), 0.0, weights * fresh)
    known, total = counts.sum(axis=1), weights.sum(axis=1)
    coverage = np.divide(known, total, out=np.zeros_like(known), where=total > 0)
    shares = np.divide(counts, known[:, None], out=np.zeros_like(counts), where=known[:, None] > 0)
    mean = (shares * np.nan_to_num(scores)).sum(axis=1)
    if ceilings is not None:
        mean = np.fmin(mean, ceilings)
    enough = coverage >= LEAST_COVERAGE - 1e-9
    return Composite(np.where(enough & (known > 0), mean, np.nan), coverage, shares)


def drivers(scores: Floats, shares: Floats, medians: Floats) -> Floats:
    """By how many points each dimension lifts the score above, or holds it below, the middle of the segment.

    `medians` has a row per account: the middle score of each dimension in its segment.
    """
    points: Floats = np.nan_to_num(shares * (scores - medians))
    return points
