"""What people do with an occurrence. Each verb is one transaction: the row, its verdict, the audit entry, the change.

What is done with one account's part of a group session is done for all whom the session serves, but for `skip`,
which leaves that account out, and for what is recorded of a contact.

All take the person who acts and the instant (UTC); all raise `act.states.IllegalMove` for a move that the
table of legal moves forbids, with a message for people; the audit log keeps that it was tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from aloft.act import sessions
from aloft.act.models import (
    Occurrence,
    OccurrenceState,
    OutcomeState,
    Step,
    StepKind,
    StepState,
    Verdict,
)
from aloft.act.selectors import handed_over_by
from aloft.act.states import LEGAL, IllegalMove, Move, check
from aloft.records import audit
from aloft.records.changes import Act, OccurrenceActed, log_change
from aloft.records.models import Account, Contact, Person, RecordedFact
from aloft.records.policies import who_may_see
from aloft.records.services import record_fact, withdraw_fact

P = ParamSpec("P")
T = TypeVar("T")


def _keeping_refusals(act: Callable[P, T]) -> Callable[P, T]:
    """A move that the table forbids changes nothing, and leaves an audit entry behind."""

    @wraps(act)
    def kept(*args: P.args, **said: P.kwargs) -> T:
        try:
            return act(*args, **said)
        except IllegalMove as refused:
            _note_refusal(act.__name__, said, str(refused))
            raise

    return kept


def _note_refusal(act: str, said: Mapping[str, Any], why: str) -> None:
    occurrence = said["occurrence"]
    state = Occurrence.objects.filter(pk=occurrence.pk).values_list("state", flat=True).first()
    audit.record(
        actor=said["actor"].handle,
        action="occurrence.refused",
        subject=f"occurrence:{occurrence.pk}",
        payload={"act": act, "state": state or "", "why": why},
        at=said["at"],
    )


def _served_with(occurrence: Occurrence, move: Move) -> list[Occurrence]:
    """The others of its group session for which the same is legal."""
    return list(sessions.others(occurrence).filter(state__in=LEGAL[move].sources))


def _for_the_session(move: Move) -> Callable[[Callable[P, Occurrence]], Callable[P, Occurrence]]:
    """What is done with an occurrence of a group session is done with the others of it too."""

    def widened(act: Callable[P, Occurrence]) -> Callable[P, Occurrence]:
        @wraps(act)
        def done(*args: P.args, **said: P.kwargs) -> Occurrence:
            row = act(*args, **said)
            for other in _served_with(row, move):
                act(*args, **{**said, "occurrence": other})  # type: ignore[arg-type]
            return row

        return done

    return widened


_ACTS: Mapping[Move, Act] = {
    "start": "start",
    "finish": "done",
    "skip": "skip",
    "reopen": "reopen",
    "snooze": "snooze",
    "hand_over": "hand_over",
}


@_keeping_refusals
@transaction.atomic
@_for_the_session("start")
def start(*, occurrence: Occurrence, actor: Person, at: datetime) -> Occurrence:
    row = _moved(occurrence, "start")
    row.started_at = at
    return _acted(row, "start", "started", actor, at)


@_keeping_refusals
@transaction.atomic
@_for_the_session("finish")
def finish(*, occurrence: Occurrence, actor: Person, at: datetime, note: str = "") -> Occurrence:
    """The owner's word that the work is finished; only facts make the outcome met."""
    row = _moved(occurrence, "finish")
    row.done_at = at
    row.snoozed_until = None
    if row.outcome != OutcomeState.WATCHED:
        _close(row, "done", at)
    return _acted(row, "finish", "done", actor, at, note)


@transaction.atomic
def finish_with(
    *,
    occurrence: Occurrence,
    actor: Person,
    at: datetime,
    note: str = "",
    fact: str = "",
    contact: Contact | None = None,
    value: str = "",
) -> RecordedFact | None:
    """`finish`, and what came of it: the fact is what the outcome may be met by.

    Of nobody in particular it is noted of all whom a group session serves; the one of `occurrence` is given.
    """
    noted = None
    if fact:
        noted = record(occurrence=occurrence, actor=actor, at=at, fact=fact, contact=contact, value=value)
        for other in _served_with(occurrence, "finish") if contact is None else ():
            record(occurrence=other, actor=actor, at=at, fact=fact, value=value)
    finish(occurrence=occurrence, actor=actor, at=at, note=note)
    return noted


