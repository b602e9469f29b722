"""Messages of a turn: whom each step reaches, whether they may be reached now, and the outbox. All of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from aloft.act import log
from aloft.act.models import (
    Delivery,
    DeliveryState,
    Due,
    DueKind,
    Message,
    MessageState,
    Occurrence,
    OccurrenceState,
    StepKind,
    Text,
    Verdict,
)
from aloft.act.outbox.keys import key_of
from aloft.act.sending import Intent, Passage, weigh
from aloft.act.standings import objections
from aloft.decide.values import Reason, VerdictName
from aloft.engagement import playbook
from aloft.engine import experiments, letters
from aloft.engine.audience import Reached, Reaching
from aloft.engine.directory import Known
from aloft.engine.letters import Letter
from aloft.engine.turn import Turn
from aloft.engine.versions import Running
from aloft.records.models import Contact

_STATES = {
    "held": MessageState.HELD,
    "suppressed": MessageState.SUPPRESSED,
    "withdrawn": MessageState.WITHDRAWN,
}


@dataclass(frozen=True)
class Order:
    """A step that sends something, as its occurrence comes to it at `at`."""

    occurrence: Occurrence
    running: Running
    known: Known
    path: str
    step: playbook.Message | playbook.Survey
    at: datetime

    @property
    def letter(self) -> Letter:
        return Letter(self.running.program.model.moments[self.occurrence.called], self.step)

    @property
    def readers(self) -> playbook.Who:
        return self.letter.readers


def plan(turn: Turn, orders: Sequence[Order], told: frozenset[tuple[int, str, str]] = frozenset()) -> None:
    """Address each message, ask the contact policy, and put into the outbox what may leave.

    `told`: (occurrence, path, reason) of what was blocked before and said so.
    """
    if not orders:
        return
    reaching = Reaching(turn, orders)
    texts = frozenset(Text.objects.filter(approved_at__isnull=False).values_list("name", flat=True))
    blocked: list[tuple[Order, Message]] = []
    ready: list[tuple[Order, Message]] = []
    for order in orders:
        for message in _addressed(order, reaching.of(order), texts):
            (blocked if message.state == MessageState.BLOCKED else ready).append((order, message))
    passages = weigh(_intents(turn, ready))
    for (order, message), passage in zip(ready, passages, strict=True):
        _let_pass(turn, message, passage, order.at)
    Message.objects.bulk_create([message for _, message in (*ready, *blocked)], batch_size=500)
    _put_out(turn, [message for _, message in ready])
    silent = [
        (order, message)
        for order, message in blocked
        if (order.occurrence.pk, order.path, message.reason) in told
    ]
    said = [
        *(
            _verdict(order, message, _blocking(message))
            for order, message in blocked
            if (order, message) not in silent
        ),
        *(
            _verdict(order, message, passage.reason)
            for (order, message), passage in zip(ready, passages, strict=True)
        ),
    ]
    Verdict.objects.bulk_create(said, batch_size=500)


def ask_again(turn: Turn, messages: Sequence[Message]) -> None:
    """What was held is asked about once more."""
    rows = [
        (order, message)
        for message in messages
        if message.contact and (order := _order_of(turn, message)) is not None
    ]
    passages = weigh(_intents(turn, rows))
    said = []
    for (order, message), passage in zip(rows, passages, strict=True):
        was_until = message.until
        _let_pass(turn, message, passage, turn.at)
        if passage.way != "held" or passage.until != was_until:
            said.append(_verdict(order, message, passage.reason, turn.at))
    fields = ["state", "reason", "until", "released_at"]
    Message.objects.bulk_update([message for _, message in rows], fields, batch_size=200)
    _put_out(turn, [message for _, message in rows])
    Verdict.objects.bulk_create(said, batch_size=500)


def unblock(turn: Turn, blocked: Sequence[Message]) -> None:
    """Somebody may be reached now, or there may be a text."""
    told = frozenset((one.occurrence_id, one.path, one.reason) for one in blocked)
    orders = [order for message in blocked if (order := _order_of(turn, message)) is not None]
    Message.objects.filter(pk__in=[message.pk for message in blocked]).delete()
    plan(turn, orders, told)


def withdraw(turn: Turn) -> None:
    """What waits for an occurrence that has ended, or whose condition holds no more, does not leave."""
    waiting = Message.objects.filter(state__in=(MessageState.HELD, MessageState.BLOCKED))
    closed = waiting.filter(occurrence__state=OccurrenceState.CLOSED)
    cleared = waiting.filter(occurrence__cleared_at__isnull=False)
    over = list((closed | cleared).select_related("occurrence", "contact"))
    reason = Reason("occurrence", False, "a message leaves while what it is for is open", "it has ended")
    _withdraw(turn, over, reason, "what it was for has ended before it left")


def heed(turn: Turn) -> None:
    """What waits for somebody who has withdrawn consent to it is withdrawn at once; T25."""
    rows = [turn.directory[account].row for account in turn.edited if account in turn.directory]
    held = Q(state=MessageState.HELD)
    waits = Q(state=MessageState.QUEUED, delivery__state=DeliveryState.WAITING)
    found = Message.objects.filter(held | waits, contact__account__in=rows).select_related(
        "occurrence", "contact"
    )
    waiting = list(found.order_by("pk")) if rows else []
    objected = objections({one.contact_id for one in waiting if one.contact_id}, turn.at)
    over = [one for one in waiting if (one.contact_id, one.purpose) in objected]
    for contact in {one.contact for one in over}:
        theirs = [one for one in over if one.contact == contact]
        told = f"{contact} has withdrawn consent to it"
        _withdraw(turn, theirs, Reason("consent", False, "an objection is absolute", told), told)


def _withdraw(turn: Turn, over: Sequence[Message], reason: Reason, told: str) -> None:
    if not over:
        return
    for message in over:
        message.state, message.until, message.reason = MessageState.WITHDRAWN, None, told[:500]
    Message.objects.bulk_update(over, ["state", "until", "reason"], batch_size=200)
    keys = [message.pk for message in over]
    Delivery.objects.filter(message__in=keys, state=DeliveryState.WAITING).update(
        state=DeliveryState.WITHDRAWN, ended_at=turn.at, answer=told[:500]
    )
    Due.objects.filter(kind=DueKind.SEND, n__in=keys).delete()
    orders = [(_order_of(turn, message), message) for message in over]
    said = [_verdict(order, message, reason, turn.at) for order, message in orders if order is not None]
    Verdict.objects.bulk_create(said, batch_size=500)


def _order_of(turn: Turn, message: Message) -> Order | None:
    """The step behind a message; None where its account is no longer known."""
    occurrence = message.occurrence
    known = turn.directory.of_row(message.account_id)
    if known is None:
        return None
    running = turn.versions.get(occurrence.model_version_id)
    steps = steps_of(running, occurrence)
    step = dict(playbook.placed(steps))[message.path]
    assert isinstance(step, playbook.Message | playbook.Survey)
    return Order(occurrence, running, known, message.path, step, turn.at)


def steps_of(running: Running, occurrence: Occurrence) -> tuple[playbook.Step, ...]:
    model = running.program.model
    role = model.roles.get(occurrence.role)
    automated = occurrence.owner_id is None and role is not None and role.automated
    return letters.steps_of(model.moments[occurrence.called], automated=automated)


def _addressed(order: Order, reached: Reached, texts: frozenset[str]) -> Iterable[Message]:
    lacking = order.letter.lacking(reached, texts)
    if lacking:
        yield _message(order, None, lacking)
    else:
        yield from (_message(order, contact) for contact in reached.contacts)


def _message(order: Order, contact: Contact | None, lacking: str = "") -> Message:
    letter = order.letter
    return Message(
        key=key_of(
            order.occurrence, order.known.external, order.path, contact.external_id if contact else None
        ),
        occurrence=order.occurrence,
        account_id=order.occurrence.account_id,
        contact=contact,
        path=order.path,
        kind=StepKind.SURVEY if isinstance(order.step, playbook.Survey) else StepKind.MESSAGE,
        template=letter.template,
        channel=letter.channel,
        purpose=letter.purpose,
        priority=letter.moment.priority or "",
        state=MessageState.BLOCKED if lacking else MessageState.QUEUED,
        reason=lacking,
        planned_at=order.at,
        ends_at=order.occurrence.outcome_until,
    )


def _intents(turn: Turn, rows: Sequence[tuple[Order, Message]]) -> list[Intent]:
    withheld = experiments.withheld(turn, {(order.known, message.template) for order, message in rows})
    return [
        _intent(order, message, withheld.get((order.known.row, message.template))) for order, message in rows
    ]


def _intent(order: Order, message: Message, withheld: Reason | None) -> Intent:
    assert message.contact is not None
    model = order.running.program.model
    return Intent(message, message.contact, order.occurrence, model, order.at, withheld=withheld)


def _let_pass(turn: Turn, message: Message, passage: Passage, at: datetime) -> None:
    message.reason = passage.reason.found[:500] if passage.reason else ""
    message.until = passage.until if passage.way == "held" else None
    if passage.way == "sent":
        message.state = MessageState.QUEUED if turn.leaves else MessageState.KEPT
        message.released_at = at
    else:
        message.state = _STATES[passage.way]


def _put_out(turn: Turn, messages: Sequence[Message]) -> None:
    """A row of the outbox for each that leaves, and an instant at which to ask again for each that is held."""
    Delivery.objects.bulk_create(
        [_delivery(turn, one) for one in messages if one.state == MessageState.QUEUED], batch_size=500
    )
    held = [one for one in messages if one.state == MessageState.HELD and one.until is not None]
    Due.objects.filter(kind=DueKind.SEND, n__in=[one.pk for one in held]).delete()
    Due.objects.bulk_create([_look_again(one) for one in held], batch_size=500)


def _delivery(turn: Turn, message: Message) -> Delivery:
    assert message.contact is not None
    return Delivery(
        key=message.key,
        channel=message.channel,
        message=message,
        to=message.contact.email,
        state=DeliveryState.WAITING,
        next_at=turn.at,
        created_at=turn.at,
    )


def _look_again(message: Message) -> Due:
    one = message.occurrence
    assert message.until is not None
    return Due(
        at=message.until, kind=DueKind.SEND, n=message.pk, occurrence=one, account_id=one.account_id,
        moment=one.moment, anchor=one.anchor,
    )  # fmt: skip


_SAYS: dict[str, VerdictName] = {
    MessageState.QUEUED: "sent",
    MessageState.KEPT: "sent",
    MessageState.HELD: "held",
    MessageState.SUPPRESSED: "suppressed",
    MessageState.WITHDRAWN: "withdrawn",
    MessageState.BLOCKED: "blocked",
}


def _verdict(order: Order, message: Message, reason: Reason | None, at: datetime | None = None) -> Verdict:
    one = order.occurrence
    details = {"template": message.template, "channel": message.channel, "step": message.path}
    if message.contact is not None:
        details |= {"to": message.contact.external_id, "contact": message.contact.external_id}
        details["reader"] = str(message.contact)
    if message.until is not None:
        details["until"] = message.until.isoformat()
    return log.verdict_of(
        _SAYS[message.state],
        at=at or order.at,
        account=one.account_id,
        moment=one.moment,
        anchor=one.anchor,
        n=one.n,
        version=order.running.version.pk,
        reasons=[reason] if reason else [],
        occurrence=one.pk,
        details=details,
    )


def _blocking(message: Message) -> Reason:
    return Reason("message", False, f"{message.template} by {message.channel}", message.reason)
