"""Who looks at the portal: a customer's contact, or somebody of the team who looks at it as that customer does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import Http404, HttpRequest

from aloft import clock
from aloft.act.policies import accounts_of
from aloft.records.models import Account, Contact
from aloft.records.policies import SEES, person_of


@dataclass(frozen=True)
class Customer:
    """Everything that a page shows hangs on `account`, a whole one; it comes from the session and from nowhere else.

    `contact` is None for a preview, from which nothing can be changed.
    """

    account: Account
    contact: Contact | None
    now: datetime
    zone: tzinfo

    @property
    def first_name(self) -> str:
        return self.contact.name.split(" ")[0] if self.contact and self.contact.name else ""

    @property
    def actor(self) -> str:
        """As the audit log names them: by row, for names must be able to go."""
        return f"contact:{self.contact.pk}" if self.contact else ""


def customer_or_404(request: HttpRequest) -> Customer:
    """The contact who is signed in; the gate has found them. To anybody else the portal is not there."""
    contact: Contact | None = getattr(request, "contact", None)
    if contact is None or contact.status != SEES:
        raise Http404
    now = clock.now()
    return Customer(contact.account, contact, now, zone_of(contact.timezone, contact.account.timezone))


def preview_or_404(request: HttpRequest, account_id: UUID) -> Customer:
    """For people of the team, of the accounts that they may see."""
    seen = accounts_of(person_of(request.user)).filter(whole=None, public_id=account_id)
    account = seen.first()
    if account is None:
        raise Http404
    return Customer(account, None, clock.now(), zone_of(account.timezone))


def zone_of(*names: str) -> tzinfo:
    """The first that means something; UTC where none does."""
    for name in filter(None, names):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return UTC