@_keeping_refusals
@transaction.atomic
@_for_the_session("snooze")
def snooze(
    *, occurrence: Occurrence, actor: Person, at: datetime, until: datetime, reason: str
) -> Occurrence:
    """Off the list until an instant; what is due and what escalates stays where it is."""
    if until <= at:
        raise IllegalMove("Choose an instant in the future to snooze until")
    if not reason.strip():
        raise IllegalMove("Say why it can wait: the reason is kept with the snooze")
    row = _moved(occurrence, "snooze")
    row.snoozed_until = until
    return _acted(row, "snooze", "deferred", actor, at, reason, until=until.isoformat())


@_keeping_refusals
@transaction.atomic
def skip(*, occurrence: Occurrence, actor: Person, at: datetime, reason: str) -> Occurrence:
    row = _moved(occurrence, "skip")
    if not reason.strip():
        raise IllegalMove("Say why it is skipped: the reason is kept, and learned from")
    _close(row, "skipped", at)
    return _acted(row, "skip", "skipped", actor, at, reason)


@_keeping_refusals
@transaction.atomic
@_for_the_session("hand_over")
def hand_over(*, occurrence: Occurrence, actor: Person, at: datetime, to: Person, reason: str) -> Occurrence:
    """To somebody who may see the account; its clocks run on. It no longer follows books and leave."""
    if not reason.strip():
        raise IllegalMove("Say why you hand it over: the reason goes with it")
    row = _moved(occurrence, "hand_over")
    if row.owner_id == to.pk:
        raise IllegalMove(f"“{row.title}” is with {to} already")
    if not who_may_see(row.account).filter(pk=to.pk).exists():
        raise IllegalMove(
            f"{to} may not see {row.account}: hand it to somebody who holds it or covers for who does"
        )
    before = {
        "before": row.owner.handle if row.owner else "",
        "before_because": row.owned_because,
        "before_handed_over": "yes" if row.handed_over else "",
    }
    _tasks_follow(row, to)
    row.owner, row.handed_over = to, True
    row.owned_because = f"handed over by {actor}: {reason}"[:300]
    return _acted(row, "hand_over", "reassigned", actor, at, reason, to=to.name, owner=to.name, **before)


@transaction.atomic
def hand_back(*, occurrence: Occurrence, actor: Person, at: datetime) -> Occurrence:
    """Undo one's own `hand_over`, as long as nobody has handed it further or begun."""
    others = [one for one in _served_with(occurrence, "hand_over") if handed_over_by(actor, one)]
    row = _hand_back(occurrence, actor, at)
    for other in others:
        _hand_back(other, actor, at)
    return row


def _hand_back(occurrence: Occurrence, actor: Person, at: datetime) -> Occurrence:
    row = _moved(occurrence, "hand_over")
    last = handed_over_by(actor, row)
    if last is None or (row.started_at and row.started_at > last.at):
        raise IllegalMove(
            f"“{row.title}” cannot be taken back: it was begun or handed on, or was not yours to give"
        )
    before = last.details
    owner = Person.objects.filter(handle=before["before"]).first()
    _tasks_follow(row, owner)
    row.owner = owner
    row.owned_because, row.handed_over = before["before_because"], bool(before["before_handed_over"])
    name = row.owner.name if row.owner else "nobody"
    return _acted(row, "hand_over", "reassigned", actor, at, "taken back", to=name, owner=name)


def _tasks_follow(row: Occurrence, to: Person | None) -> None:
    """What waits for whoever had the occurrence waits for whoever has it now; tasks of others stay with them."""
    row.steps.filter(kind=StepKind.TASK, state=StepState.WAITING, owner=row.owner_id).update(owner=to)


@_keeping_refusals
@transaction.atomic
def reopen(*, occurrence: Occurrence, actor: Person, at: datetime) -> Occurrence:
    """Undo a person's move. What facts closed stays closed; what is snoozed wakes as it was."""
    standing = Occurrence.objects.get(pk=occurrence.pk)
    others = [one for one in sessions.others(standing) if _moved_with(one, standing)]
    row = _reopen(occurrence, actor, at)
    for other in others:
        _reopen(other, actor, at)
    return row


def _moved_with(one: Occurrence, other: Occurrence) -> bool:
    """Whether a person has moved both by one act."""
    acts = ("started_at", "done_at", "snoozed_until")
    closed_as = {one.closed_as, other.closed_as} <= {"", "done"}
    return closed_as and all(getattr(one, name) == getattr(other, name) for name in acts)


def _reopen(occurrence: Occurrence, actor: Person, at: datetime) -> Occurrence:
    if _sleeps(occurrence):
        row = _moved(occurrence, "wake")
        row.snoozed_until = None
        return _acted(row, "reopen", "opened", actor, at, "woken")
    row = _moved(occurrence, "reopen")
    row.started_at = row.done_at = row.closed_at = row.snoozed_until = None
    row.closed_as = ""
    return _acted(row, "reopen", "opened", actor, at, "reopened")


