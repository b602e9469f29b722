"""The stream of what people edited, as the engine takes it in: beside the log, in the order of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import takewhile

from django.db import connection

from aloft.facts.changes import ChangeRow
from aloft.records.changes import ModelPublished
from aloft.records.models import Change

BATCH = 10_000


def newest() -> int:
    """The number of the last change, 0 before the first."""
    with connection.cursor() as cursor:  # asked ten times a second
        cursor.execute(f"select max(id) from {Change._meta.db_table}")
        return cursor.fetchone()[0] or 0


def next_made(after: int) -> datetime | None:
    """When the first change above `after` was made."""
    return Change.objects.filter(id__gt=after).order_by("id").values_list("at", flat=True).first()


def next_published(after: int) -> datetime | None:
    """When the first version above `after` was published."""
    rows = Change.objects.filter(id__gt=after, kind=ModelPublished.kind).order_by("id")
    return rows.values_list("at", flat=True).first()


def made_until(after: int, until: datetime) -> list[ChangeRow]:
    """Changes above `after`, up to the first that was made later than `until`."""
    rows = Change.objects.filter(id__gt=after).order_by("id")[:BATCH]
    return [_row(row) for row in takewhile(lambda row: row.at <= until, rows)]


def numbered(after: int, last: int) -> list[ChangeRow]:
    """Changes above `after` up to the number `last`."""
    rows = Change.objects.filter(id__gt=after, id__lte=last).order_by("id")[:BATCH]
    return [_row(row) for row in rows]


def upto(last: int) -> Iterator[ChangeRow]:
    """All changes up to the number `last`, a few at a time."""
    return map(_row, Change.objects.filter(id__lte=last).order_by("id").iterator(BATCH))


def about(accounts: Iterable[str] | None, until: datetime) -> list[ChangeRow]:
    """Changes up to an instant that concern these accounts (by external id; None: all), or no account."""
    rows = Change.objects.filter(at__lte=until).order_by("id")
    return [_row(row) for row in (rows if accounts is None else rows.filter(account__in=["", *accounts]))]


def _row(row: Change) -> ChangeRow:
    return ChangeRow(row.pk, row.at, row.kind, row.account, row.data)
