"""Which table of a mapping a file is, by its name and its columns; and which shipped mapping fits some files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.resources import files

from aloft.collect.files.document import load_mapping
from aloft.collect.files.mapping import Mapping, Table, columns_of
from aloft.collect.files.values import FileTable
from aloft.engagement.spelling import did_you_mean, quoted


@dataclass(frozen=True)
class Matched:
    """A table of the mapping with the files that are it, in their order."""

    name: str
    table: Table
    files: tuple[FileTable, ...]


@dataclass(frozen=True)
class Match:
    """`over` are files that no table of the mapping is about; `lacking` says what a named file has not, `left`
    why files are left out on purpose."""

    tables: tuple[Matched, ...]
    over: tuple[FileTable, ...]
    lacking: tuple[str, ...]
    left: tuple[str, ...] = ()


def match(mapping: Mapping, tables: Sequence[FileTable]) -> Match:
    """A file may be several tables of a mapping: its last rows are things, all of them are events."""
    left = {
        file: why for file in tables for pattern, why in mapping.leaves.items() if fnmatch(file.file, pattern)
    }
    tables = [file for file in tables if file not in left]
    matched = tuple(
        Matched(name, table, found)
        for name, table in mapping.tables.items()
        if (found := tuple(file for file in tables if fits(table, file)))
    )
    taken = {file for one in matched for file in one.files}
    over = tuple(file for file in tables if file not in taken)
    said = tuple(f"{file.file}: {why}" for file, why in left.items())
    return Match(matched, over, tuple(_lacking(mapping, over)), said)


def fits(table: Table, file: FileTable) -> bool:
    return named(table, file) and columns_of(table) <= set(file.columns)


def named(table: Table, file: FileTable) -> bool:
    names = [name for name in (file.file, file.sheet) if name]
    return not table.files or any(fnmatch(name.lower(), one.lower()) for one in table.files for name in names)


def shipped() -> list[Mapping]:
    folder = files("aloft.collect.files").joinpath("mappings")
    documents = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name
    )
    return [load_mapping(one.read_text(), one.name) for one in documents]


def recognise(tables: Sequence[FileTable]) -> Mapping | None:
    """The shipped mapping that knows all of these files by name and columns, if there is one."""
    for mapping in shipped():
        found = match(mapping, tables)
        if found.tables and not found.over:
            return mapping
    return None


def _lacking(mapping: Mapping, over: Sequence[FileTable]) -> Iterator[str]:
    for file in over:
        for name, table in mapping.tables.items():
            if table.files and named(table, file):
                for column in sorted(columns_of(table) - set(file.columns)):
                    near = did_you_mean(column, file.columns)
                    yield f"{file.file}: `tables.{name}` reads the column {quoted(column)}, which is not there{near}"
