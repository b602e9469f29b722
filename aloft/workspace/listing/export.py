"""A list of accounts as a file for a spreadsheet, row by row as it is read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from aloft.records.models import Account
from aloft.workspace.listing.columns import Column

AT_ONCE = 2_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What `csv` writes to: it gives back the line that it would have written."""

    def write(self, line: str) -> str:
        return line


def as_csv(accounts: QuerySet[Account], columns: Sequence[Column], zone: tzinfo) -> Iterator[str]:
    """Lines of a CSV file with a head; instants are days in `zone`."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(["Id", *(plain(column.title, zone) for column in columns)])
    for account in accounts.iterator(AT_ONCE):
        yield writer.writerow(row(account, columns, zone))


def row(account: Account, columns: Iterable[Column], zone: tzinfo) -> list[object]:
    return [plain(account.external_id, zone), *(plain(column.plain(account), zone) for column in columns)]


def plain(value: Any, zone: tzinfo) -> object:
    """Numbers as they are; text that a spreadsheet would take for a formula is quoted with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return value.astimezone(zone).date().isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
