"""What a page says of what was just done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Toast:
    """Past tense, with the address that undoes it, if anything does."""

    text: str
    undo: str = ""
