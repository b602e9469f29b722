"""The one door to a customer: every message passes here as it is planned, and again as it is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aloft.act.models import Message, Occurrence, OccurrenceState, Unreachable
from aloft.decide.values import Reason
from aloft.engagement.model import Model
from aloft.records.models import Consent, Contact

Way = Literal["sent", "held", "suppressed", "withdrawn"]


@dataclass(frozen=True)
class Intent:
    """A message that is about to leave: `message` with its `contact` and `occurrence`, under the model that the
    occurrence is pinned to. `again`: it has passed before, and a worker is about to hand it over."""

    message: Message
    contact: Contact
    occurrence: Occurrence
    model: Model
    at: datetime
    again: bool = False


@dataclass(frozen=True)
class Passage:
    """What becomes of it, and why; `until` is when what is held is to be asked about again."""

    way: Way
    reason: Reason | None = None
    until: datetime | None = None


def weigh(intents: Sequence[Intent]) -> list[Passage]:
    """What becomes of each of these messages, in their order: decided together, with a few statements for all."""
    if not intents:
        return []
    withdrawn = _withdrawn_consents(intents)
    gone = set(
        Unreachable.objects.filter(address__in={one.contact.email.lower() for one in intents}).values_list(
            "address", flat=True
        )
    )
    return [_passage(one, withdrawn, gone) for one in intents]


def _passage(one: Intent, withdrawn: set[tuple[int, str]], gone: set[str]) -> Passage:
    if one.occurrence.state == OccurrenceState.CLOSED or one.occurrence.cleared_at is not None:
        return Passage("withdrawn", _reason("occurrence", "what it was for has ended before it left"))
    if one.at >= one.message.ends_at:
        return Passage("suppressed", _reason("window", "the outcome's window ended before it could leave"))
    if (one.contact.pk, one.message.purpose) in withdrawn:
        return Passage("suppressed", _reason("consent", f"{one.contact} has withdrawn consent to it"))
    if one.contact.status != "active" or one.contact.email.lower() in gone:
        return Passage("suppressed", _reason("contact", f"{one.contact} cannot be reached any more"))
    return Passage("sent")


def _reason(rule: str, found: str) -> Reason:
    return Reason(rule, False, "every message passes the contact policy", found)


def _withdrawn_consents(intents: Sequence[Intent]) -> set[tuple[int, str]]:
    """(contact, purpose) of which the newest word is no."""
    told = Consent.objects.filter(contact__in={one.contact.pk for one in intents})
    newest = {
        (contact, purpose): granted
        for contact, purpose, granted in told.order_by("captured_at", "id").values_list(
            "contact", "purpose", "granted"
        )
    }
    return {key for key, granted in newest.items() if not granted}
