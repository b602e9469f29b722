"""The person of an event: which of the customer's contacts its user is."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from aloft.engine.directory import Known
from aloft.records.models import Contact


def of_users(asked: Iterable[tuple[Known, str | None]]) -> dict[tuple[int, str], Contact]:
    """The contact that a user is, by the whole account and the user; whoever is no contact is left out."""
    wanted = {(known.customer, user) for known, user in asked if user}
    theirs = Contact.objects.filter(
        account__in={account for account, _ in wanted}, user_id__in={user for _, user in wanted}
    )
    found: dict[tuple[int, str], Contact] = {}
    for one in theirs.exclude(status="erased").order_by("pk"):
        found.setdefault((one.account_id, one.user_id), one)
    return found


def mark(user: str | None) -> str:
    """Keeps the anchors of two people apart and names neither, for anchors outlive who is erased."""
    return f" of {sha256((user or '').encode()).hexdigest()[:12]}"
