from __future__ import annotations

import re
from pathlib import Path

from aloft.collect.files import parquet, workbook
from aloft.collect.files.content import Content
from aloft.collect.files.delimited import delimited
from aloft.collect.files.encodings import encoding_of
from aloft.collect.files.json_rows import json_rows, looks_like_json
from aloft.collect.files.limits import ON_DISK, Limits
from aloft.collect.files.values import FileTable, Found, PassedOver, Rows, Unopenable, Unreadable

__all__ = ["FileTable", "Found", "PassedOver", "Rows", "Unopenable", "Unreadable", "look_into", "open_tables"]

NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\udc80-\udcff]")


def open_tables(path: Path, limits: Limits = ON_DISK) -> list[FileTable]:
    """The tables of a file, or of the files of a folder in the order of their names. Unopenable for a file
    that holds none; in a folder such files are passed over (`look_into` tells which)."""
    return list(look_into(path, limits).tables)


def look_into(path: Path, limits: Limits = ON_DISK) -> Found:
    if not path.is_dir():
        return Found(tuple(tables_of(path, limits)))
    tables: list[FileTable] = []
    passed_over: list[PassedOver] = []
    for file in sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith(".")):
        try:
            tables += tables_of(file, limits)
        except Unopenable as error:
            passed_over.append(PassedOver(file.name, error.reason))
    return Found(tuple(tables), tuple(passed_over))


def tables_of(path: Path, limits: Limits, name: str = "") -> list[FileTable]:
    """By what the file holds; its name says nothing. `name` is what to call it instead of that."""
    if not path.is_file():
        raise Unopenable(name or path.name, "there is no such file")
    content = Content(path, limits, name)
    head = content.head()
    if not head:
        raise content.refused("it is empty")
    if head.startswith(parquet.MAGIC):
        return [parquet.parquet(content)]
    if head.startswith(workbook.MAGIC):
        return workbook.workbook(content)
    if head.startswith(workbook.OLD):
        raise content.refused("it is a workbook of the old kind or has a password: save it as .xlsx without")
    return [text_table(content, head)]


def text_table(content: Content, head: bytes) -> FileTable:
    encoding = encoding_of(head, content.blocks())
    text = encoding.text(head)
    if len(NO_TEXT.findall(text)) > len(text) * 0.1:
        raise content.refused("it is neither text nor a workbook nor Parquet")
    read = json_rows if looks_like_json(text) else delimited
    return read(content, encoding, text)
