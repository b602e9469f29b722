"""Which profile scores an account: the first that takes it (decision 55)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from aloft.engagement.scorecards import Health, Profile
from aloft.measures.compile import Scope, sql
from aloft.measures.daily import NO_PROFILE

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

UNFIT = Profile(NO_PROFILE, {})
"""Of whom no profile takes: nothing is asked of them, so nothing is known, and they are grey."""


def taken(health: Health, scope: Scope) -> list[str]:
    """SQL over a frame for each profile: 1 where it takes the account, 0 where not, NULL where that is unknown."""
    return [
        f"(({sql(one.when.expression, scope)})::boolean)::double" if one.when else "1::double"
        for one in health.every
    ]


def choose(takes: Floats, health: Health, stood: Sequence[str]) -> Integers:
    """The place of the profile of each account, one behind the last where none takes it.

    `takes` has a row for each account and a column for each profile, NaN where unknown; `stood` are the names of
    the profiles that scored it before. What has become unknown of one's own profile does not end it.
    """
    names = np.array([one.name for one in health.every], dtype=object)
    own = np.asarray(stood, dtype=object)[:, None] == names[None, :]
    theirs = (takes == 1) | (np.isnan(takes) & own)
    return np.where(theirs.any(axis=1), theirs.argmax(axis=1), len(names))
