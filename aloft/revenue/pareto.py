"""Tiers by the value curve: the largest accounts first (domain.md 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from aloft.revenue.retention import share

CUTS = (Decimal("0.10"), Decimal("0.30"))
EXIT = Decimal("0.9")


@dataclass(frozen=True)
class Tier:
    """`floor` is the least MRR in the tier; all that pay it are in, so a tier can hold more than its cut.

    `share` is of all MRR; an account leaves the tier below `exit_floor`. The last tier has no floor.
    """

    tier: int
    accounts: int
    floor: Decimal | None
    exit_floor: Decimal | None
    mrr: Decimal
    share: Decimal | None
    cumulative_accounts: int
    cumulative_share: Decimal | None


def pareto(amounts: Sequence[Decimal], cuts: Sequence[Decimal] = CUTS) -> list[Tier]:
    """The tiers of the accounts with an amount above 0; `cuts` are shares of their number, rising."""
    ranked = sorted((amount for amount in amounts if amount > 0), reverse=True)
    if not ranked:
        return []
    total = sum(ranked)
    floors = [ranked[rank(cut, len(ranked)) - 1] for cut in cuts]
    tiers: list[Tier] = []
    before = 0
    for number, floor in enumerate([*floors, None], 1):
        upto = len(ranked) if floor is None else sum(1 for amount in ranked if amount >= floor)
        mrr = sum(ranked[before:upto], Decimal("0.00"))
        tiers.append(
            Tier(
                tier=number,
                accounts=upto - before,
                floor=floor,
                exit_floor=None if floor is None else (floor * EXIT).quantize(Decimal("0.01")),
                mrr=mrr,
                share=share(mrr, total),
                cumulative_accounts=upto,
                cumulative_share=share(sum(ranked[:upto]), total),
            )
        )
        before = upto
    return tiers


def rank(cut: Decimal, accounts: int) -> int:
    """The place of the last account within the share: ceil(share x N), at least the first."""
    return max(1, int((cut * accounts).to_integral_value(ROUND_CEILING)))
