from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

SHOWN = 500  # characters of a row that could not be read


@dataclass(frozen=True)
class Unreadable:
    """A row that is not a row: its cells do not fit the header, its bytes are no text, its JSON is broken."""

    file: str
    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class Rows:
    """Some rows of a table, in the order of the file.

    `lines` are 1-based: the line of the unpacked text file at which each row begins, with the header on
    line 1; the row number in a spreadsheet (the header is row 1) or in Parquet (the first row is row 1).
    `cells` has one string column for each column of the table, null where the cell is empty. Rows that
    hold nothing at all are blank lines, and left out. `unreadable` lie within the same stretch of the file.
    """

    lines: pa.Int64Array
    cells: pa.Table
    unreadable: tuple[Unreadable, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class FileTable:
    """A table in a file: a whole CSV file, or one sheet of a workbook. It can be read again and again.

    `file` is the name without its folder. `columns` are unique and not empty. `understood` says, in
    sentences, how the file was read where that was a choice (its encoding, its delimiter).
    """

    file: str
    sheet: str | None
    columns: tuple[str, ...]
    path: Path
    read: Callable[[], Iterator[Rows]] = field(repr=False, compare=False)
    understood: tuple[str, ...] = ()

    def rows(self) -> Iterator[Rows]:
        """Batches of some ten thousand rows, as streamed from the file. Unopenable if it has changed."""
        return self.read()


@dataclass(frozen=True)
class PassedOver:
    """A file of a folder that holds no table, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Found:
    tables: tuple[FileTable, ...]
    passed_over: tuple[PassedOver, ...] = ()


class Unopenable(Exception):
    """The file holds no table that can be read safely. `reason` says what is wrong and what would mend it."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason
