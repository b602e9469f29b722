"""Rows of files as typed columns in a scratch database, one table for each table of the mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, replace
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aloft.collect.files.candidates import Told
from aloft.collect.files.kinds import Holds, Kind, parse
from aloft.collect.files.mapping import (
    AccountGiven,
    Column,
    ContractGiven,
    EventGiven,
    Mapping,
    Table,
    columns_of,
)
from aloft.collect.files.matching import Matched
from aloft.collect.files.profile import ColumnProfile, profile
from aloft.collect.files.values import FileTable, Rows, Unreadable

Heard = Callable[[int], None]
WHEN = ("date", "instant")


@dataclass(frozen=True)
class Staged:
    """`relation` is the table in the scratch database: the columns of the files under their names, besides
    `_file` (its place in `files`), `_line`, `_n` (the order of rows), `_bad` and `_why`.

    `kinds` are those of the columns; instants are in UTC already where the column says its offset.
    """

    name: str
    table: Table
    files: tuple[FileTable, ...]
    relation: str
    kinds: Keyed[str, Kind]
    understood: tuple[str, ...]
    rows: int
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True)
class Ambiguous:
    """A column of which every value can be read two ways."""

    table: str
    file: str
    column: str
    example: str
    says: str


class Undecided(Exception):
    """Nobody but the user can say how these columns are to be read."""

    def __init__(self, columns: list[Ambiguous]) -> None:
        self.columns = tuple(columns)
        super().__init__("\n".join(one.says for one in columns))


class Misread(Exception):
    """A column does not hold what the mapping takes it for."""


@dataclass(frozen=True)
class Understood:
    """How the columns of one file are read."""

    file: FileTable
    columns: Keyed[str, ColumnProfile]


def understand(mapping: Mapping, matched: Matched) -> list[Understood]:
    """Look at every value of the columns that count. Raises Misread."""
    table = matched.table
    found = []
    for file in matched.files:
        names = tuple(name for name in file.columns if not table.key or name in columns_of(table))
        told = {name: _told(mapping, table, name) for name in names}
        translated = replace(file, columns=names, read=partial(_translated_rows, table, file))
        columns = profile(translated, told).columns
        _refuse_misread(matched.name, table, file, columns)
        found.append(Understood(file, columns))
    return found


def ambiguous(name: str, table: Table, understood: list[Understood]) -> list[Ambiguous]:
    found = []
    for one in understood:
        for column in one.columns.values():
            said = table.columns.get(column.name, Column())
            if column.other is not None and not said.order and not said.format:
                example = column.examples[0] if column.examples else ""
                says = (
                    f"{one.file.file}, column {column.name}: {column.notes[0] if column.notes else example}. "
                    f"Say `order: day_first` or `order: month_first` at tables.{name}.columns.{column.name}"
                )
                found.append(Ambiguous(name, one.file.file, column.name, example, says))
    return found


def stage(
    scratch: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    matched: Matched,
    understood: list[Understood],
    heard: Heard,
    ordinals: Keyed[tuple[str, int], int] | None = None,
) -> Staged:
    """Read the files into the table `rows_NAME`; `heard` is told of every batch how many rows it has.

    `ordinals`, by file and line, are those of rows that have been read before.
    """
    relation = f"rows_{matched.name}".replace('"', "")
    kinds = _common(understood)
    unreadable: list[Unreadable] = []
    rows, made = 0, False
    for place, one in enumerate(understood):
        for batch in one.file.rows():
            typed = _typed(batch.cells, kinds, matched.table, one.columns)
            typed = _placed(typed, batch.lines, place, rows)
            if ordinals is not None:
                told = [ordinals.get((one.file.file, line)) for line in batch.lines.to_pylist()]
                typed = typed.append_column("_ordinal", pa.array(told, pa.int64()))
            scratch.register("batch", typed)
            verb = f'INSERT INTO "{relation}" BY NAME' if made else f'CREATE TABLE "{relation}" AS'
            scratch.execute(f"{verb} SELECT * FROM batch").fetchall()
            scratch.unregister("batch")
            made = True
            rows += len(batch)
            unreadable += batch.unreadable
            heard(len(batch) + len(batch.unreadable))
    if not made:
        empty = _placed(_typed(_no_cells(kinds), kinds, matched.table, {}), pa.array([], pa.int64()), 0, 0)
        scratch.register("batch", empty)
        scratch.execute(f'CREATE TABLE "{relation}" AS SELECT * FROM batch').fetchall()
        scratch.unregister("batch")
    said = dict.fromkeys(line for one in understood for line in _said(one))
    return Staged(
        matched.name, matched.table, matched.files, relation, kinds, tuple(said), rows, tuple(unreadable)
    )


def _translated_rows(table: Table, file: FileTable) -> Iterator[Rows]:
    for batch in file.rows():
        cells = batch.cells
        for name, column in table.columns.items():
            if column.values:
                words = _translated(cells.column(name), column.values)
                cells = cells.set_column(cells.column_names.index(name), name, words)
        yield replace(batch, cells=cells)


def _told(mapping: Mapping, table: Table, name: str) -> Told:
    said = table.columns.get(name, Column())
    missing = tuple(word.lower() for word in (*mapping.missing, *said.missing))
    holds: Holds | None = said.kind or _role(table, name)
    return Told(holds, said.format, said.order, missing)


def _role(table: Table, name: str) -> Holds | None:
    """What the place of a column in the mapping says of its values."""
    if name in _instants(table):
        return "instant"
    if name in table.key or (table.account and table.account.column == name):
        return "identifier"
    for given in table.gives.values():
        if given.account and given.account.column == name:
            return "identifier"
        match given:
            case AccountGiven() if given.fields.get("country") == name:
                return "country"
            case EventGiven() if name == given.times:
                return "integer"
            case EventGiven() if name == given.user:
                return "identifier"
            case ContractGiven() if name == given.mrr:
                return "money"
            case ContractGiven() if name == given.seats:
                return "integer"
            case ContractGiven() if name in (given.contract, given.line, given.plan, given.product):
                return "identifier"
            case _:
                continue
    return None


def _instants(table: Table) -> set[str]:
    """Columns that must tell a day or an instant."""
    named: set[str | None] = set()
    for given in table.gives.values():
        if isinstance(given, AccountGiven | EventGiven):
            named.add(given.at)
        elif isinstance(given, ContractGiven):
            named |= {given.starts, given.ends.column if given.ends else None}
    return {name for name in named if name}


def _refuse_misread(name: str, table: Table, file: FileTable, columns: Keyed[str, ColumnProfile]) -> None:
    for column in sorted(_instants(table) & columns.keys()):
        found = columns[column]
        if found.misfits * 2 > found.filled or (found.kind.holds not in WHEN and found.filled):
            example = found.examples[0] if found.examples else ""
            raise Misread(
                f"{file.file}: `tables.{name}` takes {column} for dates, and it holds “{example}”. "
                f"If these are dates, give their `format` at tables.{name}.columns.{column}"
            )


def _common(understood: list[Understood]) -> dict[str, Kind]:
    """One kind a column, whatever file it comes from; files that disagree are read as text."""
    kinds: dict[str, Kind] = {}
    for one in understood:
        for name, column in one.columns.items():
            known = kinds.setdefault(name, column.kind)
            if known.holds != column.kind.holds:
                both = {known.holds, column.kind.holds}
                kinds[name] = Kind(_wider(both), missing=known.missing)
    return kinds


def _wider(both: set[Holds]) -> Holds:
    if both <= {"integer", "number", "money"}:
        return "number"
    return "instant" if both <= {"date", "instant"} else "text"


def _typed(
    cells: pa.Table, kinds: Keyed[str, Kind], table: Table, columns: Keyed[str, ColumnProfile]
) -> pa.Table:
    arrays, bad = [], np.full(cells.num_rows, None, dtype=object)
    for name, kind in kinds.items():
        own = columns[name].kind if name in columns else kind
        own = own if own.holds == kind.holds else replace(own, holds=kind.holds)
        words = _translated(cells.column(name), table.columns.get(name, Column()).values)
        values, misfits = parse(words, own)
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.timestamp("us"))
        arrays.append(values)
        if pc.any(misfits).as_py():
            flags = np.asarray(misfits.to_numpy(zero_copy_only=False), dtype=bool)
            bad[flags & (bad == None)] = name  # noqa: E711 - elementwise
    typed = pa.table(arrays, names=list(kinds))
    return typed.append_column("_bad", pa.array(bad, pa.string()))


def _translated(column: pa.ChunkedArray, values: Keyed[str, str]) -> pa.ChunkedArray:
    if not values:
        return column
    places = pc.index_in(pc.utf8_trim_whitespace(column), pa.array(list(values), pa.string()))
    return pc.coalesce(pc.take(pa.array(list(values.values()), pa.string()), places), column)


def _placed(typed: pa.Table, lines: pa.Array, file: int, before: int) -> pa.Table:
    count = typed.num_rows
    typed = typed.append_column("_file", pa.repeat(pa.scalar(file, pa.int32()), count))
    typed = typed.append_column("_line", lines)
    return typed.append_column("_n", pa.array(np.arange(before, before + count), pa.int64()))


def _no_cells(kinds: Keyed[str, Kind]) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in kinds})


def _said(one: Understood) -> Iterator[str]:
    yield from (f"{one.file.file}: {says}" for says in one.file.understood)
    for column in one.columns.values():
        yield from (f"{one.file.file}, {column.name}: {note}" for note in column.notes)
