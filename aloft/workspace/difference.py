"""What is different between two documents, line by line, under the parts of the model that the lines are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from aloft.engagement.outline import Written, outline
from aloft.engagement.tree import Unreadable
from aloft.ui.code import Line, Piece, lines, pieces
from aloft.ui.words import counted, number

AROUND = 2  # unchanged lines that are shown before and after a change
Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Difference:
    """`parts` are those that changed, by their dotted names, in the order of the later document."""

    lines: tuple[Line, ...]
    added: int
    removed: int
    parts: tuple[str, ...]

    def __str__(self) -> str:
        """“1 line comes, 2 go”."""
        comes = f"{counted(self.added, 'line')} {'comes' if self.added == 1 else 'come'}"
        return f"{comes}, {number(self.removed)} {'goes' if self.removed == 1 else 'go'}"


def difference(before: str, after: str) -> Difference:
    was, is_now = before.splitlines(), after.splitlines()
    groups = list(SequenceMatcher(None, was, is_now, autojunk=False).get_grouped_opcodes(AROUND))
    drawn = [line for group in groups for line in _hunk(group, was, is_now, after)]
    changed = [code for group in groups for code in group if code[0] != "equal"]
    return Difference(
        lines=tuple(drawn),
        added=sum(j2 - j1 for _, _, _, j1, j2 in changed),
        removed=sum(i2 - i1 for _, i1, i2, _, _ in changed),
        parts=tuple(dict.fromkeys(_changed(changed, before, after))),
    )


def _hunk(group: Sequence[Opcode], was: list[str], is_now: list[str], after: str) -> Iterator[Line]:
    first = next(j1 for kind, _, _, j1, _ in group if kind != "equal")
    yield Line(None, (Piece("", _part(_parts(after), first + 1) or "…"),), "hunk")
    for kind, i1, i2, j1, j2 in group:
        if kind == "equal":
            yield from lines(is_now[j1:j2], j1 + 1)
        else:
            yield from (Line(i + 1, pieces(was[i]), "del") for i in range(i1, i2))
            yield from (Line(j + 1, pieces(is_now[j]), "add") for j in range(j1, j2))


def _changed(codes: Sequence[Opcode], before: str, after: str) -> Iterator[str]:
    old, new = _parts(before), _parts(after)
    for _, i1, i2, j1, j2 in codes:
        named = [_part(new, line + 1) for line in range(j1, j2)]
        named += [_part(old, line + 1) for line in range(i1, i2)]
        yield from (name for name in named if name)


def _parts(text: str) -> Mapping[str, Written]:
    try:
        return outline(text)
    except Unreadable:
        return {}


def _part(parts: Mapping[str, Written], line: int) -> str:
    """The smallest part that a line is in; empty between parts."""
    around = [name for name, one in parts.items() if one.first <= line <= one.last]
    return around[-1] if around else ""
