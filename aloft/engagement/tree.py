"""A YAML 1.2 document as a tree that knows the line and column of every key and value.

Scalars are kept as they are written: what a value means follows from where it stands, so `NO` is Norway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from aloft.engagement.problems import Path, Place
from aloft.engagement.spelling import quoted

MAX_DEPTH = 30
MAX_NODES = 200_000  # after aliases are followed: a small text may stand for a very large document

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # written as escapes
_ANCHOR = re.compile(r"&\S+[ \t]+")
_ESCAPE = re.compile(r"\\(?:x..|u.{4}|U.{8}|.)|.", re.DOTALL)


@dataclass(frozen=True)
class Scalar:
    text: str
    place: Place
    raw: str
    null: bool = False

    def at(self, offset: int) -> Place:
        """The place of a character of the text; where it begins, if it is written on several lines."""
        if "\n" in self.raw or not self.raw:
            return self.place
        return replace(self.place, column=self.place.column + _raw_offset(self.raw, offset))


@dataclass(frozen=True)
class Entry:
    key: Place
    value: Node


@dataclass(frozen=True)
class Branch:
    entries: Mapping[str, Entry]
    place: Place


@dataclass(frozen=True)
class Listing:
    items: tuple[Node, ...]
    place: Place


Node = Scalar | Branch | Listing


@dataclass(frozen=True)
class Flaw:
    """A problem whose file is not known yet."""

    place: Place
    path: Path
    message: str


class Unreadable(Exception):
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw


@dataclass(frozen=True)
class Tree:
    root: Branch
    flaws: tuple[Flaw, ...] = ()

    def node(self, path: Path) -> Node:
        """The node at the path, or the nearest above it that is there."""
        node: Node = self.root
        for step in path:
            below = _below(node, step)
            if below is None:
                return node
            node = below
        return node

    def place(self, path: Path, offset: int = 0) -> Place:
        """Of the value at the path; `offset` counts characters of a scalar's text."""
        node = self.node(path)
        return node.at(offset) if isinstance(node, Scalar) else node.place

    def key_place(self, path: Path) -> Place:
        """Of the key that ends the path; of the value where it has none."""
        parent = self.node(path[:-1])
        if isinstance(parent, Branch) and path and path[-1] in parent.entries:
            return parent.entries[str(path[-1])].key
        return self.place(path)

    def length(self, path: Path) -> int:
        """Of the list at the path; 0 where there is none."""
        node: Node | None = self.root
        for step in path:
            node = None if node is None else _below(node, step)
        return len(node.items) if isinstance(node, Listing) else 0

    def is_list(self, path: Path) -> bool:
        return isinstance(self.node(path), Listing)

    def is_mapping(self, path: Path) -> bool:
        return isinstance(self.node(path), Branch)

    def keys(self, path: Path) -> tuple[str, ...]:
        """The keys of the mapping at the path; none where there is no mapping."""
        node: Node | None = self.root
        for step in path:
            node = None if node is None else _below(node, step)
        return tuple(node.entries) if isinstance(node, Branch) else ()


def read_tree(
    text: str, file: str = "", what: str = "a model is a mapping that begins with engagement_model"
) -> Tree:
    """The tree of a document; raises Unreadable where the text is not one YAML mapping, which `what` says.

    `file` is what its places carry: empty for the document that is read, the name of one that it extends.
    """
    builder = _Builder(text, file, what)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except YAMLError as error:
        place = replace(_place_of(error, text), file=file)
        raise Unreadable(Flaw(place, (), _message_of(error))) from None
    except (ValueError, OverflowError, AssertionError, NotImplementedError, IndexError, TypeError):
        raise Unreadable(Flaw(builder.last, (), "this is not YAML")) from None
    return Tree(builder.document(), tuple(builder.flaws))


@dataclass
class _Open:
    """A mapping or a list of which the end has not been read."""

    place: Place
    mapping: bool
    anchor: str | None
    before: int
    entries: dict[str, Entry] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    key: tuple[str, Place] | None = None


