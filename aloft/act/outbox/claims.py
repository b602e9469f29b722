"""The moves of a delivery. Each is one statement that says from which state it goes: of two workers, one moves it.

A worker holds what it has claimed until its lease ends. What was only claimed then waits again; what was being
handed over may have arrived, and is `unknown`: only a person says what becomes of a mail.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q

from aloft.act.models import Delivery, DeliveryState
from aloft.act.outbox.retries import next_try

LEASE = timedelta(minutes=2)
KNOWN_AGAIN = ("webhook",)
"""Channels whose other side tells what it has by its id: a second time does no harm there."""
RESTORED = "restored from a backup: it may have left after that was taken"
NO_ANSWER = "the worker stopped while it was handed over: it may have arrived"

_CLAIM = """
update act_delivery set state = %s, claimed_by = %s, lease_until = %s, attempts = attempts + 1
where state = %s and id = (
  select id from act_delivery where state = %s and channel = %s and next_at <= %s order by next_at, id limit 1)
returning id
"""


def claim(channel: str, *, by: str, at: datetime) -> Delivery | None:
    """The next that is due, now this worker's; None where nothing is."""
    waiting = DeliveryState.WAITING.value
    lease = connection.ops.adapt_datetimefield_value(at + LEASE)
    due = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [DeliveryState.CLAIMED.value, by, lease, waiting, waiting, channel, due])
        found = cursor.fetchone()
    related = (
        "message__contact__account",
        "message__occurrence__model_version",
        "message__occurrence__owner",
        "step",
    )
    return Delivery.objects.select_related(*related).get(pk=found[0]) if found else None


def hand_over(delivery: Delivery, *, by: str, at: datetime) -> bool:
    """Committed before the other side can have taken it; False where it is no longer this worker's."""
    return _move(
        delivery, DeliveryState.CLAIMED, by, state=DeliveryState.HANDING_OVER, lease_until=at + LEASE
    )


def sent(delivery: Delivery, *, by: str, at: datetime, answer: str) -> bool:
    return _move(
        delivery, DeliveryState.HANDING_OVER, by, state=DeliveryState.SENT, ended_at=at, answer=answer[:500]
    )


def unanswered(delivery: Delivery, *, by: str, at: datetime, answer: str) -> bool:
    """Handed over, and no answer was heard. What the other side knows again by its id is tried again; else, and after
    the last attempt, it is unknown."""
    handed, told = DeliveryState.HANDING_OVER, {"answer": answer[:500]}
    again = _again(delivery, at) if delivery.channel in KNOWN_AGAIN else None
    if again is not None:
        return _move(delivery, handed, by, state=DeliveryState.WAITING, next_at=again, **told)
    return _move(delivery, handed, by, state=DeliveryState.UNKNOWN, ended_at=at, **told)


def refused(delivery: Delivery, *, by: str, at: datetime, answer: str, for_good: bool) -> None:
    """Not taken: it is tried again later or, `for_good` or after the last attempt, has failed."""
    again = None if for_good else _again(delivery, at)
    told = {"answer": answer[:500]}
    for state in (DeliveryState.CLAIMED, DeliveryState.HANDING_OVER):
        if again is None:
            _move(delivery, state, by, state=DeliveryState.FAILED, ended_at=at, **told)
        else:
            _move(delivery, state, by, state=DeliveryState.WAITING, next_at=again, **told)


def put_back(delivery: Delivery, *, by: str, at: datetime, answer: str) -> None:
    """It was not the delivery's fault: nobody answers. The attempt does not count."""
    _move(
        delivery, DeliveryState.CLAIMED, by,
        state=DeliveryState.WAITING, next_at=at, attempts=F("attempts") - 1, answer=answer[:500],
    )  # fmt: skip


def withdraw(delivery: Delivery, *, by: str, at: datetime, answer: str) -> None:
    _move(
        delivery, DeliveryState.CLAIMED, by, state=DeliveryState.WITHDRAWN, ended_at=at, answer=answer[:500]
    )


def release(*, at: datetime) -> int:
    """What a worker held that is gone; how many. What the other side knows again by its id waits again in any case."""
    held = (DeliveryState.CLAIMED, DeliveryState.HANDING_OVER)
    late = Delivery.objects.filter(state__in=held, lease_until__lt=at)
    if not late.exists():  # nearly always: to look is cheap, to update nothing takes a transaction
        return 0
    claimed = Q(state=DeliveryState.CLAIMED)
    known_again = Q(state=DeliveryState.HANDING_OVER, channel__in=KNOWN_AGAIN)
    back = late.filter(claimed | known_again).update(
        state=DeliveryState.WAITING, claimed_by="", lease_until=None, next_at=at
    )
    unknown = late.filter(state=DeliveryState.HANDING_OVER).update(
        state=DeliveryState.UNKNOWN, claimed_by="", lease_until=None, ended_at=at, answer=NO_ANSWER
    )
    return back + unknown


def fence(*, at: datetime) -> int:
    """After a restore: what was on its way when the backup was taken may have left since; a person says. How many."""
    ways = (DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.HANDING_OVER)
    return Delivery.objects.filter(state__in=ways).update(
        state=DeliveryState.UNKNOWN, claimed_by="", lease_until=None, ended_at=at, answer=RESTORED
    )


def _again(delivery: Delivery, at: datetime) -> datetime | None:
    return next_try(delivery.channel, delivery.attempts, delivery.key, at)


def _move(delivery: Delivery, source: DeliveryState, by: str, **to: object) -> bool:
    """Only from `source`, and only by who has claimed it."""
    if to["state"] != DeliveryState.HANDING_OVER:
        to |= {"claimed_by": "", "lease_until": None}
    ours = Delivery.objects.filter(pk=delivery.pk, state=source, claimed_by=by)
    return ours.update(**to) == 1
