"""Bands that do not flap: a change takes several readings in a row, and upwards a little more (F18)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aloft.engagement.model import Bands

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


def unsettled(accounts: int, bands: Bands) -> Settled:
    none = np.zeros(accounts, dtype=np.int8)
    return Settled(none, np.full((accounts, bands.settle), np.nan), none)


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
