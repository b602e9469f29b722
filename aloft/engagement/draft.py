"""A document read as far as it can be: what is well formed, and a flaw for each thing that is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aloft.engagement.document import (
    ClockDoc,
    Document,
    EscalationDoc,
    HomeDoc,
    HoursDoc,
    MetricDoc,
    MomentDoc,
    OutcomeDoc,
    Part,
    PhaseDoc,
    RoleDoc,
    SegmentDoc,
    SourceDoc,
)
from aloft.engagement.leaves import NOT_RUN, shape_of
from aloft.engagement.problems import Path
from aloft.engagement.spelling import did_you_mean, quoted
from aloft.engagement.tree import Branch, Flaw, Listing, Node, Scalar, Tree

_ENTRIES: Mapping[str, type[Part]] = {
    "sources": SourceDoc,
    "roles": RoleDoc,
    "metrics": MetricDoc,
    "phases": PhaseDoc,
    "segments": SegmentDoc,
    "moments": MomentDoc,
}
_INNER: Mapping[str, type[Part]] = {
    "clock": ClockDoc,
    "home": HomeDoc,
    "business_hours": HoursDoc,
    "outcome": OutcomeDoc,
    "escalate": EscalationDoc,
}


@dataclass(frozen=True)
class Draft:
    """`document` lacks what `flaws` name; the tree still has it."""

    tree: Tree
    document: Document
    flaws: tuple[Flaw, ...]

    def given(self, path: Path) -> bool:
        """Whether the document has the key, well formed or not."""
        return path[-1] in self.tree.keys(path[:-1])


def read_draft(tree: Tree) -> Draft:
    """Read again without what is ill formed, until the rest is well formed."""
    data = _plain(tree.root)
    flaws = list(tree.flaws)
    while True:
        try:
            return Draft(tree, Document.model_validate(data), tuple(flaws))
        except ValidationError as error:
            for details in error.errors(include_url=False):
                path = _path(details["loc"])
                flaws.append(_flaw(tree, path, details))
                _remove(data, path)


def _plain(node: Node) -> Any:
    match node:
        case Scalar(text=text, null=null):
            return None if null else text
        case Listing(items=items):
            return [_plain(item) for item in items]
        case Branch(entries=entries):
            return {key: _plain(entry.value) for key, entry in entries.items()}


def _path(loc: tuple[int | str, ...]) -> Path:
    return tuple(step for step in loc if step != "[key]")


def _remove(data: Any, path: Path) -> None:
    """The key of a mapping goes; an item of a list takes its list along, so that no other item moves."""
    holder, key = data, path[0]
    here = data
    for step in path:
        if isinstance(here, dict):
            holder, key = here, step
        elif not isinstance(here, list):
            break
        here = here.get(step) if isinstance(here, dict) else here[int(step)]
    holder.pop(key, None)


def _flaw(tree: Tree, path: Path, details: ErrorDetails) -> Flaw:
    kind = details["type"]
    if kind == "extra_forbidden":
        return Flaw(tree.key_place(path), path, _surplus(path))
    if kind == "reading":
        context = details["ctx"]
        return Flaw(tree.place(path, int(context["offset"])), _written(tree, path), str(context["message"]))
    wanted = "a list" if kind in ("tuple_type", "list_type") else "a mapping"
    return Flaw(tree.place(path), path, f"expected {wanted}, found {shape_of(details['input'])}")


def _written(tree: Tree, path: Path) -> Path:
    """Without the index of an item that is written as one value instead of a list."""
    if path and isinstance(path[-1], int) and isinstance(tree.node(path[:-1]), Scalar):
        return path[:-1]
    return path


def _surplus(path: Path) -> str:
    key = str(path[-1])
    part = _part(path[:-1])
    if key in part.not_run:
        return f"'{key}' {NOT_RUN}"
    return f"unknown key {quoted(key)}{did_you_mean(key, (*part.keys(), *part.not_run))}"


def _part(path: Path) -> type[Part]:
    """The part of a document whose keys stand below the path."""
    names = [step for step in path if isinstance(step, str)]
    if not names:
        return Document
    if len(names) == 2 and names[0] in _ENTRIES:
        return _ENTRIES[names[0]]
    return _INNER[names[-1]]
