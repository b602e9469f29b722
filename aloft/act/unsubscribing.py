"""The way out of mail (RFC 8058): a signed link that says who, and of which purpose. It needs no sign-in."""

from __future__ import annotations

from datetime import datetime

from django.core import signing

from aloft.act.models import Message, MessageState
from aloft.records.models import Contact
from aloft.records.services import set_consent

SALT = "aloft.unsubscribe"
WITHDRAWABLE = (MessageState.HELD, MessageState.BLOCKED)


def link(contact: Contact, purpose: str, site: str) -> str:
    return f"{site}/unsubscribe/{token(contact, purpose)}"


def token(contact: Contact, purpose: str) -> str:
    return signing.dumps([contact.external_id, purpose], salt=SALT)


def meant(text: str) -> tuple[Contact, str] | None:
    """Who is meant, and which purpose; None where nobody signed this, or the contact is gone."""
    try:
        external, purpose = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    contact = Contact.objects.filter(external_id=external).first()
    return (contact, purpose) if contact else None


def unsubscribe(contact: Contact, purpose: str, at: datetime) -> None:
    """From now on nothing of this purpose leaves: what waits in the outbox is asked again before it does."""
    set_consent(
        contact=contact, purpose=purpose, granted=False, basis="unsubscribed by the link in a mail",
        actor=f"contact:{contact.external_id}", at=at,
    )  # fmt: skip
    Message.objects.filter(contact=contact, purpose=purpose, state__in=WITHDRAWABLE).update(
        state=MessageState.WITHDRAWN, until=None, reason="consent was withdrawn"
    )
