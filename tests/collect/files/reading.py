from __future__ import annotations

from pathlib import Path

from aloft.collect.files.tables import FileTable, open_tables

Cells = list[tuple[str | None, ...]]


def written(folder: Path, content: str | bytes, name: str = "t.csv") -> FileTable:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    [table] = open_tables(path)
    return table


def cells(table: FileTable) -> Cells:
    return [tuple(each.values()) for rows in table.rows() for each in rows.cells.to_pylist()]


def lines(table: FileTable) -> list[int]:
    return [line for rows in table.rows() for line in rows.lines.to_pylist()]


def unreadable(table: FileTable) -> list[tuple[int, str]]:
    return [(each.line, each.reason) for rows in table.rows() for each in rows.unreadable]
