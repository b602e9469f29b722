"""How much a contact has been asked of lately (domain.md 3.7): every approach weighs, and halves in a week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import ceil, log2

from aloft.decide.policy.channels import MEETINGS
from aloft.decide.policy.values import Past

HALVES = timedelta(days=7)
MOST = 6.0
WEIGHTS: Mapping[str, float] = {"call": 2, "survey": 2, **dict.fromkeys(MEETINGS, 3)}


def pressure(past: Iterable[Past], at: datetime) -> float:
    """The sum of weights, each halved for every 7 days of its age; an approach after `at` weighs nothing yet."""
    return sum(WEIGHTS.get(one.channel, 1) * _left(at - one.at) for one in past if one.at <= at)


def _left(age: timedelta) -> float:
    return float(2 ** -(age / HALVES))


def eased(past: Iterable[Past], at: datetime) -> datetime:
    """The first whole second from `at` on at which it is not above `MOST`, if nothing more comes."""
    now = pressure(past, at)
    if now <= MOST:
        return at
    return at + timedelta(seconds=ceil(log2(now / MOST) * HALVES.total_seconds()))
