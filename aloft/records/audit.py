"""The audit log: append-only, each entry chained to the one before it.

The chain runs over salted digests of the payloads: a payload can be removed, and the chain still holds.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from aloft.records.models import AuditEntry
from aloft.records.spelling import spell

FIRST = "0" * 64
LOCK = 0x616C6F6674  # names the log among PostgreSQL's advisory locks


def lock() -> None:
    """Hold off other writers until the transaction ends; SQLite's do wait, as it begins IMMEDIATE."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def record(
    *, actor: str, action: str, subject: str, payload: Mapping[str, object], at: datetime
) -> AuditEntry:
    """Append an entry, in the transaction of what it tells of. `subject` stays for ever: no names in it."""
    lock()
    entry = AuditEntry(at=at, actor=actor, action=action, subject=subject)
    _chain(entry, payload, _newest())
    entry.save(force_insert=True)
    return entry


@transaction.atomic
def record_each(
    told: Iterable[tuple[str, Mapping[str, object]]], *, actor: str, action: str, at: datetime
) -> None:
    """Append an entry for each subject and payload, in their order; else as `record`."""
    lock()
    entries, previous = [], _newest()
    for subject, payload in told:
        entry = AuditEntry(at=at, actor=actor, action=action, subject=subject)
        previous = _chain(entry, payload, previous)
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries)


def _newest() -> str:
    """The digest to chain to."""
    last = AuditEntry.objects.order_by("-id").values_list("entry_digest", flat=True).first()
    return last or FIRST


def _chain(entry: AuditEntry, payload: Mapping[str, object], previous: str) -> str:
    """Fill in what the entry says, and its digests; the digest for the next one."""
    # Floats as text: a database may give 1e16 back as 10000000000000000.
    entry.payload = json.loads(json.dumps(spell(payload)), parse_float=str)
    entry.salt = secrets.token_hex(16)
    entry.payload_digest = digest_of_payload(entry.salt, entry.payload)
    entry.previous = previous
    entry.entry_digest = digest_of_entry(entry)
    return entry.entry_digest


def remove_payloads(ids: Iterable[int], *, actor: str, reason: str, at: datetime) -> int:
    """Forget what the entries said, not that they were made; the salts go too, lest payloads be guessed."""
    with transaction.atomic():
        lock()
        entries = AuditEntry.objects.filter(id__in=list(ids), payload__isnull=False)
        removed = list(entries.order_by("id").values_list("id", flat=True))
        if removed:
            entries.update(payload=None, salt="")
            told = {"entries": removed, "reason": reason}
            record(actor=actor, action="audit.payload_removed", subject="audit", payload=told, at=at)
        return len(removed)


def verify() -> int | None:
    """The id of the first entry that does not hold, or None. Cutting off the newest entries is not seen."""
    previous = FIRST
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous != previous or not _holds(entry):
            return entry.id
        previous = entry.entry_digest
    return None


def digest_of_payload(salt: str, payload: Any) -> str:
    return _digest([salt, payload])


def digest_of_entry(entry: AuditEntry) -> str:
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return _digest([entry.previous, at, entry.actor, entry.action, entry.subject, entry.payload_digest])


def _holds(entry: AuditEntry) -> bool:
    removed = entry.payload is None and not entry.salt
    told = removed or entry.payload_digest == digest_of_payload(entry.salt, entry.payload)
    return told and entry.entry_digest == digest_of_entry(entry)


def _digest(parts: list[Any]) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
