"""A change of one part of a document, made in its text at that part's place: nothing else of the text moves.

Every change is checked before it is given back: the changed text is read again, and must say what was meant and
nothing else. What cannot be changed so (a value behind a YAML alias) is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aloft.engagement.layout import Layout, parts_of
from aloft.engagement.problems import Path, dotted
from aloft.engagement.spans import Pair, Span, read_spans
from aloft.engagement.tree import Unreadable, plain, read_tree
from aloft.engagement.writing import block, flat, quoted_as, scalar

Plain = Mapping[str, Any] | Sequence[Any] | str | None


class Unspliced(ValueError):
    """It cannot be changed at its place; the message says what to do."""


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


def value_at(text: str, path: Path) -> Plain:
    """What the document says there: mappings, lists and texts. KeyError where it says nothing."""
    value = _told(text)
    for step in path:
        value = value[step]
    found: Plain = value
    return found


@lru_cache(maxsize=8)
def _told(text: str) -> Any:
    """Not to be changed: who asks again is given the same."""
    return plain(read_tree(text).root)


_spans = lru_cache(maxsize=8)(read_spans)


def amended(text: str, path: Path, value: Plain) -> str:
    """The text with this value at the path, put there if nothing is. Of a mapping that is there only the keys that
    differ are written; its order is kept, and a key that comes stands behind the one before it in `value`."""
    try:
        if value_at(text, path) == value:
            return text
    except (KeyError, IndexError, TypeError):
        pass
    meant = _with(_told(text), path, value)
    for whole in (False, True):
        changed = _apply(text, _Splice(text, whole).to(_spans(text), _told(text), path, value))
        if _says(changed, meant):
            return changed
    raise _refusal(path)


def removed(text: str, path: Path) -> str:
    """The text without the key at the path; the comment right above it goes along."""
    holder = value_at(text, path[:-1])
    rest = {key: one for key, one in holder.items() if key != path[-1]} if isinstance(holder, Mapping) else {}
    splice = _Splice(text)
    parent, name = _span_at(text, path[:-1]), str(path[-1])
    pair = parent.pair(name)
    if pair is None:
        raise _refusal(path)
    edits = splice.without(parent, {parent.pairs.index(pair)}) if rest else splice.emptied(parent)
    return _checked(_apply(text, edits), _with(_told(text), path[:-1], rest), path)


def renamed(text: str, path: Path, name: str) -> str:
    """The text with another key at the end of the path; what refers to it stays as it is."""
    parent = _span_at(text, path[:-1])
    pair = parent.pair(str(path[-1]))
    if pair is None or parent.pair(name) is not None:
        raise _refusal(path)
    key = _Edit(pair.key.start, pair.key.end, quoted_as(text[pair.key.start : pair.key.end], name))
    told = {one.name: value_at(text, (*path[:-1], one.name)) for one in parent.pairs}
    meant = {name if one == path[-1] else one: value for one, value in told.items()}
    return _checked(_apply(text, [key]), _with(_told(text), path[:-1], meant), path)


def reordered(text: str, path: Path, order: Sequence[str]) -> str:
    """The text with the entries of a mapping in this order, each with the comment right above it; the blank lines
    and comments between them stay where they are."""
    span = _span_at(text, path)
    if sorted(order) != sorted(one.name for one in span.pairs):
        raise _refusal(path)
    bodies = {one.name: _Splice(text).body(span, i) for i, one in enumerate(span.pairs)}
    edits = [
        _Edit(*bodies[pair.name], _line_ended(text, slice(*bodies[name]), bodies[pair.name][1]))
        for pair, name in zip(span.pairs, order, strict=True)
        if pair.name != name
    ]
    changed = _apply(text, edits)
    _checked(changed, _told(text), path)
    if list(value_at(changed, path) or ()) != list(order):
        raise _refusal(path)
    return changed


def rewritten(text: str, change: Callable[[Path, str], str | None]) -> str:
    """The text with every key and value as `change` gives it: by its path and as it is written; None: as it is."""
    edits = [
        _Edit(span.start, span.end, put)
        for path, span in _scalars(_spans(text), ())
        if (put := change(path, text[span.start : span.end])) is not None
    ]
    return _apply(text, edits)


def _scalars(span: Span, path: Path) -> list[tuple[Path, Span]]:
    """Values by their paths; keys by theirs, with an empty step behind."""
    found: list[tuple[Path, Span]] = [(path, span)] if span.shape == "scalar" else []
    for pair in span.pairs:
        found += [((*path, pair.name, ""), pair.key), *_scalars(pair.value, (*path, pair.name))]
    for i, item in enumerate(span.items):
        found += _scalars(item, (*path, i))
    return found


class _Splice(Layout):
    def __init__(self, text: str, whole: bool = False) -> None:
        """`whole`: the value is written anew, where its parts could not be changed one by one."""
        super().__init__(text)
        self.whole = whole

    def to(self, span: Span, told: Any, path: Path, value: Plain) -> list[_Edit]:
        """Down to the part that the path leads to; what is missing on the way is put there. `told` is what `span`
        says."""
        if not path:
            return self.value(span, told, value)
        step = path[0]
        if span.shape == "list" and isinstance(step, int) and step < len(span.items):
            return self.to(span.items[step], told[step], path[1:], value)
        pair = span.pair(str(step))
        if span.shape != "mapping":
            raise _refusal(path)
        if pair is None:
            return self.put(span, len(span.pairs) - 1, {str(step): _nested(path[1:], value)})
        if len(path) == 1:
            return self.pair(span, pair, told[step], value)
        if pair.value.start == pair.value.end:
            return self.anew(pair, _nested(path[1:], value), self.column(span))
        return self.to(pair.value, told[step], path[1:], value)

    def pair(self, parent: Span, pair: Pair, told: Any, value: Plain) -> list[_Edit]:
        if not self.whole and self.same_shape(pair.value, value):
            return self.value(pair.value, told, value)
        return self.anew(pair, value, self.column(parent))

    def same_shape(self, span: Span, value: Plain) -> bool:
        """Whether the value can be changed where it stands."""
        if not value and value != "":
            return False
        if isinstance(value, str):
            return span.shape == "scalar" and span.end > span.start and self.text[span.start] not in "|>&"
        wanted = "mapping" if isinstance(value, Mapping) else "list"
        return span.shape == wanted and bool(span.pairs or span.items)

    def value(self, span: Span, told: Any, value: Plain) -> list[_Edit]:
        if isinstance(value, str) and span.shape == "scalar":
            raw = self.text[span.start : span.end]
            return [_Edit(span.start, span.end, quoted_as(raw, value))]
        if isinstance(value, Mapping) and span.pairs:
            return self.mapping(span, told, value)
        if isinstance(value, Sequence) and not isinstance(value, str) and span.items:
            return self.listing(span, told, value)
        return [_Edit(span.start, span.end, flat(value))]

    def mapping(self, span: Span, told: Any, value: Mapping[str, Any]) -> list[_Edit]:
        kept = [name for name in told if name in value]
        if not kept:
            return self.replaced(span, value)
        edits: list[_Edit] = []
        for pair in span.pairs:
            if pair.name in value and value[pair.name] != told[pair.name]:
                edits += self.pair(span, pair, told[pair.name], value[pair.name])
        gone = {i for i, pair in enumerate(span.pairs) if pair.name not in value}
        return [*edits, *self.without(span, gone), *self.coming(span, value, kept)]

    def coming(self, span: Span, value: Mapping[str, Any], kept: Sequence[str]) -> list[_Edit]:
        """The keys that come, each behind the one that stands before it in `value`."""
        edits: list[_Edit] = []
        behind, put = -1, dict[str, Any]()
        for name, one in value.items():
            if name in kept:
                edits += self.put(span, behind, put) if put else []
                behind, put = [pair.name for pair in span.pairs].index(name), {}
            elif span.pair(name) is None:
                put[name] = one
        return [*edits, *(self.put(span, behind, put) if put else [])]

    def listing(self, span: Span, told: Any, value: Sequence[Any]) -> list[_Edit]:
        """What is alike at both ends stays; of the rest each item is changed, and what is over comes or goes."""
        first = _alike(told, value)
        last = _alike(told[first:][::-1], value[first:][::-1])
        old, new = list(range(first, len(told) - last)), value[first : len(value) - last]
        if len(old) == len(told) and not new:
            return self.replaced(span, value)
        edits = [edit for i, one in zip(old, new, strict=False) for edit in self.item(span, i, told[i], one)]
        if len(old) > len(new):
            edits += self.without(span, set(old[len(new) :]))
        elif len(new) > len(old):
            edits += self.put_items(span, first + len(old) - 1, new[len(old) :])
        return edits

    def item(self, span: Span, i: int, told: Plain, value: Plain) -> list[_Edit]:
        item = span.items[i]
        if told == value:
            return []
        begins_alike = not item.pairs or (isinstance(value, Mapping) and item.pairs[0].name in value)
        if self.same_shape(item, value) and begins_alike:
            return self.value(item, told, value)
        if item.flow or item.shape == "scalar":
            return [_Edit(item.start, item.end, flat(value))]
        lines = block([value], self.dash(span))
        return [_Edit(item.start, item.end, "\n".join(lines).lstrip().removeprefix("- "))]

    def anew(self, pair: Pair, value: Plain, column: int) -> list[_Edit]:
        """The value written again, behind its key; in brackets where its key stands in some."""
        start = self.text.index(":", pair.key.end) + 1
        if pair.key.flow:
            return [_Edit(start, pair.value.end, f" {flat(value)}")]
        head, *rest = block({pair.name: value}, column)
        tail = head.partition(f"{scalar(pair.name)}:")[2]
        return [_Edit(start, pair.value.end, "\n".join([tail, *rest]))]

    def replaced(self, span: Span, value: Plain) -> list[_Edit]:
        if span.flow or not value:
            return [_Edit(span.start, span.end, flat(value))]
        column = self.column(span)
        return [_Edit(span.start, span.end, "\n".join(block(value, column)).lstrip())]

    def emptied(self, span: Span) -> list[_Edit]:
        return [_Edit(span.start, span.end, "{}")]

    def without(self, span: Span, gone: set[int]) -> list[_Edit]:
        return [edit for i in sorted(gone) for edit in self.cut(span, i, gone)]

    def cut(self, span: Span, i: int, gone: set[int]) -> list[_Edit]:
        parts = parts_of(span)
        if not span.flow:
            start, end = self.body(span, i)
            return [_Edit(self.blank_above(start, end) if i else start, end, "")]
        start, end = parts[i]
        if i + 1 < len(parts):
            return [_Edit(start, parts[i + 1][0], "")]
        kept = [j for j in range(i) if j not in gone]
        if kept and "#" not in self.text[parts[kept[-1]][1] : start]:
            return [_Edit(parts[i - 1][1] if i - 1 in kept else start, end, "")]
        return [_Edit(start, end, "")]

    def put(self, span: Span, behind: int, value: Mapping[str, Any]) -> list[_Edit]:
        """The pairs behind one of the mapping; -1: before the first."""
        if not span.pairs:
            return [_Edit(span.start, span.end, flat(value))]
        if span.flow:
            return self.put_flow(span, behind, flat(value)[1:-1])
        return self.put_lines(span, behind, block(value, self.column(span)))

    def put_items(self, span: Span, behind: int, value: Sequence[Any]) -> list[_Edit]:
        if span.flow:
            return self.put_flow(span, behind, flat(value)[1:-1])
        return self.put_lines(span, behind, block(value, self.dash(span)))

    def put_flow(self, span: Span, behind: int, text: str) -> list[_Edit]:
        parts = parts_of(span)
        if behind < 0:
            return [_Edit(parts[0][0], parts[0][0], f"{text}, ")]
        return [_Edit(parts[behind][1], parts[behind][1], f", {text}")]

    def put_lines(self, span: Span, behind: int, lines: Sequence[str]) -> list[_Edit]:
        if behind < 0:
            at = self.body(span, 0)[0]
            return [_Edit(at, at, "\n".join([*lines, ""]))]
        at = self.line_end(parts_of(span)[behind][1])
        apart = [""] if self.stand_apart(span, behind) else []
        ended = self.text[at - 1 : at] == "\n"
        put = "\n".join([*apart, *lines])
        return [_Edit(at, at, f"{put}\n" if ended else f"\n{put}")]


def _nested(path: Path, value: Plain) -> Any:
    return {str(path[0]): _nested(path[1:], value)} if path else value


def _with(told: Any, path: Path, value: Plain) -> Any:
    """The same values with another at the path."""
    if not path:
        return value
    step = path[0]
    if isinstance(told, list) and isinstance(step, int) and step < len(told):
        return [_with(one, path[1:], value) if i == step else one for i, one in enumerate(told)]
    below = told if isinstance(told, dict) else {}
    return {**below, str(step): _with(below.get(str(step)), path[1:], value)}


def _span_at(text: str, path: Path) -> Span:
    span = _spans(text)
    for step in path:
        pair = span.pair(str(step))
        if pair is None:
            raise _refusal(path)
        span = pair.value
    return span


def _alike(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many are the same from the beginning on."""
    pairs = list(zip(one, other, strict=False))
    return next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))


def _line_ended(text: str, body: slice, end: int) -> str:
    """A body that was the last of the text has no line end, and gets or loses one with its place."""
    line = text[body].removesuffix("\n")
    return line if end == len(text) and not text.endswith("\n") else f"{line}\n"


def _apply(text: str, edits: Sequence[_Edit]) -> str:
    for edit in sorted(edits, key=lambda one: (one.start, one.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _says(text: str, meant: Any) -> bool:
    try:
        return bool(_told(text) == meant)
    except Unreadable:
        return False


def _checked(text: str, meant: Any, path: Path) -> str:
    if not _says(text, meant):
        raise _refusal(path)
    return text


def _refusal(path: Path) -> Unspliced:
    return Unspliced(f"{dotted(path)} cannot be changed at its place: change it in the text")
