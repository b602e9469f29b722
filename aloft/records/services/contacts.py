from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from aloft.records import fields as check
from aloft.records.changes import ContactSet, log_change, log_changes
from aloft.records.models import Account, Consent, Contact, Persona
from aloft.records.refusals import Refused
from aloft.records.services.editing import Difference, assign, editing, note, note_new

STATES = ["active", "left", "bounced", "erased"]


class ContactFields(TypedDict, total=False):
    """Only those given are set. `user_id` is the user of the customer's product."""

    name: str
    email: str
    persona: str
    timezone: str
    locale: str
    user_id: str
    status: str


READ: Mapping[str, Callable[[str, Any], Any]] = {
    "name": lambda field, value: check.text(field, value, 200),
    "email": check.email,
    "persona": lambda field, value: check.choice(field, value, list(Persona.values)),
    "timezone": check.zone,
    "locale": lambda field, value: check.text(field, value, 20),
    "user_id": lambda field, value: check.text(field, value, 200),
    "status": lambda field, value: check.choice(field, value or "active", STATES),
}


def set_contact(
    *, external_id: str, account: Account, actor: str, at: datetime, **fields: Unpack[ContactFields]
) -> Contact:
    """Create the contact, or set what differs, the account included. Raises Refused."""
    external_id = check.text("external_id", external_id, 200, required=True)
    values: dict[str, Any] = {name: READ[name](name, value) for name, value in fields.items()}
    check.whole("account", account)
    with editing():
        contact = Contact.objects.filter(external_id=external_id).first() or Contact(external_id=external_id)
        difference = assign(contact, {"account": account, **values})
        if difference:
            contact.save()
            note(actor=actor, action="contact.set", subject=contact, difference=difference, at=at)
            log_change(_change(contact), at=at)
        return contact


def _change(contact: Contact) -> ContactSet:
    return ContactSet(
        account=contact.account.external_id,
        contact=contact.external_id,
        persona=contact.persona,
        name=contact.name,
        email=contact.email,
        user=contact.user_id,
        status=contact.status,
    )


def set_consent(
    *,
    contact: Contact,
    purpose: str,
    granted: bool,
    actor: str,
    at: datetime,
    basis: str = "",
    captured_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Consent:
    """Record what the contact allows for a purpose from `captured_at` (default: `at`). Raises Refused."""
    captured_at = captured_at or at
    if captured_at > at:
        raise Refused("captured_at", "it lies ahead", "Give the instant at which it was given.")
    if expires_at is not None and expires_at <= captured_at:
        raise Refused("expires_at", "it is not after captured_at", "Give a later instant, or none.")
    values = {"granted": granted, "basis": check.text("basis", basis, 100), "expires_at": expires_at}
    purpose = check.text("purpose", purpose, 20, required=True)
    with editing():
        newest = contact.consents.filter(purpose=purpose).order_by("captured_at", "id").last()
        if newest and all(getattr(newest, name) == value for name, value in values.items()):
            return newest
        consent = Consent.objects.create(contact=contact, purpose=purpose, captured_at=captured_at, **values)
        difference = Difference({}, _said(consent))
        note(actor=actor, action="consent.set", subject=contact, difference=difference, at=at)
        log_change(_change(contact), at=at)  # so that the engine looks at what waits for the contact
        return consent


@dataclass(frozen=True)
class Word:
    """What a contact said of a purpose before now."""

    contact: Contact
    granted: bool
    basis: str
    captured_at: datetime


def add_consents(*, words: Sequence[Word], purpose: str, actor: str, at: datetime) -> None:
    """Record what these contacts said, all at once; each counts as `set_consent` does. Raises Refused."""
    if any(word.captured_at > at for word in words):
        raise Refused("captured_at", "it lies ahead", "Give the instant at which it was given.")
    rows = [
        Consent(
            contact=word.contact,
            purpose=purpose,
            granted=word.granted,
            basis=check.text("basis", word.basis, 100),
            captured_at=word.captured_at,
        )
        for word in words
    ]
    with editing():
        Consent.objects.bulk_create(rows)
        told = [(row.contact, Difference({}, _said(row))) for row in rows]
        note_new(actor=actor, action="consent.set", told=told, at=at)
        log_changes([_change(row.contact) for row in rows], at=at)


def _said(consent: Consent) -> Mapping[str, Any]:
    names = ("purpose", "granted", "basis", "expires_at", "captured_at")
    return {name: getattr(consent, name) for name in names}
