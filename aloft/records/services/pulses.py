from __future__ import annotations

from datetime import datetime

from aloft.records import fields as check
from aloft.records.models import Account, Person, Pulse
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, editing, note

WORST, BEST = 1, 6


def give_pulse(
    *, account: Account, person: Person, score: int, reason: str, actor: str, at: datetime
) -> Pulse:
    """Say how a customer is, from 1 (lost) to 6 (thriving), and why. Raises Refused."""
    if not WORST <= score <= BEST:
        raise Refused("score", f"{score} is none", f"Give {WORST} (lost) to {BEST} (thriving).")
    reason = check.text("reason", reason, 500, required=True)
    with editing():
        pulse = Pulse.objects.create(account=account, person=person, score=score, reason=reason, given_at=at)
        told = Difference({}, {"score": score, "reason": reason})
        note(actor=actor, action="pulse.given", subject=account, difference=told, at=at)
        return pulse
