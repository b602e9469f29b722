"""Did it help? Two proportions compared, as domain.md 3.2 says. Pure; shares and differences are fractions."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, log, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
POWER = 0.80
LEAST = 0.05
"""The smallest difference that is looked for."""
SPREAD = 0.10
"""How far from nothing the always valid test expects effects to lie: its tau."""
_Z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2)
_OF_POWER = NormalDist().inv_cdf(POWER)


@dataclass(frozen=True)
class Seen:
    """Of an arm: how many were judged, and how many of those met the primary outcome."""

    judged: int
    met: int

    @property
    def share(self) -> float:
        return self.met / self.judged


@dataclass(frozen=True)
class Difference:
    """Of the treated from the held out, with its 95 % interval; `p` holds however often one looks (mSPRT [30])."""

    points: float
    low: float
    high: float
    p: float


def wilson(seen: Seen) -> tuple[float, float]:
    """The 95 % score interval of a share; 42 of 50 gives .715 to .917 (domain.md F15)."""
    n, share, z = seen.judged, seen.share, _Z
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def difference(treated: Seen, held_out: Seen) -> Difference:
    """Newcombe's interval (1998, method 10), from the score intervals of both. Raises where an arm has nobody."""
    points = treated.share - held_out.share
    (low_t, high_t), (low_h, high_h) = wilson(treated), wilson(held_out)
    low = points - sqrt((treated.share - low_t) ** 2 + (high_h - held_out.share) ** 2)
    high = points + sqrt((high_t - treated.share) ** 2 + (held_out.share - low_h) ** 2)
    return Difference(points, low, high, always_valid(points, _variance(treated, held_out), SPREAD))


def _variance(treated: Seen, held_out: Seen) -> float:
    """Of the difference; a pseudo-answer each way keeps it above 0 where all of an arm are alike."""
    found = 0.0
    for seen in (treated, held_out):
        n = seen.judged + 2
        share = (seen.met + 1) / n
        found += share * (1 - share) / n
    return found


def always_valid(points: float, variance: float, spread: float) -> float:
    """The p of one look of many. `variance` is that of the difference (2 sigma^2 / n); `spread` the tau of 3.2."""
    wide = variance + spread * spread
    told = log(variance / wide) / 2 + (points * spread) ** 2 / (2 * variance * wide)
    return exp(-told) if told > 0 else 1.0


def needed(base: float, changed: float) -> int:
    """So many in each arm, to see such a difference four times of five; .85 to .90 takes 683."""
    spread = base * (1 - base) + changed * (1 - changed)
    return round((_Z + _OF_POWER) ** 2 * spread / (changed - base) ** 2)


def detectable(base: float, treated: int, held_out: int) -> float:
    """The smallest difference that so many can show; 200 beside 1,800 at .85 show 7.5 points."""
    return (_Z + _OF_POWER) * sqrt(base * (1 - base) * (1 / treated + 1 / held_out))


def imbalance(treated: int, held_out: int, share: float) -> float:
    """How likely such arms are where `share` is held out (chi-square): below .001 the draw is broken [31]."""
    expected = (treated + held_out) * share
    others = (treated + held_out) - expected
    chi_square = (held_out - expected) ** 2 / expected + (treated - others) ** 2 / others
    return erfc(sqrt(chi_square / 2))
