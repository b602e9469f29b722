from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import DEFUSEDXML, load_workbook

from aloft.collect.files.batches import Batches, Record, shown, unique
from aloft.collect.files.content import Content
from aloft.collect.files.records import wrong_width
from aloft.collect.files.values import FileTable, Rows, Unopenable, Unreadable

MAGIC = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0"
SHEET_ROWS = 1_048_576  # as many as a sheet can have
OF_THE_DAY = re.compile("[hs]", re.IGNORECASE)
Sheet = Any


def workbook(content: Content) -> list[FileTable]:
    """One table for each sheet that has a row with names and is not empty."""
    inspect(content)
    with opened(content) as sheets:
        found = [(sheet.title, header(content, sheet)) for sheet in sheets]
    tables = [sheet_table(content, title, top) for title, top in found if top]
    if not tables:
        raise content.refused("none of its sheets holds anything")
    return tables


def sheet_table(content: Content, title: str, top: Header) -> FileTable:
    reading = SheetReading(content, title, top)
    return FileTable(content.file, title, unique(top.names), content.path, reading.rows)


def inspect(content: Content) -> None:
    """What the parts unpack to stands at the end of a zip file, and no more than that is ever unpacked."""
    if not DEFUSEDXML:
        raise RuntimeError("Workbooks are read with defusedxml only: install it.")
    try:
        with content.whole() as stream, zipfile.ZipFile(stream) as parts:
            members = parts.infolist()
    except zipfile.BadZipFile as error:
        raise broken(content) from error
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise content.refused("it is no workbook of the kind .xlsx: unpack it, or save it as .xlsx")
    if len(members) > content.limits.members:
        raise content.refused(f"it has more than {content.limits.members:,} parts")
    content.hold(sum(member.file_size for member in members), content.path.stat().st_size)


@contextmanager
def opened(content: Content) -> Iterator[Sequence[Sheet]]:
    with content.whole() as stream:
        try:
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            yield book.worksheets
            book.close()
        except Unopenable:
            raise
        except Exception as error:
            raise broken(content) from error


@dataclass(frozen=True)
class Header:
    names: tuple[str | None, ...]
    row: int


def header(content: Content, sheet: Sheet) -> Header | None:
    """The first row with two cells or more, else the first with any: above a table there may be a title."""
    only: Header | None = None
    for number, cells in numbered(content, sheet):
        names = trimmed(cells)
        if len([name for name in names if name]) > 1:
            return Header(names, number)
        only = only or (Header(names, number) if names else None)
    return only


def numbered(content: Content, sheet: Sheet) -> Iterator[tuple[int, list[str | None]]]:
    """Beyond what a sheet can hold, a row number is made up to keep us counting."""
    sheet.reset_dimensions()  # often wrong
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > SHEET_ROWS:
            raise content.refused(f"the sheet “{sheet.title}” names rows beyond {SHEET_ROWS:,}")
        if len(row) > content.limits.columns:
            raise content.refused(
                f"the sheet “{sheet.title}” has more than {content.limits.columns:,} columns"
            )
        yield number, [as_text(cell) for cell in row]


@dataclass(frozen=True)
class SheetReading:
    content: Content
    title: str
    top: Header

    def rows(self) -> Iterator[Rows]:
        batches = Batches(self.content.file, unique(self.top.names), self.content.limits.cell)
        with opened(self.content) as sheets:
            sheet = next(each for each in sheets if each.title == self.title)
            yield from batches.of(self.records(sheet))

    def records(self, sheet: Sheet) -> Iterator[Record | Unreadable]:
        width = len(self.top.names)
        for number, cells in numbered(self.content, sheet):
            held = trimmed(cells)
            if number <= self.top.row or not held:
                continue
            if len(held) > width:
                text = shown(" | ".join(cell or "" for cell in held))
                yield Unreadable(self.content.file, number, wrong_width(len(held), width), text)
            else:
                yield number, [*held, *[None] * (width - len(held))]


def trimmed(cells: Sequence[str | None]) -> tuple[str | None, ...]:
    width = max((place for place, cell in enumerate(cells, 1) if cell is not None), default=0)
    return tuple(cells[:width])


def as_text(cell: Any) -> str | None:
    """A date where the cell shows no time of the day; a whole number without `.0`."""
    match cell.value:
        case None | "":
            return None
        case bool(value):
            return "true" if value else "false"
        case datetime() as value:
            timed = OF_THE_DAY.search(cell.number_format) or value.time() != time()
            return value.isoformat() if timed else value.date().isoformat()
        case date() | time() as value:
            return value.isoformat()
        case float(value) if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case value:
            return str(value).replace("\0", "\ufffd")


def broken(content: Content) -> Unopenable:
    return content.refused("its workbook cannot be read: save it again as .xlsx")
