"""Who runs renewals, upsells, cross-sells and conversions: by how complex service and transaction are (4.4, T39)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aloft.engagement.economy import Complexity, Ownership, Transaction
from aloft.engagement.model import Model, Moment

Side = Literal["self_service", "csm", "sales", "both"]


@dataclass(frozen=True)
class Stood:
    """With whom deals of a kind were last, and in which term."""

    side: Side
    term: str


MARGIN = 0.05
"""What is no further beyond the line than that leaves a deal with those who have it."""

_SIDES: dict[tuple[bool, bool], Side] = {
    (False, False): "self_service",
    (True, False): "csm",
    (False, True): "sales",
    (True, True): "both",
}
_BEYOND = {side: beyond for beyond, side in _SIDES.items()}


def complexity(
    ownership: Ownership, transaction: Transaction, segment: str | None, product: str | None
) -> Complexity:
    """Of the first case that fits, else the usual one."""
    for case in ownership.cases:
        wanted = ((case.segment, segment), (case.product, product), (case.transaction, transaction))
        if all(named in (None, found) for named, found in wanted):
            return case.complexity
    return ownership.complexity


def side(found: Complexity, threshold: float, stood: str = "") -> Side:
    """Beyond the threshold in service the CSM, in the transaction Sales, in both both; else the customer alone.

    `stood`: who has had it; a change needs a margin.
    """
    had_service, had_transaction = _BEYOND.get(stood, (None, None))  # type: ignore[call-overload]
    return _SIDES[
        _beyond(found.service, threshold, had_service),
        _beyond(found.transaction, threshold, had_transaction),
    ]


def falls_to(found: Complexity, threshold: float | None, stood: Stood | None, term: str) -> Side | None:
    """Who has a deal in a term ("": of no contract). In the term in which it was taken up it stays where it `stood`.

    `threshold` None: it is unknown, and so is who has what nobody had.
    """
    if stood and term and stood.term == term:
        return stood.side
    return None if threshold is None else side(found, threshold, stood.side if stood else "")


def roles(ownership: Ownership, chosen: Side) -> tuple[str, ...]:
    """The first is accountable, the others take part."""
    named = {
        "self_service": (ownership.self_service,),
        "csm": (ownership.csm,),
        "sales": (ownership.sales,),
        "both": (ownership.csm, ownership.sales),
    }
    return tuple(dict.fromkeys(named[chosen]))


def roles_of_deals(model: Model) -> tuple[str, ...]:
    """Every role that a deal may fall to."""
    own = model.ownership
    return (own.self_service, own.csm, own.sales) if own else ()


def may_own(model: Model, moment: Moment) -> tuple[str, ...]:
    """The roles that a moment may fall to."""
    if moment.transaction:
        return tuple(dict.fromkeys(roles_of_deals(model)))
    return tuple(dict.fromkeys(moment.owners.values()))


def _beyond(value: float, threshold: float, stood: bool | None) -> bool:
    margin = 0.0 if stood is None else -MARGIN if stood else MARGIN
    return round(value - threshold - margin, 9) >= 0
