"""How values are written in JSON, for changes and for the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Scalar = str | int | float | bool | None


def instant(value: datetime) -> str:
    """ISO 8601 in UTC with a Z. Raises ValueError for an instant without a zone."""
    if value.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {value}")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def spell(value: object) -> Any:
    """A JSON value: instants with a Z, dates as YYYY-MM-DD, decimals as plain text. Else TypeError."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case Mapping():
            return {str(name): spell(item) for name, item in value.items()}
        case list() | tuple():
            return [spell(item) for item in value]
    raise TypeError(f"cannot be written in JSON: {type(value).__name__}")
