"""What people decide of a delivery. Each is one transaction with its audit entry; raises Refused with a mend."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aloft.act.models import Delivery, DeliveryState
from aloft.records import audit
from aloft.records.models import Person
from aloft.records.refusals import Refused

AGAIN = (DeliveryState.UNKNOWN, DeliveryState.FAILED)


@transaction.atomic
def send_again(*, delivery: Delivery, actor: Person, at: datetime) -> Delivery:
    """Of what has failed, or of what nobody answered: with the same Message-ID, so that a mailbox can tell."""
    row = _locked(delivery, AGAIN, "it has neither failed nor is unknown")
    row.state, row.next_at, row.attempts, row.ended_at = DeliveryState.WAITING, at, 0, None
    row.save(update_fields=["state", "next_at", "attempts", "ended_at"])
    return _noted(row, "delivery.again", actor, at)


@transaction.atomic
def it_arrived(*, delivery: Delivery, actor: Person, at: datetime) -> Delivery:
    """Of what nobody answered, a person has learned that it is there."""
    row = _locked(delivery, (DeliveryState.UNKNOWN,), "it is not unknown")
    row.state, row.ended_at = DeliveryState.ARRIVED, at
    row.save(update_fields=["state", "ended_at"])
    return _noted(row, "delivery.arrived", actor, at)


@transaction.atomic
def give_up(*, delivery: Delivery, actor: Person, at: datetime) -> Delivery:
    """It is not to leave any more."""
    row = _locked(delivery, (DeliveryState.WAITING, *AGAIN), "it has left, or is about to")
    row.state, row.ended_at = DeliveryState.WITHDRAWN, at
    row.save(update_fields=["state", "ended_at"])
    return _noted(row, "delivery.given_up", actor, at)


def _locked(delivery: Delivery, states: tuple[DeliveryState, ...], why: str) -> Delivery:
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if row.state not in states:
        raise Refused("delivery", f"{why}: it is {row.get_state_display()}", "Look at the list again.")
    return row


def _noted(row: Delivery, action: str, actor: Person, at: datetime) -> Delivery:
    payload = {"to": row.to, "channel": row.channel, "state": str(row.state)}
    audit.record(actor=actor.handle, action=action, subject=f"delivery:{row.pk}", payload=payload, at=at)
    return row
