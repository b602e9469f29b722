"""A document read as far as it can be: what is well formed, and a flaw for each thing that is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aloft.engagement.document import Document
from aloft.engagement.leaves import shape_of
from aloft.engagement.part import TAGS, keys_at
from aloft.engagement.problems import Path
from aloft.engagement.spelling import did_you_mean, quoted
from aloft.engagement.tree import Flaw, Listing, Tree, plain


@dataclass(frozen=True)
class Draft:
    """`document` lacks what `flaws` name; the tree still has it. `bases` are the models that it extends."""

    tree: Tree
    document: Document
    flaws: tuple[Flaw, ...]
    bases: tuple[str, ...] = ()

    def given(self, path: Path) -> bool:
        """Whether the document has the key, well formed or not."""
        return path[-1] in self.tree.keys(path[:-1])


def read_draft(tree: Tree, bases: tuple[str, ...] = ()) -> Draft:
    """Read again without what is ill formed, until the rest is well formed."""
    data = plain(tree.root)
    flaws = list(tree.flaws)
    while True:
        try:
            return Draft(tree, Document.model_validate(data), tuple(flaws), bases)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                path = _path(details["loc"])
                flaws.append(_flaw(tree, path, details))
                _remove(data, path)


def _path(loc: tuple[int | str, ...]) -> Path:
    return tuple(step for step in loc if step not in TAGS)


def _remove(data: Any, path: Path) -> None:
    """The key of a mapping goes; an item of a list takes its list along, so that no other item moves."""
    holder, key = data, path[0]
    here = data
    for step in path:
        if isinstance(here, dict) and step in here:
            holder, key = here, step
        elif not isinstance(here, list):
            break
        here = here[step]
    del holder[key]


def _flaw(tree: Tree, path: Path, details: ErrorDetails) -> Flaw:
    kind = details["type"]
    if kind == "extra_forbidden":
        return Flaw(tree.key_place(path), path, _surplus(path))
    if kind == "reading_key":
        path = (*path, *details["ctx"]["below"])
        return Flaw(tree.key_place(path), path, str(details["ctx"]["message"]))
    if kind == "reading":
        context = details["ctx"]
        where = _written(tree, (*path, *context["below"]))
        return Flaw(tree.place(where, int(context["offset"])), where, str(context["message"]))
    wanted = "a list" if kind in ("tuple_type", "list_type") else "a mapping"
    return Flaw(tree.place(path), path, f"expected {wanted}, found {shape_of(details['input'])}")


def _written(tree: Tree, path: Path) -> Path:
    """Without the index of an item that is written as one value instead of a list."""
    if path and isinstance(path[-1], int) and not isinstance(tree.node(path[:-1]), Listing):
        return path[:-1]
    return path


def _surplus(path: Path) -> str:
    key = str(path[-1])
    known = keys_at(Document, path[:-1])
    return f"unknown key {quoted(key)}{did_you_mean(key, known)}"
