"""What arrives of somebody who was erased is counted as refused, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from aloft.collect.services import Letter
from aloft.collect.values import Entry
from aloft.collect.wire.normalise import Judged
from aloft.records.tombstones import Tombstones

ERASED = Letter("erased", "Whom it is about was erased, and is not to be known again.", b"")


def without_erased(judged: Judged, tombstones: Tombstones) -> Judged:
    if not tombstones:
        return judged
    taken = [entry for entry in judged.entries if not is_of_erased(entry, tombstones)]
    gone = len(judged.entries) - len(taken)
    return Judged(taken, [*judged.refused, *[ERASED] * gone]) if gone else judged


def is_of_erased(entry: Entry, tombstones: Tombstones) -> bool:
    told = (entry.user, entry.account, *_addresses(entry))
    return any(tombstones.knows(one) for one in told)


def _addresses(entry: Entry) -> Iterator[str]:
    """Under another id the same address is the same person."""
    if b"email" not in entry.body.lower():
        return
    body = msgspec.json.decode(entry.body)
    for part in ("traits", "properties"):
        told = body.get(part)
        for name, value in told.items() if isinstance(told, dict) else ():
            if isinstance(value, str) and name.lower() == "email":
                yield value
