"""Bands that do not flap: a change takes several readings in a row, and upwards a little more (F18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aloft.engagement.scorecards import Bands, Profile

Floats = npt.NDArray[np.float64]
Band = npt.NDArray[np.int8]

NONE, RED, YELLOW, GREEN = 0, 1, 2, 3
NAMES = ("grey", "red", "yellow", "green")


@dataclass(frozen=True)
class Settled:
    """One row per account. `held` is the band that stands once anything is known (0: none yet), `recent` the
    scores of the last readings, newest last, NaN before; `shown` is grey where the score is."""

    held: Band
    recent: Floats
    shown: Band


@dataclass(frozen=True)
class Stood:
    """What the reading before left of one account: the profile that scored it, the band that stands, the last scores.

    None of them, before the first reading.
    """

    profile: str = ""
    held: int = NONE
    recent: Sequence[float | None] = ()


def standing(stood: Sequence[Stood], profile: Profile) -> Settled:
    """What the next reading settles bands by, a row each. Who was scored by another profile begins afresh."""
    ours = [one if one.profile == profile.name else Stood() for one in stood]
    held = np.array([one.held for one in ours], dtype=np.int8)
    recent = [_padded(one.recent, profile.bands.settle) for one in ours]
    return Settled(held, np.array(recent, dtype=np.float64).reshape(len(ours), profile.bands.settle), held)


def _padded(recent: Sequence[float | None], size: int) -> list[float]:
    known = [np.nan if one is None else one for one in recent[-size:]]
    return [np.nan] * (size - len(known)) + known


def settle(before: Settled, scores: Floats, bands: Bands) -> Settled:
    """The bands after a reading of `scores` (NaN: grey). Grey shows at once, and ends with the first score."""
    grey = np.isnan(scores)
    recent = np.concatenate([before.recent[:, 1:], scores[:, None]], axis=1)
    recent[grey] = np.nan
    first = _band_of(scores, bands)
    held = np.where(before.held == NONE, first, _moved(before.held, recent, bands))
    held = np.where(grey, before.held, held).astype(np.int8)
    return Settled(held, recent, np.where(grey, NONE, held).astype(np.int8))


def _band_of(scores: Floats, bands: Bands) -> Band:
    return np.select([scores < bands.red, scores >= bands.green], [RED, GREEN], YELLOW).astype(np.int8)


def _moved(held: Band, recent: Floats, bands: Bands) -> Band:
    """NaN among the recent scores moves nothing."""
    below_red, below_green = (recent < bands.red).all(axis=1), (recent < bands.green).all(axis=1)
    over_green = (recent >= bands.green + bands.climb).all(axis=1)
    over_red = (recent >= bands.red + bands.climb).all(axis=1)
    return np.select(
        [below_red, (held < GREEN) & over_green, (held == RED) & over_red, (held == GREEN) & below_green],
        [RED, GREEN, YELLOW, YELLOW],
        held,
    ).astype(np.int8)
