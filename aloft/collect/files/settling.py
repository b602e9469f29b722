"""The mapping as it was understood: with the formats that were found, so that it reads the next rows alike."""

from __future__ import annotations

from collections.abc import Mapping as Keyed

from aloft.collect.files.mapping import Column, Mapping, Table
from aloft.collect.files.staging import Understood

WRITTEN = frozenset({"integer", "number", "flag", "date", "instant"})


def settled(mapping: Mapping, understood: Keyed[str, list[Understood]]) -> Mapping:
    tables = {
        name: _table(table, understood[name]) if name in understood else table
        for name, table in mapping.tables.items()
    }
    return mapping.model_copy(update={"tables": tables})


def _table(table: Table, understood: list[Understood]) -> Table:
    columns = dict(table.columns)
    for one in understood[:1]:
        for name, found in one.columns.items():
            said = columns.get(name, Column())
            if found.filled and found.kind.holds in WRITTEN:
                update = {"kind": found.kind.holds, "format": said.format or found.kind.format}
                columns[name] = said.model_copy(update=update)
    return table.model_copy(update={"columns": columns})
