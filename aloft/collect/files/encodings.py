from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

UTF_8 = "utf-8"
CP1252 = "cp1252"
BOMS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
ESCAPED = re.compile("[\udc80-\udcff]")
BEYOND_ASCII = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")


@dataclass(frozen=True)
class Encoding:
    name: str
    bom: bytes = b""

    def __str__(self) -> str:
        return self.name.upper() if self.name != CP1252 else "Windows-1252"

    def text(self, head: bytes) -> str:
        return b"".join(self.as_utf_8([head])).decode(UTF_8, "surrogateescape")

    def as_utf_8(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Without the mark at its start. Bytes that stand for no character come through as they are."""
        blocks = without(self.bom, blocks)
        if self.name == UTF_8:
            yield from blocks
            return
        decoder = codecs.getincrementaldecoder(self.name)(
            "replace" if self.name.startswith("utf-16") else "surrogateescape"
        )
        for block in blocks:
            yield decoder.decode(block).encode(UTF_8, "surrogateescape")
        yield decoder.decode(b"", True).encode(UTF_8, "surrogateescape")


def encoding_of(head: bytes, blocks: Iterable[bytes]) -> Encoding:
    """By its mark; else UTF-16 where every other byte is 0; else UTF-8 where more of it is than is not.

    The whole of the file is read: the first accent may stand in its last line.
    """
    for bom, name in BOMS:
        if head.startswith(bom):
            return Encoding(name, bom)
    if wide := utf_16(head):
        return Encoding(wide)
    return Encoding(UTF_8 if mostly_utf_8(blocks) else CP1252)


def utf_16(head: bytes) -> str | None:
    half = len(head) // 2
    if head[1::2].count(0) > half * 0.4:
        return "utf-16-le"
    if head[::2].count(0) > half * 0.4:
        return "utf-16-be"
    return None


def mostly_utf_8(blocks: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder(UTF_8)("surrogateescape")
    good = bad = 0
    for block in blocks:
        text = decoder.decode(block)
        if not text.isascii():
            bad += len(ESCAPED.findall(text))
            good += len(BEYOND_ASCII.findall(text))
    return good >= bad


def without(bom: bytes, blocks: Iterable[bytes]) -> Iterator[bytes]:
    left = len(bom)
    for block in blocks:
        yield block[left:]
        left = max(0, left - len(block))
