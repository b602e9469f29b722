from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from aloft.collect.models import DeadLetter, Quarantined, Source
from aloft.records import audit
from aloft.records.refusals import Refused

BODY_KEPT = 65_536  # bytes
FEWEST_DAYS, MOST_DAYS = 90, 36_500
PREFIX_SHOWN = 9  # characters: enough to tell keys apart, no help in guessing one


@dataclass(frozen=True)
class Letter:
    code: str
    message: str
    body: bytes
    index: int | None = None
    message_id: str = ""


def create_source(*, name: str, at: datetime) -> tuple[Source, str]:
    """The source and its write key, which is shown this once. ValidationError for a name that is taken."""
    key = f"wk_{secrets.token_urlsafe(32)}"
    source = Source(
        name=name,
        write_key_prefix=key[:PREFIX_SHOWN],
        write_key_hash=hash_of(key),
        enabled=True,
        created_at=at,
    )
    source.full_clean()
    source.save()
    return source, key


def disable_source(*, source: Source) -> Source:
    """Its key stops working within seconds; what it sent stays."""
    source.enabled = False
    source.save(update_fields=["enabled"])
    return source


def keep_events(*, source: Source, days: int | None, actor: str, at: datetime) -> Source:
    """For how many days its raw events are kept before they are rolled up (`facts.rolling`); None is for ever.

    What is rolled up does not come back when the days become more. Raises Refused.
    """
    if days is not None and not FEWEST_DAYS <= days <= MOST_DAYS:
        raise Refused(
            "days",
            f"raw events are kept for {FEWEST_DAYS} days at least, and {MOST_DAYS} at most",
            "Give another number, or keep them for ever.",
        )
    with transaction.atomic():
        source.kept_days = days
        source.save(update_fields=["kept_days"])
        payload = {"source": source.name, "days": days}
        audit.record(actor=actor, action="source.kept", subject="source", payload=payload, at=at)
    return source


def dead_letter(*, source: str, letters: Sequence[Letter], at: datetime, path: str = "") -> None:
    """Keep what was refused, each body up to 64 kB, and at which path it came."""
    DeadLetter.objects.bulk_create(
        DeadLetter(
            source=source,
            received_at=at,
            path=path[:100],
            code=letter.code,
            message=letter.message[:500],
            body=letter.body[:BODY_KEPT],
            index=letter.index,
            message_id=letter.message_id[:100],
        )
        for letter in letters
    )


def throw_away(*, source: str, before: datetime) -> int:
    """What of a source came before an instant and could not be taken in: dead letters, and rows of files in quarantine;
    how many there were."""
    letters, _ = DeadLetter.objects.filter(source=source, received_at__lt=before).delete()
    rows, _ = Quarantined.objects.filter(source=source, of__at__lt=before).delete()
    return letters + rows


def refuse_again(*, letter: DeadLetter, again: Letter, body: bytes) -> DeadLetter:
    """The letter as it was mended, with why it is refused now."""
    letter.code, letter.message, letter.body = again.code, again.message[:500], body[:BODY_KEPT]
    letter.save(update_fields=["code", "message", "body"])
    return letter


def hash_of(key: str) -> str:
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
