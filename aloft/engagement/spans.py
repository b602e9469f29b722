"""Where the keys and values of a document are written: the characters of each, so that one can be replaced alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

Shape = Literal["scalar", "mapping", "list", "alias"]


@dataclass(frozen=True)
class Span:
    """The characters from `start` up to `end`. `flow`: written in brackets, or within them.

    `pairs` are a mapping's, `items` a list's.
    """

    start: int
    end: int
    shape: Shape
    flow: bool = False
    pairs: tuple[Pair, ...] = ()
    items: tuple[Span, ...] = ()

    def pair(self, name: str) -> Pair | None:
        return next((one for one in self.pairs if one.name == name), None)


@dataclass(frozen=True)
class Pair:
    name: str
    key: Span
    value: Span


def read_spans(text: str) -> Span:
    """Of the document's root. The text has been read as a tree before: what is no YAML is not looked for here."""
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.events: Iterator[Event] = iter(YAML(typ="safe", pure=True).parse(text))

    def document(self) -> Span:
        for event in self.events:
            if isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent):
                return self.node(event, flow=False)
        return Span(0, 0, "scalar")

    def node(self, event: Event, *, flow: bool) -> Span:
        start, end = event.start_mark.index, event.end_mark.index
        match event:
            case AliasEvent():
                return Span(start, end, "alias", flow)
            case ScalarEvent():
                return Span(start, start + len(self.text[start:end].rstrip()), "scalar", flow)
            case MappingStartEvent():
                return self.mapping(start, flow or bool(event.flow_style))
            case _:
                return self.listing(start, flow or bool(getattr(event, "flow_style", False)))

    def mapping(self, start: int, flow: bool) -> Span:
        pairs: list[Pair] = []
        while (event := next(self.events)) and isinstance(event, _NODES):
            key = self.node(event, flow=flow)
            value = self.node(next(self.events), flow=flow)
            if value.start == value.end:  # nothing is written: it stands behind the colon
                after = self.text.find(":", key.end) + 1
                value = Span(after, after, "scalar", flow)
            pairs.append(Pair(str(getattr(event, "value", "")), key, value))
        end = event.end_mark.index if flow else max((one.value.end for one in pairs), default=start)
        return Span(start, end, "mapping", flow, pairs=tuple(pairs))

    def listing(self, start: int, flow: bool) -> Span:
        items: list[Span] = []
        while (event := next(self.events)) and isinstance(event, _NODES):
            items.append(self.node(event, flow=flow))
        end = event.end_mark.index if flow else max((one.end for one in items), default=start)
        return Span(start, end, "list", flow, items=tuple(items))


_NODES = (AliasEvent, ScalarEvent, MappingStartEvent, SequenceStartEvent)
