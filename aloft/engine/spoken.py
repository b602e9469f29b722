"""Values and instants as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def plain(value: Any) -> str:
    """A value as people read it; unknown is "no data"."""
    if value is None:
        return "no data"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return instant(value)
    return str(value)


def instant(at: datetime) -> str:
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    return f"{at:%Y-%m-%d}" if at.time().isoformat() == "00:00:00" else f"{at:%Y-%m-%d %H:%M} UTC"
