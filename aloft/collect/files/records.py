"""The careful way through a delimited file: record by record, for what is not well formed."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Iterator

from aloft.collect.files.batches import Record, shown
from aloft.collect.files.dialect import LINE, SPACES
from aloft.collect.files.encodings import ESCAPED
from aloft.collect.files.values import Unreadable

ROPE = 1000  # lines that one record may span


class Endless(Exception):
    """A quote was opened that nothing closes."""


class Lines:
    """Physical lines, which can be put back."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._lines = lines_of(blocks)
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.rope = ROPE

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= self.rope:
            raise Endless
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        return line

    def put_back(self) -> None:
        """All but the first line of the record. A file that needs this often is given ever less rope."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
        self.rope = max(2, self.rope * 3 // 4)


def records(
    file: str, blocks: Iterable[bytes], delimiter: str, width: int, line: int
) -> Iterator[Record | Unreadable]:
    lines = Lines(blocks)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken = []
        try:
            cells = next(lines).split() if delimiter == SPACES else next(reader)
        except StopIteration:
            return
        except (Endless, csv.Error):
            cells = alone(lines, delimiter)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
        if cells:
            yield judged(file, line, cells, "".join(lines.taken), width)
        line += len(lines.taken)


def alone(lines: Lines, delimiter: str) -> list[str]:
    """The cells of the first line by itself, its quotes read as they come."""
    if len(lines.taken) > 1:
        lines.put_back()
    return next(csv.reader(lines.taken, delimiter=delimiter), [])


def judged(file: str, line: int, cells: list[str], text: str, width: int) -> Record | Unreadable:
    if ESCAPED.search(text):
        return Unreadable(file, line, "it holds bytes that stand for no character", shown(text))
    if "\0" in text:
        return Unreadable(file, line, "it holds a NUL character", shown(text))
    if len(cells) != width:
        return Unreadable(file, line, wrong_width(len(cells), width), shown(text))
    return line, [cell or None for cell in cells]


def wrong_width(cells: int, width: int) -> str:
    return f"it has {cells} cell{'s' * (cells != 1)}, the header {width}"


def lines_of(blocks: Iterable[bytes]) -> Iterator[str]:
    """With their ends, whichever: \\n, \\r\\n or \\r."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    rest = ""
    for block in blocks:
        *whole, rest = LINE.findall(rest + decoder.decode(block)) or [""]
        yield from whole
    yield from LINE.findall(rest + decoder.decode(b"", True))