@_keeping_refusals
@transaction.atomic
def record(
    *,
    occurrence: Occurrence,
    actor: Person,
    at: datetime,
    fact: str,
    contact: Contact | None = None,
    value: str = "",
    occurred_at: datetime | None = None,
) -> RecordedFact:
    """Note a fact on the occurrence: `contacted`, `attended`, ..., or one of the model's `records`.

    `occurred_at`: when it happened, if that is not `at`.
    """
    check(occurrence, "record")
    return record_fact(
        account=occurrence.account,
        moment=occurrence.called,
        anchor=occurrence.anchor,
        n=occurrence.n,
        fact=fact,
        contact=contact,
        value=value,
        noted_by=actor,
        occurred_at=occurred_at or at,
        actor=actor.handle,
        at=at,
    )


def log_touch(
    *,
    account: Account,
    actor: Person,
    at: datetime,
    fact: str,
    channel: str,
    occurred_at: datetime,
    contact: Contact | None = None,
    remark: str = "",
) -> RecordedFact:
    """A contact that happened besides any moment. `channel` is the `value` that rules and metrics can read."""
    return record_fact(
        account=account,
        fact=fact,
        value=channel,
        remark=remark,
        contact=contact,
        noted_by=actor,
        occurred_at=occurred_at,
        actor=actor.handle,
        at=at,
    )


def withdraw(*, fact: RecordedFact, actor: Person, at: datetime) -> RecordedFact:
    """Undo `record`: the fact is kept as withdrawn, and nothing reads it any more."""
    return withdraw_fact(fact=fact, actor=actor.handle, at=at)


@transaction.atomic
def end_task(*, step: Step, actor: Person, at: datetime, skipped: str = "", note: str = "") -> Step:
    """A task among an occurrence's steps is done or, with the reason in `skipped`, let pass; the next step follows."""
    row = Step.objects.select_for_update().select_related("occurrence__account").get(pk=step.pk)
    if row.kind != StepKind.TASK or row.state != StepState.WAITING:
        raise IllegalMove(f"“{row.title}” is {row.get_state_display()}: it waits for nobody")
    row.state, row.ended_at = StepState.SKIPPED if skipped else StepState.DONE, at
    row.note = (skipped or note)[:300]
    row.save(update_fields=["state", "ended_at", "note"])
    one = row.occurrence
    log_change(
        OccurrenceActed(
            account=one.account.external_id, moment=one.moment, anchor=one.anchor, n=one.n, act="task"
        ),
        at=at,
    )
    said = {"task": row.title, "path": row.path, "state": str(row.state), "note": row.note}
    audit.record(actor=actor.handle, action="task.ended", subject=f"occurrence:{one.pk}", payload=said, at=at)
    return row


@transaction.atomic
def open_by_hand(*, account: Account, moment: str, actor: Person, at: datetime) -> None:
    """Ask for a `manual` moment; the engine opens it, with an owner and the clocks of the model."""
    log_change(
        OccurrenceActed(
            account=account.external_id, moment=moment, anchor=f"by:{actor.handle}", n=1, act="open"
        ),
        at=at,
    )
    audit.record(
        actor=actor.handle,
        action="occurrence.open",
        subject=f"account:{account.pk}",
        payload={"moment": moment},
        at=at,
    )


def _sleeps(occurrence: Occurrence) -> bool:
    snoozed = Occurrence.objects.filter(pk=occurrence.pk, snoozed_until__isnull=False)
    return snoozed.filter(state__in=LEGAL["wake"].sources).exists()


def _moved(occurrence: Occurrence, move: Move) -> Occurrence:
    row = Occurrence.objects.select_for_update().select_related("account").get(pk=occurrence.pk)
    row.state = check(row, move)
    return row


def _close(row: Occurrence, verdict: str, at: datetime) -> None:
    row.state = OccurrenceState.CLOSED
    row.closed_as, row.closed_at = verdict, at


def _acted(
    row: Occurrence, move: Move, verdict: str, actor: Person, at: datetime, note: str = "", **details: str
) -> Occurrence:
    row.save()
    said = {"by": actor.handle, **({"note": note} if note else {}), **details}
    Verdict.objects.create(
        at=at,
        account=row.account,
        moment=row.moment,
        anchor=row.anchor,
        n=row.n,
        occurrence=row,
        verdict=verdict,
        model_version_id=row.model_version_id,
        details=said,
    )
    audit.record(
        actor=actor.handle, action=f"occurrence.{move}", subject=f"occurrence:{row.pk}", payload=said, at=at
    )
    acted = OccurrenceActed(
        account=row.account.external_id, moment=row.moment, anchor=row.anchor, n=row.n, act=_ACTS[move]
    )
    log_change(acted, at=at)
    return row
