"""What every page says, whoever reads it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def named(request: HttpRequest) -> dict[str, object]:
    """`customer` is there for who signed in as a contact of one: their pages have a shell of their own."""
    contact = getattr(request, "contact", None)
    customer = {"contact": contact, "account": contact.account} if contact else None
    return {"company": settings.ALOFT_COMPANY, "customer": customer}
