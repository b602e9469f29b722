"""Imports and the rows that they kept aside: written here, read here, mended here."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from aloft.collect.files.formulas import guarded
from aloft.collect.files.report import Refusal
from aloft.collect.models import Import, Quarantined, Source
from aloft.collect.services import create_source

REASON_KEPT = 500  # characters


class NotMended(ValueError):
    """The row or the column is not there; the message says so."""


def note_import(
    *,
    source: str,
    at: datetime,
    files: Sequence[str],
    mapping: str,
    report: dict[str, Any],
    refused: Iterable[Refusal],
    complete_to: date | None,
    credit: str,
) -> Import:
    """Keep what the run did. What these tables of these files had in quarantine gives way to what is refused."""
    with transaction.atomic():
        if not Source.objects.filter(name=source).exists():
            create_source(name=source, at=at)
        Source.objects.filter(name=source).update(complete_to=complete_to, credit=credit)
        run = Import.objects.create(source=source, at=at, files=list(files), mapping=mapping, report=report)
        tables = [told["table"] for told in report["tables"]]
        Quarantined.objects.filter(source=source, table__in=tables, file__in=files).delete()
        Quarantined.objects.bulk_create((_row(one, source, run) for one in refused), batch_size=500)
    return run


def _row(one: Refusal, source: str, run: Import) -> Quarantined:
    return Quarantined(
        source=source,
        table=one.table,
        file=one.file,
        line=one.line,
        ordinal=one.ordinal,
        column=one.column[:255],
        reason=one.reason[:REASON_KEPT],
        cells=one.cells,
        of=run,
    )


def imports() -> QuerySet[Import]:
    """The newest first."""
    return Import.objects.all()


def quarantine(source: str = "", run: Import | None = None) -> QuerySet[Quarantined]:
    rows = Quarantined.objects.select_related("of")
    rows = rows.filter(source=source) if source else rows
    return rows.filter(of=run) if run else rows


def mend(*, row: Quarantined, column: str, value: str, at: datetime) -> Quarantined:
    """Give a cell of the row another value, for the next replay. NotMended for a row that was never read."""
    if "" in row.cells:
        raise NotMended(
            f"{row.file}, line {row.line}, could not be read as a row: mend the file, and import it again"
        )
    row.cells = {**row.cells, column: value}
    row.mended_at = at
    row.save(update_fields=["cells", "mended_at"])
    return row


def settle(*, rows: Iterable[Quarantined], refused: Iterable[Refusal]) -> int:
    """After a replay: rows that were taken in leave the quarantine, the others say why not. How many are left."""
    still = {(one.table, one.file, one.line): one for one in refused}
    left = 0
    with transaction.atomic():
        for row in rows:
            again = still.get((row.table, row.file, row.line))
            if again is None:
                row.delete()
            else:
                row.column, row.reason = again.column[:255], again.reason[:REASON_KEPT]
                row.save(update_fields=["column", "reason"])
                left += 1
    return left


def as_csv(rows: Iterable[Quarantined]) -> str:
    """File, line, column, reason and the cells, such that a spreadsheet takes none of them for a formula."""
    listed = list(rows)
    columns = list(dict.fromkeys(column for row in listed for column in row.cells if column))
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([guarded(head) for head in ("file", "line", "column", "reason", *columns)])
    for row in listed:
        cells = [row.file, str(row.line), row.column, row.reason]
        cells += [row.cells.get(column, "") for column in columns]
        writer.writerow([guarded(cell) for cell in cells])
    return out.getvalue()
