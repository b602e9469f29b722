from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Outcome(StrEnum):
    stored = "stored"
    duplicate = "duplicate"
    conflict = "conflict"


class Entry(Struct, frozen=True, gc=False):
    """One accepted message, as the wire or an import understood it.

    `account` is the external id the message itself names, `user` the user id or else the anonymous id;
    both are empty when it names none. `body` is a JSON object in UTF-8: `properties` or `traits` as they
    were sent, with what was kept of the `context`. `flags` (`clock_suspect`) become problems of the source,
    and are no part of what makes a duplicate.
    """

    source: str
    message_id: str
    kind: str
    name: str
    account: str
    user: str
    occurred: datetime
    times: int = 1
    body: bytes = b"{}"
    flags: tuple[str, ...] = ()


class Logged(Entry, frozen=True, kw_only=True):
    """An entry on disk. `received` is UTC and never decreases as `seq` grows."""

    seq: int
    received: datetime


@dataclass(frozen=True)
class Problem:
    """Something about a stored or refused message that its sender should hear of."""

    source: str
    reason: str
    at: datetime
    message_id: str
    body: bytes


class InboxUnavailable(Exception):
    """Nothing of the append was stored: the file is locked, full, read-only or gone. Try again later."""


def micros(instant: datetime) -> int:
    """Microseconds since 1970 in UTC; exact. TypeError for a naive instant."""
    return (instant - EPOCH) // MICROSECOND


def instant(microseconds: int) -> datetime:
    return EPOCH + microseconds * MICROSECOND