class _Builder:
    def __init__(self, text: str, file: str, what: str) -> None:
        self.text = text
        self.file = file
        self.what = what
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.flaws: list[Flaw] = []
        self.root: Node | None = None
        self.nodes = 0
        self.last = Place(1, 1, file)

    def document(self) -> Branch:
        if isinstance(self.root, Branch):
            return self.root
        empty = self.root is None or (isinstance(self.root, Scalar) and self.root.null)
        message = "the document is empty" if empty else self.what
        raise Unreadable(Flaw(self.root.place if self.root else Place(1, 1, self.file), (), message))

    def take(self, event: Event) -> None:
        self.last = replace(_mark(event.start_mark), file=self.file)
        if isinstance(event, DocumentStartEvent) and self.root is not None:
            self.refuse("one document only")
        elif isinstance(event, CollectionEndEvent):
            self.close()
        elif isinstance(event, NodeEvent):
            self.take_node(event)

    def take_node(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent):
            self.follow(event)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent):
            if event.tag is not None:
                self.refuse(f"the tag {quoted(str(event.tag))} has no meaning in a model")
            if isinstance(event, ScalarEvent):
                self.put(self.scalar(event), event.anchor, 1)
            else:
                self.begin(event)

    def begin(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        if len(self.open) >= MAX_DEPTH:
            self.refuse(f"more than {MAX_DEPTH} levels deep")
        mapping = isinstance(event, MappingStartEvent)
        self.open.append(_Open(self.last, mapping, event.anchor, self.nodes))

    def close(self) -> None:
        ended = self.open.pop()
        node = (
            Branch(ended.entries, ended.place) if ended.mapping else Listing(tuple(ended.items), ended.place)
        )
        self.put(node, ended.anchor, 1 + self.nodes - ended.before)

    def follow(self, event: AliasEvent) -> None:
        if event.anchor not in self.anchors:
            self.refuse(f"unknown anchor {quoted(str(event.anchor))}")
        node, size = self.anchors[event.anchor]
        self.nodes += size - 1
        self.put(node, None, size)

    def put(self, node: Node, anchor: str | None, size: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse(f"more than {MAX_NODES} values")
        if anchor is not None:
            self.anchors[anchor] = (node, size)
        if not self.open:
            self.root = node
        elif not self.open[-1].mapping:
            self.open[-1].items.append(node)
        elif self.open[-1].key is None:
            self.open[-1].key = self.key(node)
        else:
            self.enter(self.open[-1], self.open[-1].key, node)

    def key(self, node: Node) -> tuple[str, Place]:
        if not isinstance(node, Scalar):
            raise Unreadable(Flaw(node.place, self.path(), "a key is a word"))
        return node.text, node.place

    def enter(self, mapping: _Open, key: tuple[str, Place], node: Node) -> None:
        name, place = key
        if name in mapping.entries:
            first = mapping.entries[name].key.line
            self.flaws.append(
                Flaw(place, self.path(), f"duplicate key {quoted(name)} (first on line {first})")
            )
        else:
            nothing = isinstance(node, Scalar) and not node.raw  # it stands wherever the next word does
            mapping.entries[name] = Entry(place, replace(node, place=place) if nothing else node)
        mapping.key = None

    def path(self) -> Path:
        steps = ((one.key[0] if one.key else "") if one.mapping else len(one.items) for one in self.open)
        return tuple(step for step in steps if step != "")

    def scalar(self, event: ScalarEvent) -> Scalar:
        raw = self.text[event.start_mark.index : event.end_mark.index]
        written = _ANCHOR.sub("", raw, count=1) if event.anchor else raw
        if _UNSEEN.search(event.value):
            self.refuse("a character that nobody can read")
        place = replace(self.last, column=self.last.column + len(raw) - len(written))
        return Scalar(event.value, place, written, null=event.style is None and event.value in _NULLS)

    def refuse(self, message: str) -> None:
        raise Unreadable(Flaw(self.last, self.path(), message))


def plain(node: Node) -> Any:
    """Mappings, lists and texts without their places; None for nothing."""
    match node:
        case Scalar(text=text, null=null):
            return None if null else text
        case Listing(items=items):
            return [plain(item) for item in items]
        case Branch(entries=entries):
            return {key: plain(entry.value) for key, entry in entries.items()}


def _below(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Branch) and step in node.entries:
        return node.entries[str(step)].value
    if isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


def _raw_offset(raw: str, offset: int) -> int:
    """From a character of the text to the character of the source that writes it."""
    if raw[0] == "'":
        return 1 + _nth(re.finditer(r"''|[^']", raw[1:-1]), offset, len(raw) - 2)
    if raw[0] == '"':
        return 1 + _nth(_ESCAPE.finditer(raw[1:-1]), offset, len(raw) - 2)
    return min(offset, len(raw))


def _nth(characters: Iterator[re.Match[str]], offset: int, end: int) -> int:
    match = next(islice(characters, offset, None), None)
    return end if match is None else match.start()


def _mark(mark: StringMark | None) -> Place:
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)


def _place_of(error: YAMLError, text: str) -> Place:
    if isinstance(error, MarkedYAMLError):
        return _mark(error.problem_mark or error.context_mark)
    before = text[: getattr(error, "position", 0)]
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _message_of(error: YAMLError) -> str:
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML"
    return f"not YAML: {' '.join(str(said).split())}" if said != "this is not YAML" else said
