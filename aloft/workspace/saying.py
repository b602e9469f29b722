"""What a person says of an upload, from the form on its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, cast
from zoneinfo import available_timezones

from django.http import QueryDict

from aloft.collect.files.parts import PARTS, ROLES
from aloft.collect.files.propose import ORDERS, Said
from aloft.collect.files.values import FileTable
from aloft.workspace.uploads import Source

PLAIN = re.compile(r"[\w .-]{1,80}")
CURRENCY = re.compile("[A-Z]{3}")
ORDER_NAMES = frozenset(ORDERS.values())


def said_of(posted: QueryDict, tables: Mapping[str, FileTable]) -> dict[str, Said]:
    """By table of the mapping. A table that is something else now has its columns guessed anew."""
    return {name: said_of_table(posted, name, table) for name, table in tables.items()}


def said_of_table(posted: QueryDict, name: str, table: FileTable) -> Said:
    role = posted.get(f"role-{name}", "")
    told = {column: posted.get(f"part-{name}-{place}", "") for place, column in enumerate(table.columns)}
    orders = {column: posted.get(f"order-{name}-{place}", "") for place, column in enumerate(table.columns)}
    known = {column: order for column, order in orders.items() if order in ORDER_NAMES}
    if role not in ROLES:
        return Said("out" if role == "out" else None, None, cast(Any, known))
    same = role == posted.get(f"shown-{name}")
    parts = {column: part for column, part in told.items() if part in PARTS}
    return Said(cast(Any, role), cast(Any, parts) if same and parts else None, cast(Any, known))


def source_of(posted: QueryDict) -> tuple[Source, dict[str, str]]:
    """What is said of all of the files, and what is wrong with it, by field."""
    source = Source(
        name=posted.get("source", "").strip(),
        timezone=posted.get("timezone", "").strip() or "UTC",
        currency=posted.get("currency", "").strip().upper() or "USD",
        complete_to=posted.get("complete_to", "").strip(),
    )
    wrong = {}
    if source.name and not PLAIN.fullmatch(source.name):
        wrong["source"] = "Up to 80 letters, digits, spaces, dots and dashes."
    if source.timezone not in available_timezones():
        wrong["timezone"] = "A time zone such as Europe/Berlin, or UTC."
    if not CURRENCY.fullmatch(source.currency):
        wrong["currency"] = "Three letters, such as EUR."
    if source.complete_to and not is_day(source.complete_to):
        wrong["complete_to"] = "A day such as 2026-02-28."
    return source, wrong


def is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
