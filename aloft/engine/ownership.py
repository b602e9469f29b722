"""Moments that a transaction owns (`owner: {transaction: renewal}`): who has the deal, at an account, in a term."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypedDict

from aloft.act.models import Verdict
from aloft.decide.ownership import Side, complexity, roles, side
from aloft.decide.values import Input, Reason
from aloft.engagement.economy import Complexity, Ownership, Transaction
from aloft.engagement.model import Model, Moment
from aloft.engine import words
from aloft.engine.directory import Known
from aloft.engine.turn import Row, Turn
from aloft.measures.frame import aware


class Told(TypedDict, total=False):
    side: str
    term: str


@dataclass(frozen=True)
class Deal:
    """`moment` as it is owned at the account. `told` is kept of it: the side and the term stay while the term does."""

    moment: Moment
    reasons: tuple[Reason, ...] = ()
    told: Told = field(default_factory=Told)


def deal(turn: Turn, moment: Moment, row: Row, known: Known) -> Deal:
    """`row` is of the frame that stands. While the threshold is unknown the role that is called csm has it."""
    model = turn.program.model
    if moment.transaction is None or model.ownership is None:
        return Deal(moment)
    found = complexity(model.ownership, moment.transaction, row["segment"], row.get("product"))
    term = _term(row)
    stood, since = _stood(known, model, moment.transaction)
    threshold = _threshold(turn, model.ownership, row)
    if stood is not None and term and since == term:
        chosen = stood
    elif threshold is None:
        return Deal(moment, (_unknown(model.ownership, moment),))
    else:
        chosen = side(found, threshold, stood or "")
    owners = roles(model.ownership, chosen)
    owned = replace(moment, owners={"*": owners[0]}, participants=owners[1:])
    reason = _reason(model.ownership, moment, found, threshold, chosen, stays=since == term != "")
    return Deal(owned, (reason,), Told(side=chosen, term=term))


def _term(row: Row) -> str:
    """The contract and its end: a renewal begins another one."""
    end = aware(row["contract_end"])
    return f"{row.get('_contract') or ''} until {end.isoformat()}" if end else ""


def _stood(known: Known, model: Model, transaction: Transaction) -> tuple[Side | None, str]:
    """On which side deals of this kind were last here, and in which term."""
    named = [name for name, one in model.moments.items() if one.transaction == transaction]
    opened = Verdict.objects.filter(account=known.row, moment__in=named, verdict="opened")
    last = opened.filter(details__has_key="side").order_by("-at", "-id").first()
    return (last.details["side"], last.details["term"]) if last else (None, "")


def _threshold(turn: Turn, ownership: Ownership, row: Row) -> float | None:
    shift = turn.frames.numbers({"shift": turn.program.shift}, row["_key"])["shift"]
    return None if shift is None else ownership.line - shift


def _reason(
    ownership: Ownership,
    moment: Moment,
    found: Complexity,
    threshold: float | None,
    chosen: Side,
    *,
    stays: bool,
) -> Reason:
    line = words.plain(threshold)
    says = f"{moment.transaction}: service {found.service:g}, transaction {found.transaction:g} beside {line}"
    whom = " and ".join(roles(ownership, chosen))
    because = f"{whom} until the term ends" if stays else whom
    read = (Input("threshold", line, None, None, "model"),)
    return Reason("ownership", True, says, because, ownership.shift.line, read)


def _unknown(ownership: Ownership, moment: Moment) -> Reason:
    says = f"{moment.transaction}: {ownership.shift.text}"
    return Reason(
        "ownership", None, says, f"unknown: {ownership.csm} has it until it is known", ownership.shift.line
    )
