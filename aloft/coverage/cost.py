"""F21: what serving customers costs, beside what they bring. Pure; money and hours are of one year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HOURS: Mapping[str, float] = {"high": 75.0, "low": 20.0, "tech": 0.5, "community": 0.1}
"""People's hours per account and year by touch level, where a model gives none (domain.md 1.2)."""


@dataclass(frozen=True)
class Cover:
    """`share` of ARR, `coverage` is ARR x margin / cost. None where there is nothing to divide by, or no margin."""

    cost: float
    share: float | None
    coverage: float | None
    passes: bool | None


def cover(
    *, arr: float, hours: float, rate: float, margin: float | None, spend: float | None, tools: float = 0.0
) -> Cover:
    """F21. `spend` is the share of the margin that may go into serving; it passes up to that share, included."""
    cost = hours * rate + tools
    earned = None if margin is None else arr * margin
    return Cover(
        cost=cost,
        share=cost / arr if arr else None,
        coverage=earned / cost if earned is not None and cost else None,
        passes=None if earned is None or spend is None else cost <= spend * earned + 1e-9,
    )
