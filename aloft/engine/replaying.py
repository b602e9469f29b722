"""Mended rows of the quarantine, read once more under the mapping by which they were read first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path

import pyarrow as pa

from aloft.collect.files.document import load_mapping
from aloft.collect.files.mapping import Table, columns_of
from aloft.collect.files.matching import Match, Matched
from aloft.collect.files.values import FileTable, Rows
from aloft.collect.imports import quarantine, settle
from aloft.collect.models import Import, Quarantined
from aloft.engine.importing import Asked, Heard, import_files, silent


def replay(home: Path, now: datetime, *, source: str = "", hear: Heard = silent) -> tuple[int, int]:
    """Take in what can be used by now: mended rows, and those whose other half has come since.

    How many rows left the quarantine, and how many are left in it. A row keeps the identity it had in its file.
    """
    rows = [
        row for row in quarantine(source).order_by("of_id", "table", "file", "line") if "" not in row.cells
    ]
    taken = 0
    for run, listed in groupby(rows, lambda row: row.of):
        own = list(listed)
        refused = import_files(home, _asked(run, own), now, hear=hear).refused
        taken += len(own) - settle(rows=own, refused=refused)
    return taken, quarantine(source).count()


def _asked(run: Import, rows: Sequence[Quarantined]) -> Asked:
    mapping = load_mapping(run.mapping, str(run))
    tables = tuple(
        Matched(name, mapping.tables[name], tuple(_files(list(own), mapping.tables[name])))
        for name, own in groupby(rows, lambda row: row.table)
        if name in mapping.tables
    )
    ordinals = {(row.file, row.line): row.ordinal for row in rows}
    return Asked(Match(tables, (), ()), mapping, ordinals=ordinals)


def _files(rows: Sequence[Quarantined], table: Table) -> Iterator[FileTable]:
    for file, listed in groupby(rows, lambda row: row.file):
        own = list(listed)
        written = (column for row in own for column in row.cells)
        columns = tuple(dict.fromkeys([*written, *sorted(columns_of(table))]))
        yield FileTable(file, None, columns, Path(file), partial(_rows, own, columns))


def _rows(rows: Sequence[Quarantined], columns: Sequence[str]) -> Iterator[Rows]:
    lines = pa.array([row.line for row in rows], pa.int64())
    cells = {column: pa.array([row.cells.get(column) for row in rows], pa.string()) for column in columns}
    yield Rows(lines, pa.table(cells))
