"""Who has gone quiet, for somebody who spoke as they did (`domain.md` 3.4b and 3.4c).

Spans are in days. All functions work on arrays with one row per account.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

QUANTILE = 0.99
PRIOR_SHAPE, PRIOR_WEIGHT = 2.0, 5.0
SHORTEST, LONGEST = 3.0, 90.0
ROUNDING = 1 / 12
"""The variance that counting in whole days adds."""
PRIOR_CASES, PRIOR_DAYS = 1.0, 14.0
REGULAR = 6
"""With fewer gaps than that nobody can say how regular they are: then the rate alone is judged."""


def shape(mean: Floats, sd: Floats) -> Floats:
    """The shape of the gamma distribution of gaps: (mean / sd)^2."""
    return np.asarray(mean**2 / np.maximum(sd**2, ROUNDING))


def shrunk_shape(k: Floats, gaps: Floats) -> Floats:
    """The shape drawn to 2 in its logarithm, as if five gaps had said so."""
    drawn: Floats = np.exp((gaps * np.log(k) + PRIOR_WEIGHT * np.log(PRIOR_SHAPE)) / (gaps + PRIOR_WEIGHT))
    return drawn


def longest_gap(mean: Floats, k: Floats) -> Floats:
    """The gap that one in a hundred exceeds."""
    from scipy.special import gammaincinv

    return np.asarray(gammaincinv(k, QUANTILE) * mean / k, dtype=np.float64)


def deadline_of_gaps(mean: Floats, sd: Floats, gaps: Floats) -> Floats:
    """How long who spoke at such intervals may be quiet: between 3 and 90 days."""
    return np.clip(longest_gap(mean, shrunk_shape(shape(mean, sd), gaps)), SHORTEST, LONGEST)


def deadline_of_rate(cases: Floats, days: Floats) -> Floats:
    """The same by the rate alone, `cases` in `days`, with a prior of one case in two weeks.

    The fewer there were the longer it waits: (b / (b + T))^a is to fall to 0.01.
    """
    a, b = PRIOR_CASES + cases, PRIOR_DAYS + days
    return np.asarray(b * ((1 - QUANTILE) ** (-1 / a) - 1), dtype=np.float64)


@dataclass(frozen=True)
class Judged:
    """One value per account. `raised` is NaN for who never spoke, else 1 or 0; `p`: how likely so long a gap is."""

    raised: Floats
    quiet: Floats
    deadline: Floats
    mean: Floats
    gaps: Floats
    p: Floats


def judge(mean: Floats, sd: Floats, gaps: Floats, days: Floats, quiet: Floats) -> Judged:
    """`gaps` between the days on which it happened, with their mean and sample deviation (NaN of fewer than two).

    `days` is for how long the account was seen until it last happened, `quiet` the whole days since; NaN of an
    account at which it never did.
    """
    regular = gaps >= REGULAR
    safe_mean, safe_sd = np.where(regular, mean, 1.0), np.where(regular, sd, 1.0)
    deadline = np.where(regular, deadline_of_gaps(safe_mean, safe_sd, gaps), deadline_of_rate(gaps + 1, days))
    return Judged(
        raised=np.where(np.isnan(quiet), np.nan, (quiet > deadline).astype(np.float64)),
        quiet=quiet,
        deadline=deadline,
        mean=mean,
        gaps=gaps,
        p=_chance(safe_mean, safe_sd, gaps, days, quiet, regular),
    )


def _chance(
    mean: Floats, sd: Floats, gaps: Floats, days: Floats, quiet: Floats, regular: npt.NDArray[np.bool_]
) -> Floats:
    from scipy.special import gammaincc

    k = shrunk_shape(shape(mean, sd), gaps)
    waited = np.nan_to_num(quiet)
    by_gaps = gammaincc(k, waited * k / mean)
    a, b = PRIOR_CASES + gaps + 1, PRIOR_DAYS + days
    return np.where(np.isnan(quiet), np.nan, np.where(regular, by_gaps, (b / (b + waited)) ** a))
