"""What people note of a moment in their words, by the type that the model declares, as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation

ASKED: Mapping[str, str] = {
    "text": "in your words",
    "choice": "one of the choices",
    "number": "a number, such as 12.5",
    "money": "an amount, such as 1200.50",
    "date": "a day, such as 2026-03-05",
    "instant": "a day and a time, such as 2026-03-05 14:30",
    "boolean": "yes or no",
}
"""How a value of each type is asked for."""

_TRUTHS = {"yes": "true", "true": "true", "no": "false", "false": "false"}


def spelled(kind: str, value: str, zone: tzinfo) -> str | None:
    """As rules read it; None where it is no such thing. An instant without a zone is in the writer's."""
    try:
        return _spelled(kind, value.strip(), zone)
    except (ValueError, InvalidOperation):
        return None


def _spelled(kind: str, value: str, zone: tzinfo) -> str | None:
    match kind:
        case "number" | "money":
            amount = Decimal(value)
            return f"{amount:f}" if amount.is_finite() else None
        case "date":
            return date.fromisoformat(value).isoformat()
        case "instant":
            at = datetime.fromisoformat(value)
            return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).isoformat()
        case "boolean":
            return _TRUTHS.get(value.lower())
        case _:
            return value
