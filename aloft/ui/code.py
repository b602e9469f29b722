"""Text with numbered lines, as the code part of the interface draws it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KEY = r"(?:^\s*(?:- )*|[{,]\s*)[A-Za-z_][\w -]*?(?=:(?:\s|$))"
TEXT = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"
COMMENT = r"(?:^|(?<=\s))#.*$"
PIECES = re.compile(f"(?P<comment>{COMMENT})|(?P<v>{TEXT})|(?P<k>{KEY})")
CSS = {"comment": "dim", "v": "v", "k": "k"}


@dataclass(frozen=True)
class Piece:
    """`css` says what it is: k a key, v a text in quotation marks, dim a comment."""

    css: str
    text: str


@dataclass(frozen=True)
class Line:
    """`tone`: add, del, err, warn, on or hunk; `number` is empty for what has none."""

    number: int | None
    pieces: tuple[Piece, ...]
    tone: str = ""


def lines(texts: Iterable[str], first: int, marked: Mapping[int, str] | None = None) -> tuple[Line, ...]:
    """Lines of YAML from line `first` on; `marked` gives the tone of some by their numbers."""
    tones = marked or {}
    return tuple(
        Line(number, pieces(text), tones.get(number, "")) for number, text in enumerate(texts, start=first)
    )


def pieces(text: str) -> tuple[Piece, ...]:
    """A line of YAML, cut where its colour changes."""
    found: list[Piece] = []
    end = 0
    for match in PIECES.finditer(text):
        if match.start() > end:
            found.append(Piece("", text[end : match.start()]))
        found.append(Piece(CSS[str(match.lastgroup)], match.group()))
        end = match.end()
    rest = text[end:]
    return (*found, Piece("", rest)) if rest or not found else tuple(found)
