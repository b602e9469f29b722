"""What came from files, and what could not be used of it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.collect.files.limits import MIB, UPLOAD
from aloft.collect.imports import imports as all_imports
from aloft.collect.imports import quarantine
from aloft.collect.models import Import, Quarantined, Source
from aloft.records.models import Person
from aloft.records.policies import may_import
from aloft.ui.words import counted, number
from aloft.workspace import uploads
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

SHOWN = 100
COUNTS = ("stored", "updated", "duplicate", "quarantined")


@dataclass(frozen=True)
class Cell:
    """A cell that may be mended, under the name that its field has in the form."""

    field: str
    column: str
    value: str


@dataclass(frozen=True)
class KeptAside:
    """A row in quarantine. Without cells it was never read as a row, and `text` is what stood there."""

    row: Quarantined
    cells: tuple[Cell, ...]
    others: tuple[Cell, ...]
    text: str


@dataclass(frozen=True)
class Line:
    run: Import
    files: str
    counts: tuple[tuple[str, int], ...]
    waiting: int


def importer_or_404(reader: Reader) -> Person:
    if reader.person is None or not may_import(reader.person):
        raise Http404
    return reader.person


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    importer_or_404(reader)
    return frame.whole(request, listing())


@require_safe
def import_report(request: HttpRequest, run_id: int) -> HttpResponse:
    reader = reader_of(request)
    importer_or_404(reader)
    return frame.whole(request, report(run_or_404(run_id), reader.now))


def run_or_404(run_id: int) -> Import:
    run = all_imports().filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run


def listing() -> frame.Main:
    lines = [line(run) for run in all_imports()[:SHOWN]]
    context: dict[str, object] = {
        "crumbs": [Crumb("Data", reverse("data")), Crumb("Imports")],
        "sentence": heard_of(all_imports().count(), quarantine().count()),
        "lines": lines,
        "operates": True,
    }
    return frame.Main("imports", "Imports", context)


def heard_of(runs: int, waiting: int) -> str:
    if not runs:
        return "Nothing has been imported yet"
    return f"{counted(runs, 'import')}, {counted(waiting, 'row')} in quarantine"


def line(run: Import) -> Line:
    tables = run.report.get("tables", [])
    counts = tuple((name, sum(table[name] for table in tables)) for name in COUNTS)
    return Line(run, ", ".join(run.files), counts, quarantine(run=run).count())


def upload(reader: Reader, problem: str = "") -> frame.Main:
    person = importer_or_404(reader)
    context: dict[str, object] = {
        "crumbs": [Crumb("Data", reverse("data")), Crumb("Imports", reverse("imports")), Crumb("Import")],
        "sentence": "Bring your own data",
        "sub": "Accounts, contracts, usage, tickets, surveys, steps of onboarding: in files, as you have them.",
        "limit": UPLOAD.packed // MIB,
        "problem": problem,
        "waiting": uploads.of(person),
    }
    return frame.Main("import", "Import", context)


def report(run: Import, now: datetime) -> frame.Main:
    found = line(run)
    rows = quarantine(run=run)
    total = rows.count()
    context: dict[str, object] = {
        "crumbs": [Crumb("Data", reverse("data")), Crumb("Imports", reverse("imports")), Crumb(found.files)],
        "sentence": sentence(found),
        "sub": span(run),
        "run": run,
        "report": run.report,
        "totals": dict(found.counts),
        "read": sum(count for _, count in found.counts),
        "rows": [kept_aside(row) for row in rows[:SHOWN]],
        "total": total,
        "hidden": max(0, total - SHOWN),
        "mended": rows.filter(mended_at__isnull=False).count(),
        "kept_days": kept_days(run, now),
    }
    return frame.Main("import_report", "Import", context)


def kept_days(run: Import, now: datetime) -> int | None:
    """For how many days the source keeps what comes, where the run is older: what was put aside has gone."""
    days = Source.objects.filter(name=run.source).values_list("kept_days", flat=True).first()
    return days if days is not None and run.at < now - timedelta(days=days) else None


def sentence(found: Line) -> str:
    """“33,100 rows read = 33,000 stored + 0 updated + 0 duplicate + 100 quarantined”"""
    read = sum(count for _, count in found.counts)
    return (
        f"{number(read)} rows read = {' + '.join(f'{number(count)} {name}' for name, count in found.counts)}"
    )


def span(run: Import) -> str:
    first, last = run.report.get("first", ""), run.report.get("last", "")
    told = f"{run.source}, {first} to {last}." if first else f"{run.source}."
    return f"{told} Data by {run.report['credit']}." if run.report.get("credit") else told


def kept_aside(row: Quarantined) -> KeptAside:
    if "" in row.cells:
        return KeptAside(row, (), (), row.cells[""])
    told = list(cells(row))
    named = tuple(cell for cell in told if cell.column == row.column)
    return KeptAside(row, named, tuple(cell for cell in told if cell.column != row.column), "")


def cells(row: Quarantined) -> Iterator[Cell]:
    """All cells, with the one that is at fault even where it is empty."""
    columns = list(dict.fromkeys([*row.cells, *([row.column] if row.column else [])]))
    for place, column in enumerate(columns):
        yield Cell(f"cell-{place}", column, row.cells.get(column, ""))
