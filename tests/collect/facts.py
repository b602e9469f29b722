from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aloft.collect.inbox import Entry

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def entry(message_id: str, **changes: Any) -> Entry:
    said: dict[str, Any] = {
        "source": "product",
        "message_id": message_id,
        "kind": "track",
        "name": "Signed In",
        "account": "acme",
        "user": "u1",
        "occurred": NOON,
        "body": b'{"properties":{}}',
    }
    return Entry(**{**said, **changes})
