from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

AHEAD_ALLOWED = timedelta(minutes=5)
CLOCK_SUSPECT = "clock_suspect"
UNREADABLE = "timestamp_unreadable"
LONGEST = 64  # characters


def parsed(text: object) -> datetime | None:
    """An ISO 8601 instant in UTC; one without a zone is taken as UTC. None for anything else."""
    return _instant(text) if isinstance(text, str) and len(text) <= LONGEST else None


@lru_cache(1_024)  # a batch names one instant of sending for all of its messages
def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def occurred(original: object, sent: object, received: datetime) -> tuple[datetime, tuple[str, ...]]:
    """When it happened by our clock, never after `received`, and what is doubtful about it.

    The sender's clock is corrected by what it said when it sent: received - (sent - original).
    """
    claimed = parsed(original)
    if claimed is None:
        return received, (UNREADABLE,) if original else ()
    at_sending = parsed(sent)
    try:
        corrected = received - (at_sending - claimed) if at_sending else claimed
    except OverflowError:
        return received, (CLOCK_SUSPECT,)
    suspect = corrected > received + AHEAD_ALLOWED
    return min(corrected, received), (CLOCK_SUSPECT,) if suspect else ()
