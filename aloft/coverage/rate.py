"""How often something happens, from how often it did. Pure."""

from __future__ import annotations

CERTAINTY = 0.90


def weekly(seen: int, days: float) -> tuple[float, float, float]:
    """Times a week: the low end, the mean and the high end of 90 % of the rates under which so many are usual.

    Garwood's exact interval of a Poisson mean. Raises ValueError for no days at all.
    """
    from scipy.special import gammaincinv

    if days <= 0:
        raise ValueError("nothing can be seen in no time")
    tail, weeks = (1 - CERTAINTY) / 2, days / 7
    low = float(gammaincinv(seen, tail)) if seen else 0.0
    high = float(gammaincinv(seen + 1, 1 - tail))
    return low / weeks, seen / weeks, high / weeks
