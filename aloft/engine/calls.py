"""Webhooks of a turn: what each is to tell another system, put into the outbox with the step that causes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aloft.act import log
from aloft.act.models import Delivery, Occurrence, Step, Verdict
from aloft.act.outbox.keys import key_of
from aloft.engagement import playbook
from aloft.engine.directory import Known
from aloft.engine.turn import Turn
from aloft.engine.versions import Running

CHANNEL = "webhook"


@dataclass(frozen=True)
class Call:
    """A step that calls another system, as its occurrence comes to it."""

    row: Step
    step: playbook.Webhook
    occurrence: Occurrence
    running: Running
    known: Known


def put_out(turn: Turn, calls: Sequence[Call]) -> None:
    """One delivery for each, unless nothing leaves; the rows of the steps are there."""
    if turn.leaves:
        Delivery.objects.bulk_create([_delivery(one, turn.at) for one in calls], batch_size=500)
    Verdict.objects.bulk_create([_verdict(one) for one in calls], batch_size=500)


def _delivery(call: Call, at: datetime) -> Delivery:
    return Delivery(
        key=key_of(call.occurrence, call.known.external, call.row.path, CHANNEL), channel=CHANNEL,
        step=call.row, to=call.step.name, payload=_payload(call), next_at=at, created_at=at,
    )  # fmt: skip


def _payload(call: Call) -> dict[str, Any]:
    """Told as it is when the step is reached; instants in UTC, ISO 8601."""
    one, account, owner = call.occurrence, call.occurrence.account, call.occurrence.owner
    return {
        "type": "step.reached",
        "timestamp": _instant(call.row.begun_at),
        "data": {
            "webhook": call.step.name,
            "step": call.row.path,
            "occurrence": str(one.public_id),
            "account": {"id": account.external_id, "name": account.name},
            "moment": {
                "name": one.moment,
                "title": one.title,
                "objective": one.objective,
                "because": one.because,
                "opened": _instant(one.opened_at),
                "due": _instant(one.due_at),
            },
            "owner": {"handle": owner.handle, "name": owner.name, "email": owner.email} if owner else None,
        },
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _verdict(call: Call) -> Verdict:
    one = call.occurrence
    return log.verdict_of(
        "sent",
        at=call.row.begun_at,
        account=one.account_id,
        moment=one.moment,
        anchor=one.anchor,
        n=one.n,
        version=call.running.version.pk,
        occurrence=one.pk,
        details={"template": call.step.name, "channel": CHANNEL, "step": call.row.path},
    )
