from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aloft.collect.files.batches import Batches, Record, shown, storable, unique
from aloft.collect.files.content import Content
from aloft.collect.files.encodings import ESCAPED, UTF_8, Encoding
from aloft.collect.files.limits import MIB
from aloft.collect.files.records import lines_of
from aloft.collect.files.values import FileTable, Rows, Unreadable

ARRAY = re.compile(r"\s*\[\s*[{\]]")
OBJECT = re.compile(r'\s*\{\s*["}]')
BETWEEN = re.compile(r"[\s,]*")
LONGEST_ARRAY = 512 * MIB
DIGITS = 4000  # Python reads no longer integers
Item = tuple[int, dict[str, Any]] | Unreadable


def looks_like_json(text: str) -> bool:
    return bool(ARRAY.match(text) or OBJECT.match(text))


def json_rows(content: Content, encoding: Encoding, text: str) -> FileTable:
    """Of a file that begins with `text`: objects one a line, or in one array. Its columns are the names of all."""
    reading = JsonRows(content, encoding, bool(ARRAY.match(text)))
    names: dict[str, None] = {}
    for item in reading.items():
        if not isinstance(item, Unreadable):
            names.update(dict.fromkeys(flat(item[1])))
        if len(names) > content.limits.columns:
            raise content.refused(f"its objects use more than {content.limits.columns:,} names")
    if not names:
        raise content.refused("it holds no JSON object that can be read: write one a line")
    columns = unique(list(names))
    return FileTable(content.file, None, columns, content.path, lambda: reading.rows(tuple(names), columns))


@dataclass(frozen=True)
class JsonRows:
    content: Content
    encoding: Encoding
    array: bool

    def rows(self, names: tuple[str, ...], columns: tuple[str, ...]) -> Iterator[Rows]:
        batches = Batches(self.content.file, columns, self.content.limits.cell)
        yield from batches.of(self.records(names))

    def records(self, names: tuple[str, ...]) -> Iterator[Record | Unreadable]:
        for item in self.items():
            if isinstance(item, Unreadable):
                yield item
            else:
                line, found = item[0], flat(item[1])
                yield line, [found.get(name) for name in names]

    def items(self) -> Iterator[Item]:
        blocks = self.encoding.as_utf_8(self.content.blocks())
        return self.elements(b"".join(self.held(blocks))) if self.array else self.of_lines(blocks)

    def held(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        read = 0
        for block in blocks:
            read += len(block)
            if read > LONGEST_ARRAY:
                raise self.content.refused("it is one very long array: write one object a line")
            yield block

    def of_lines(self, blocks: Iterator[bytes]) -> Iterator[Item]:
        for line, text in enumerate(lines_of(blocks), 1):
            if not text.strip():
                continue
            try:
                yield self.judged(line, DECODER.decode(text.rstrip()), text)
            except (ValueError, RecursionError) as error:
                yield self.unreadable(line, f"it is no JSON: {why(error)}", text)

    def judged(self, line: int, value: object, text: str) -> Item:
        if not isinstance(value, dict):
            return self.unreadable(line, "it is no JSON object", text)
        if ESCAPED.search(text):
            return self.unreadable(line, "it holds bytes that stand for no character", text)
        return line, value

    def elements(self, data: bytes) -> Iterator[Item]:
        text = data.decode(UTF_8, "surrogateescape")
        place, line = text.index("[") + 1, 1 + text.count("\n", 0, text.index("["))
        while True:
            begin = BETWEEN.match(text, place).end()  # type: ignore[union-attr]
            line += text.count("\n", place, begin)
            if text.startswith("]", begin):
                return
            try:
                value, place = DECODER.raw_decode(text, begin)
            except (ValueError, RecursionError) as error:
                raise self.content.refused(f"its JSON breaks off in line {line:,}: {why(error)}") from error
            yield self.judged(line, value, text[begin:place])
            line += text.count("\n", begin, place)

    def unreadable(self, line: int, reason: str, text: str) -> Unreadable:
        return Unreadable(self.content.file, line, reason, shown(text))


def why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[0].lower()}{error.msg[1:]} at character {error.colno}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else "a number is too long"


def flat(value: dict[str, Any]) -> dict[str, str | None]:
    """`{"user": {"login": "a"}}` has a column `user.login`; what lies deeper is JSON text."""
    cells: dict[str, str | None] = {}
    for name, each in value.items():
        if isinstance(each, dict):
            cells.update({f"{name}.{inner}": as_text(deeper) for inner, deeper in each.items()})
        else:
            cells[name] = as_text(each)
    return cells


def as_text(value: object) -> str | None:
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return storable(value)
        case dict() | list():
            return storable(json.dumps(value, ensure_ascii=False)) if value else None
        case _:
            return str(value)


def whole(text: str) -> int | str:
    return int(text) if len(text) <= DIGITS else text


def fraction(text: str) -> float | str:
    """As it was written, where a float would say something else."""
    value = float(text)
    return value if math.isfinite(value) and repr(value) == text else text


DECODER = json.JSONDecoder(parse_int=whole, parse_float=fraction, parse_constant=str)
