"""What contacts have said about marketing, and where those sit who are not where their company is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from aloft.demo.cast import BY
from aloft.demo.chance import chance
from aloft.demo.places import ZONES
from aloft.records.models import Contact
from aloft.records.services import Word, add_consents, set_contact

OBJECTED, AGREED = 0.08, 0.15
"""Of all contacts, those who do not want to be written to, and those beyond them who said that they do."""
OBJECTIONS = ("said so on the phone", "unsubscribed by the link in a mail")
AGREEMENTS = ("form on the website", "ticked when the contract was signed", "webinar")
ELSEWHERE = 0.06
"""Of the sponsors, those with a zone of their own."""
YEAR = timedelta(days=365)


def note_consents(at: datetime) -> None:
    contacts = Contact.objects.select_related("account").order_by("pk")
    add_consents(words=list(_said(contacts.iterator(), at)), purpose="marketing", actor=BY, at=at)
    for contact in contacts.filter(persona="exec_sponsor"):
        drawn = _drawn(contact, "zone")
        if drawn.random() < ELSEWHERE:
            zone = drawn.choice(ZONES)
            set_contact(
                external_id=contact.external_id, account=contact.account, timezone=zone, actor=BY, at=at
            )


def _said(contacts: Iterator[Contact], at: datetime) -> Iterator[Word]:
    for contact in contacts:
        drawn = _drawn(contact, "consent")
        share, captured_at = drawn.random(), at - drawn.random() * YEAR
        if share < OBJECTED:
            yield Word(contact, False, drawn.choice(OBJECTIONS), captured_at)
        elif share < OBJECTED + AGREED:
            yield Word(contact, True, drawn.choice(AGREEMENTS), captured_at)


def _drawn(contact: Contact, purpose: str) -> Random:
    return chance(purpose, contact.external_id)
