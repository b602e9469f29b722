"""Addresses at which nobody is any more: nothing goes there, and whoever speaks for the customer may have left."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aloft.act.models import Unreachable
from aloft.records.models import Contact
from aloft.records.services import record_fact

BOUNCED = "bounced"
"""The fact that is recorded of each contact with the address: the event Bounced, with its `contact` and `persona`."""
ACTOR = "mail"


@transaction.atomic
def bounced(*, address: str, answer: str, at: datetime) -> None:
    """A mail server said that nobody is there. Told of an address once, however often it says so."""
    _, is_news = Unreachable.objects.get_or_create(
        address=address.lower(), defaults={"since": at, "answer": answer[:500]}
    )
    there = Contact.objects.filter(email__iexact=address, status="active").select_related("account")
    for contact in there.order_by("pk") if is_news else ():
        record_fact(
            account=contact.account, contact=contact, fact=BOUNCED, remark=answer[:500], actor=ACTOR, at=at
        )
