"""Chance that depends on what it is for, and on nothing else: the same seed, purpose and numbers give the same.

So one more customer, or one more kind of fact, changes nothing of the others.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random

import numpy as np
import numpy.typing as npt

SEED = 20_260
WHOLE = float(2**53)

Shares = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def chance(*purpose: object) -> Random:
    """For one thing, told by its names."""
    return Random(":".join(map(str, (SEED, *purpose))))  # noqa: S311


def shares(purpose: str, *numbers: Numbers | int) -> Shares:
    """For many things at once: numbers from 0 up to 1, one for each combination (arrays are broadcast)."""
    start = int.from_bytes(blake2b(f"{SEED}:{purpose}".encode(), digest_size=8).digest(), "big")
    mixed: npt.NDArray[np.uint64] = np.array([start], dtype=np.uint64)
    for number in numbers:
        told = np.atleast_1d(np.asarray(number, dtype=np.int64)).view(np.uint64)
        mixed = _mixed(mixed ^ (told * np.uint64(0x9E3779B97F4A7C15)))
    return (mixed >> np.uint64(11)).astype(np.float64) / WHOLE


def _mixed(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit in depends on every bit out."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
