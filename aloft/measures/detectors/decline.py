"""Usage that declined or grew, without flapping on the tiny and the bursty (`domain.md` 3.3).

A week is compared with the four that came before by a conditional test: given the sum of both, the count of
the week is binomial. Counts are divided by their over-dispersion, and a week in which the peers fell too is
taken to be as much shorter. All functions work on arrays with one row per account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from aloft.measures.detectors.discovery import adjusted
from aloft.measures.detectors.peers import by_segment

Floats = npt.NDArray[np.float64]
Direction = Literal["declined", "grew"]

BASELINE_WEEKS = 4
FALSE_DISCOVERIES = 0.01
SMALLEST_BASELINE = 20.0
"""In effective counts: over the over-dispersion."""
OWN, SEGMENT = 3.0, 6.0
"""The weight of an account's own over-dispersion, and of its segment's: four weeks estimate it badly."""
SCATTER_OF_FOUR = 0.7887
"""The median of chi-square with three degrees of freedom, over three: what four steady weeks show."""


def dispersion(weeks: Floats) -> Floats:
    """Variance over mean of the baseline's weeks (last axis), not under 1; NaN where nothing happened."""
    return np.maximum(_scatter(weeks), 1.0)


def _scatter(weeks: Floats) -> Floats:
    mean: Floats = weeks.mean(axis=-1)
    variance: Floats = weeks.var(axis=-1, ddof=1)
    scatter: Floats = np.divide(variance, mean, out=np.full(mean.shape, np.nan), where=mean > 0)
    return scatter


def shrunk_dispersion(weeks: Floats, segments: npt.NDArray[np.int64]) -> Floats:
    """An account's own over-dispersion, drawn to that of its segment: (3 own + 6 segment) / 9.

    The segment's is the median account's, corrected for the few weeks that it was estimated from; an account
    that has just collapsed does not move it.
    """
    segment = np.maximum(by_segment(_scatter(weeks) / SCATTER_OF_FOUR, segments, otherwise=1.0), 1.0)
    return (OWN * dispersion(weeks) + SEGMENT * segment) / (OWN + SEGMENT)


def p_value(
    baseline: Floats,
    now: Floats,
    phi: Floats,
    rho: float,
    season: Floats | float = 1.0,
    direction: Direction = "declined",
    baseline_weeks: float = BASELINE_WEEKS,
    now_weeks: float = 1.0,
) -> Floats:
    """One-sided, of the hypothesis that the rate is at least (for `grew`: at most) `rho` times what it was.

    `baseline` and `now` are counts over that many weeks, `season` is what the peers' rate is times theirs.
    NaN where nothing happened in the baseline.
    """
    from scipy.special import betainc

    span = rho * now_weeks * np.asarray(season)
    share = span / (span + baseline_weeks)
    x, rest = now / phi, baseline / phi
    with np.errstate(invalid="ignore"):
        if direction == "declined":
            p = betainc(np.where(rest > 0, rest, np.nan), x + 1, 1 - share)
        else:
            p = np.where(x > 0, betainc(np.where(x > 0, x, 1.0), rest + 1, share), 1.0)
    return np.where(baseline > 0, p, np.nan)


@dataclass(frozen=True)
class Judged:
    """One value per account. `raised` is NaN where there is nothing to judge, else 1 or 0.

    `baseline` and `now` are counts a week, `season` what the peers' week was to their baseline, `effect` by how
    much the rate changed beyond that, `p` the larger of both windows', after the control of false discoveries.
    """

    raised: Floats
    baseline: Floats
    now: Floats
    before: Floats
    phi: Floats
    season: Floats
    effect: Floats
    p: Floats


def judge(
    weeks: Floats, segments: npt.NDArray[np.int64], level: float, direction: Direction = "declined"
) -> Judged:
    """`weeks` are the counts of the last six weeks of each account, the newest last.

    Raised if both of the last two differ from the four before them: by `level` at least (0.30 is 30 %), beyond
    what the peers did in the same week, and with fewer than one false discovery in a hundred.
    """
    base = weeks[:, :BASELINE_WEEKS]
    phi = shrunk_dispersion(base, segments)
    first = _window(base, weeks[:, -2], phi, segments, level, direction)
    last = _window(base, weeks[:, -1], phi, segments, level, direction)
    p = np.maximum(first.p, last.p)
    effect = np.minimum(first.effect, last.effect)
    tested = base.sum(axis=1) > 0
    enough = base.sum(axis=1) / phi >= SMALLEST_BASELINE
    raised = enough & (p < FALSE_DISCOVERIES) & (effect >= level - 1e-9)
    return Judged(
        raised=np.where(tested, raised.astype(np.float64), np.nan),
        baseline=base.mean(axis=1),
        now=weeks[:, -1],
        before=weeks[:, -2],
        phi=phi,
        season=last.season,
        effect=last.effect,
        p=p,
    )


@dataclass(frozen=True)
class _Window:
    p: Floats
    effect: Floats
    season: Floats


def _window(
    base: Floats,
    now: Floats,
    phi: Floats,
    segments: npt.NDArray[np.int64],
    level: float,
    direction: Direction,
) -> _Window:
    """A season excuses and never accuses: peers who grew make nobody's steady week a decline."""
    total = base.sum(axis=1)
    rate = np.divide(now, base.mean(axis=1), out=np.full(now.shape, np.nan), where=total > 0)
    peers = by_segment(np.where(total >= SMALLEST_BASELINE, rate, np.nan), segments, otherwise=1.0)
    falls = direction == "declined"
    season = np.minimum(peers, 1.0) if falls else np.maximum(peers, 1.0)
    rho = 1 - level if falls else 1 + level
    p = adjusted(p_value(total, now, phi, rho, season, direction))
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(season > 0, rate / season, np.where(rate > 0, np.inf, 1.0)) - 1
    return _Window(p, -change if falls else change, season)
