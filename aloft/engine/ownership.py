"""Moments that a transaction owns (`owner: {transaction: renewal}`): who has the deal, at an account, in a term."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypedDict

from django.db.models import QuerySet

from aloft.act.models import Verdict
from aloft.decide.ownership import Side, Stood, complexity, falls_to, roles
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
    term = term_of(row.get("_contract"), row["contract_end"])
    stood = _stood(known, model, moment.transaction)
    threshold = _threshold(turn, model.ownership, row)
    chosen = falls_to(found, threshold, stood, term)
    if chosen is None:
        return Deal(moment, (_unknown(model.ownership, moment),))
    stays = term == (stood.term if stood else "") != ""
    owners = roles(model.ownership, chosen)
    owned = replace(moment, owners={"*": owners[0]}, participants=owners[1:])
    reason = _reason(model.ownership, moment, found, threshold, chosen, stays=stays)
    return Deal(owned, (reason,), Told(side=chosen, term=term))


def term_of(contract: str | None, ends: datetime | None) -> str:
    """The contract and its end, as a frame has them: a renewal begins another one."""
    end = aware(ends)
    return f"{contract or ''} until {end.isoformat()}" if end else ""


def taken_up(model: Model, transaction: Transaction) -> QuerySet[Verdict]:
    """What has said with whom deals of this kind are, the last first."""
    named = [name for name, one in model.moments.items() if one.transaction == transaction]
    opened = Verdict.objects.filter(moment__in=named, verdict="opened", details__has_key="side")
    return opened.order_by("-at", "-id")


def _stood(known: Known, model: Model, transaction: Transaction) -> Stood | None:
    last = taken_up(model, transaction).filter(account=known.row).first()
    return Stood(last.details["side"], last.details["term"]) if last else None


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
