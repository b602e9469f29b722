"""When what could not be handed over is tried again (`contracts.md` 3.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SCHEDULES: Mapping[str, Sequence[timedelta]] = {
    "email": [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, *([4 * HOUR] * 17)],
    "webhook": [
        timedelta(seconds=5), 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
    ],
}  # fmt: skip
"""Pauses after each attempt. Mail is tried for some three days, webhooks as Standard Webhooks has it."""
SPREAD = 0.1


def next_try(channel: str, attempts: int, key: str, at: datetime) -> datetime | None:
    """After so many attempts; None once it has been tried for long enough.

    Up to a tenth is added, by the key, so that what failed together does not come again together.
    """
    pauses = SCHEDULES[channel]
    if attempts > len(pauses):
        return None
    drawn = int.from_bytes(hashlib.sha256(f"{key}:{attempts}".encode()).digest()[:4], "big") / 2**32
    return at + pauses[attempts - 1] * (1 + SPREAD * drawn)
