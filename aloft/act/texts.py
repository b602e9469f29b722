"""What templates say: written in versions, of which the newest approved one is sent.

Each verb is one transaction: the row, its audit entry and, once it may be sent, the change that tells the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from aloft.act.models import Text
from aloft.records import audit
from aloft.records.changes import TextApproved, log_change
from aloft.records.models import Contact
from aloft.records.refusals import Refused

USUAL = "en"
"""The language of whoever has no text of their own."""


@transaction.atomic
def write(*, name: str, language: str, subject: str, body: str, actor: str, at: datetime) -> Text:
    """A further version, not yet approved; the same words again are the version that is there. Raises Refused."""
    if not subject.strip():
        raise Refused("subject", "it is empty", "Say in a few words what it is about.")
    if not body.strip():
        raise Refused("body", "it is empty", "Write what is to be read.")
    newest = Text.objects.filter(name=name, language=language).order_by("pk").last()
    if newest is not None and (newest.subject, newest.body) == (subject, body):
        return newest
    row = Text.objects.create(
        name=name, language=language, subject=subject, body=body, written_by=actor, written_at=at
    )
    _note(row, "text.written", actor, at)
    return row


@transaction.atomic
def approve(*, text: Text, actor: str, at: datetime) -> Text:
    """From now on it is what is sent. Messages that waited for it leave."""
    row = Text.objects.select_for_update().get(pk=text.pk)
    if row.approved_at is None:
        row.approved_by, row.approved_at = actor, at
        row.save(update_fields=["approved_by", "approved_at"])
        _note(row, "text.approved", actor, at)
        log_change(TextApproved(name=row.name), at=at)
    return row


def lacking(names: Iterable[str]) -> list[str]:
    """Of these templates, those without any approved text."""
    there = set(Text.objects.filter(approved_at__isnull=False).values_list("name", flat=True))
    return [name for name in names if name not in there]


def waiting(names: Iterable[str]) -> list[str]:
    """Of these templates, those that have no approved text and a draft to approve."""
    there = set(Text.objects.values_list("name", flat=True))
    return [name for name in lacking(names) if name in there]


def _note(row: Text, action: str, actor: str, at: datetime) -> None:
    payload = {"name": row.name, "language": row.language, "text": row.pk}
    audit.record(actor=actor, action=action, subject=f"template:{row.name}", payload=payload, at=at)


def approved(name: str, contact: Contact | None = None) -> Text | None:
    """The newest approved text of a template in the contact's language, or the nearest to it; None without any."""
    newest = {
        row.language: row for row in Text.objects.filter(name=name, approved_at__isnull=False).order_by("pk")
    }
    wanted = [language for language in _languages(contact) if language in newest]
    return newest[wanted[0]] if wanted else next(iter(newest.values()), None)


def _languages(contact: Contact | None) -> Iterable[str]:
    """`de-AT`, `de`; then those of the account; then the usual one."""
    for locale in (contact.locale, contact.account.locale) if contact else ():
        if locale:
            yield from (locale, locale.replace("_", "-").partition("-")[0])
    yield USUAL
