"""Occurrences of accounts that become one, and that come apart again: the earliest of the same stays (T21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aloft.act.log import verdict_of
from aloft.act.models import Due, Occurrence, OccurrenceState
from aloft.act.states import check
from aloft.decide.values import Reason, VerdictName
from aloft.engine.events import BY_ITS_EVENT
from aloft.engine.models import Joined
from aloft.facts.changes import ChangeRow
from aloft.facts.merges import MERGED, UNMERGED
from aloft.learn import assignments
from aloft.measures.listing import list_records
from aloft.records.models import Account

UNDONE = (OccurrenceState.PLANNED, OccurrenceState.OPEN, OccurrenceState.STARTED)


def follow(changes: Sequence[ChangeRow], at: datetime) -> bool:
    """Join what is open, or part it again, as the changes say; whether any does."""
    told = [change for change in changes if change.kind in (MERGED, UNMERGED)]
    for change in told:
        account = Account.objects.get(external_id=change.account)
        if change.kind == MERGED:
            _join(account, Account.objects.get(external_id=change.data["into"]), at)
        else:
            _part(account, at)
        list_records([account.pk])
    return bool(told)


def same_at(occurrence: Occurrence, into: Account) -> Occurrence | None:
    """The undone occurrence of the other account that is about the same thing, if there is one.

    What is told apart by a property of its event are several things: tickets, but not reviews of one customer.
    """
    others = Occurrence.objects.filter(account=into, moment=occurrence.moment, state__in=UNDONE)
    others = others.filter(contact=occurrence.contact_id)
    if occurrence.trigger == "event" and not occurrence.anchor.startswith(BY_ITS_EVENT):
        others = others.filter(anchor=occurrence.anchor)
    return others.order_by("due_at", "id").first()


def _join(account: Account, into: Account, at: datetime) -> None:
    told: dict[str, list[Any]] = {"absorbed": [], "moved": [], "handed": []}
    undone = Occurrence.objects.filter(account=account).exclude(state=OccurrenceState.CLOSED)
    for occurrence in undone.select_related("account").order_by("due_at", "id"):
        same = same_at(occurrence, into) if occurrence.state in UNDONE else None
        if same is not None:
            told["moved"] += _be_earliest(same, occurrence, at)
            told["absorbed"].append(_absorb(occurrence, same, at))
        elif not _taken(occurrence, into):
            _hand(occurrence, into)
            told["handed"].append(occurrence.pk)
    Due.objects.filter(account=account).delete()
    assignments.join(account, into, at)
    Joined.objects.update_or_create(account=account, defaults={"into": into, "told": told})


def _be_earliest(same: Occurrence, occurrence: Occurrence, at: datetime) -> list[dict[str, Any]]:
    """The one that stays takes the clocks of the other, where that was due earlier."""
    if same.due_at <= occurrence.due_at:
        return []
    check(same, "move")
    instants = {"due_at": same.due_at, "outcome_until": same.outcome_until, "to": occurrence.due_at}
    told = {"id": same.pk, **{name: instant.isoformat() for name, instant in instants.items()}}
    _move(same, occurrence.due_at, occurrence.outcome_until)
    _say("moved", same, f"{occurrence.account} has the same, and was due earlier", at)
    return [told]


def _absorb(occurrence: Occurrence, same: Occurrence, at: datetime) -> dict[str, Any]:
    """What it was before."""
    clocks = occurrence.dues.values("at", "kind", "moment", "anchor", "n", "details")
    told = {
        "id": occurrence.pk,
        "state": occurrence.state,
        "dues": [{**clock, "at": clock["at"].isoformat()} for clock in clocks],
    }
    occurrence.state = check(occurrence, "join")
    occurrence.closed_as, occurrence.closed_at = "absorbed", at
    occurrence.save(update_fields=["state", "closed_as", "closed_at"])
    found = f"{same.account} has the same, and is the same customer"
    _say("absorbed", occurrence, found, at, into=same.account.name)
    return told


def _taken(occurrence: Occurrence, into: Account) -> bool:
    key = {"moment": occurrence.moment, "anchor": occurrence.anchor, "n": occurrence.n}
    return Occurrence.objects.filter(account=into, contact=occurrence.contact_id, **key).exists()


def _hand(occurrence: Occurrence, into: Account) -> None:
    occurrence.dues.update(account=into)
    occurrence.verdicts.update(account=into)
    occurrence.account = into
    occurrence.save(update_fields=["account"])


def _move(occurrence: Occurrence, due: datetime, until: datetime) -> None:
    shift = due - occurrence.due_at
    occurrence.due_at, occurrence.outcome_until = due, until
    occurrence.save(update_fields=["due_at", "outcome_until"])
    for clock in occurrence.dues.all():
        clock.at += shift
        clock.save(update_fields=["at"])


def _part(account: Account, at: datetime) -> None:
    """What was joined stands as it stood; what has been done meanwhile stays done."""
    joined = Joined.objects.filter(account=account).first()
    if joined is None:
        return
    for occurrence in Occurrence.objects.filter(pk__in=joined.told["handed"], account=joined.into):
        _hand(occurrence, account)
    for told in joined.told["moved"]:
        _move_back(told, at)
    for told in joined.told["absorbed"]:
        _open_again(told, at)
    joined.delete()


def _move_back(told: Mapping[str, Any], at: datetime) -> None:
    """Unless something else has moved it, or it is done."""
    occurrence = Occurrence.objects.filter(pk=told["id"], state__in=UNDONE).select_related("account").first()
    if occurrence is not None and occurrence.due_at == _instant(told["to"]):
        _move(occurrence, _instant(told["due_at"]), _instant(told["outcome_until"]))
        _say("moved", occurrence, "the accounts are two again", at)


def _open_again(told: Mapping[str, Any], at: datetime) -> None:
    occurrence = (
        Occurrence.objects.filter(pk=told["id"], closed_as="absorbed").select_related("account").first()
    )
    if occurrence is None:
        return
    occurrence.state, occurrence.closed_as, occurrence.closed_at = told["state"], "", None
    occurrence.save(update_fields=["state", "closed_as", "closed_at"])
    Due.objects.bulk_create(
        Due(**{**clock, "at": _instant(clock["at"])}, account=occurrence.account, occurrence=occurrence)
        for clock in told["dues"]
    )
    _say("opened", occurrence, "the accounts are two again", at)


def _instant(told: str) -> datetime:
    return datetime.fromisoformat(told)


def _say(verdict: VerdictName, occurrence: Occurrence, found: str, at: datetime, **details: str) -> None:
    verdict_of(
        verdict,
        at=at,
        account=occurrence.account_id,
        moment=occurrence.moment,
        anchor=occurrence.anchor,
        n=occurrence.n,
        version=occurrence.model_version_id,
        reasons=[Reason("merge", True, "accounts that are one customer", found)],
        occurrence=occurrence.pk,
        details={"due": occurrence.due_at.isoformat(), **details},
    ).save()
