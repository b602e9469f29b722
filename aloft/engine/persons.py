"""The person of an event: which of the customer's contacts its user is."""

from __future__ import annotations

from hashlib import sha256

from aloft.engine.directory import Known
from aloft.records.models import Contact


def of_user(known: Known, user: str | None) -> Contact | None:
    """None where no contact of the account is that user: then only the user is known."""
    if not user:
        return None
    theirs = Contact.objects.filter(account=known.customer, user_id=user).exclude(status="erased")
    return theirs.order_by("pk").first()


def mark(user: str | None) -> str:
    """Keeps the anchors of two people apart and names neither, for anchors outlive who is erased."""
    return f" of {sha256((user or '').encode()).hexdigest()[:12]}"
