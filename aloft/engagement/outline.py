"""Where the parts of a document are written: a section such as `clock`, an entry such as `moments.kickoff`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from aloft.engagement.problems import dotted
from aloft.engagement.tree import Branch, Entry, plain, read_tree

_PROFILES = "health.profiles"


@dataclass(frozen=True)
class Written:
    """The lines of a part, from that of its key on; `first` counts from 1."""

    name: str
    first: int
    lines: tuple[str, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


@dataclass(frozen=True)
class Changes:
    """The parts of a document that another one has besides, lacks, and says otherwise, by their dotted names."""

    comes: tuple[str, ...]
    goes: tuple[str, ...]
    differs: tuple[str, ...]


def changes(before: str, after: str) -> Changes:
    """From one document to another, whatever its comments and its spelling. Raises Unreadable."""
    was, is_now = _values(before), _values(after)
    return Changes(
        comes=tuple(name for name in is_now if name not in was),
        goes=tuple(name for name in was if name not in is_now),
        differs=(
            *_other_orders(was, is_now),
            *(name for name in is_now if was.get(name, is_now[name]) != is_now[name]),
        ),
    )


def _other_orders(was: Mapping[str, Any], is_now: Mapping[str, Any]) -> Iterator[str]:
    """Phases come one after the other, and of segments and profiles the first match wins: their order says
    something."""
    for section in ("phases", "segments"):
        shared = [name for name in was if name in is_now and name.startswith(f"{section}.")]
        if shared != [name for name in is_now if name in shared]:
            yield section
    profiles, now = (list(one.get(_PROFILES) or {}) for one in (was, is_now))
    shared = [name for name in profiles if name in now]
    if was.get(_PROFILES) == is_now.get(_PROFILES) and shared != [name for name in now if name in shared]:
        yield _PROFILES


def _values(text: str) -> dict[str, Any]:
    """Of entries, and of sections without any."""
    found: dict[str, Any] = {}
    for section, value in plain(read_tree(text).root).items():
        entries = value if isinstance(value, dict) and value else {"": value}
        found |= {dotted((section, name) if name else (section,)): one for name, one in entries.items()}
    return found


def outline(text: str) -> Mapping[str, Written]:
    """The parts of a document by their dotted names, in its order: sections and their entries.

    A part ends before the next begins; blank lines and comments between them belong to the next.
    Raises Unreadable.
    """
    lines = text.splitlines()
    parts = _parts(read_tree(text).root.entries, len(lines) + 1)
    return {name: Written(name, first, _trimmed(lines[first - 1 : end])) for name, first, end in parts}


def _parts(entries: Mapping[str, Entry], after: int) -> Iterator[tuple[str, int, int]]:
    """Name, first line and last line; `after` is the line behind the last of them."""
    for section, first, end, entry in _spans(entries, after):
        yield dotted((section,)), first, end
        if isinstance(entry.value, Branch):
            for name, begins, ends, _ in _spans(entry.value.entries, end + 1):
                yield dotted((section, name)), begins, ends


def _spans(entries: Mapping[str, Entry], after: int) -> Iterator[tuple[str, int, int, Entry]]:
    """What stands on one line with the next ends on that line too."""
    firsts = [*(entry.key.line for entry in entries.values()), after]
    for (name, entry), (first, following) in zip(entries.items(), pairwise(firsts), strict=True):
        yield name, first, max(first, following - 1), entry


def _trimmed(lines: list[str]) -> tuple[str, ...]:
    end = len(lines)
    while end > 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return tuple(lines[:end])
