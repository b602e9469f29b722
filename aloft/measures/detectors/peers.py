"""What the others of a segment do in the same week; nobody is a peer of himself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PEERS = 5
"""Fewer others than that say nothing: then everybody else is asked, and failing that nobody."""


def medians_of_others(values: Floats) -> Floats:
    """For each the median of all the others; NaN takes no part, and is compared with the others still.

    NaN where there are fewer than `PEERS` others.
    """
    known = ~np.isnan(values)
    ordered = np.sort(values[known])
    count = len(ordered)
    result = np.full(values.shape, np.nan)
    if count >= PEERS:
        result[~known] = np.median(ordered)
    if count > PEERS:
        ranks = np.empty(count, dtype=np.int64)
        ranks[np.argsort(values[known], kind="stable")] = np.arange(count)
        low, high = (count - 2) // 2, (count - 1) // 2
        result[known] = (ordered[low + (ranks <= low)] + ordered[high + (ranks <= high)]) / 2
    return result


def by_segment(values: Floats, segments: npt.NDArray[np.int64], otherwise: float) -> Floats:
    """The median of the other accounts of one's segment, else of all others, else `otherwise`."""
    result = np.full(values.shape, np.nan)
    for segment in np.unique(segments):
        ours = segments == segment
        result[ours] = medians_of_others(values[ours])
    alone = np.isnan(result)
    if alone.any():
        result[alone] = medians_of_others(values)[alone]
    result[np.isnan(result)] = otherwise
    return result


def share_below(values: Floats, segments: npt.NDArray[np.int64]) -> Floats:
    """`rank(m)`: the share of one's segment, oneself included, whose value is lower; NaN where none is known."""
    result = np.full(values.shape, np.nan)
    for segment in np.unique(segments):
        ours = (segments == segment) & ~np.isnan(values)
        ordered = np.sort(values[ours])
        if len(ordered):
            result[ours] = np.searchsorted(ordered, values[ours], side="left") / len(ordered)
    return result
