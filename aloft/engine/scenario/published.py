"""The model of a scenario: a file beside it, a preset, or a document written in its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aloft.engagement.library import Find, Found, beside, preset, presets
from aloft.engagement.load import Reading, read_model
from aloft.engagement.problems import InvalidModel
from aloft.engagement.spelling import did_you_mean, quoted
from aloft.engagement.tree import Branch, Entry, Scalar, Tree
from aloft.engine.scenario.cells import Cell, Misread

_IN_FORCE = "the model in force"


def read_given(cell: Cell) -> Reading:
    """`model:` of a scenario; raises Misread with all that is wrong with it."""
    find = beside(Path(cell.file).parent)
    if cell.is_mapping:
        return _read(_tree(cell), cell.file, find)
    found = _found(cell, find)
    return _read(found.text, found.file, found.find)


def read_published(cell: Cell, in_force: Reading) -> Reading:
    """`publish:` of a fact: a file, or a document, which extends the model in force unless it extends another."""
    if not cell.is_mapping:
        return read_given(cell)
    tree = _tree(cell)
    if "extends" in tree.root.entries:
        return _read(tree, cell.file, beside(Path(cell.file).parent))
    extends = Entry(cell.key, Scalar(_IN_FORCE, cell.place, _IN_FORCE))
    patch = Tree(Branch({"extends": extends, **tree.root.entries}, tree.root.place))
    reading = _read(patch, cell.file, lambda _name: Found(in_force.document, _IN_FORCE, preset))
    # What it extends is its own earlier version, which a model is not a base of.
    bases = dict.fromkeys((*reading.model.bases, *in_force.model.bases))
    others = tuple(name for name in bases if name != reading.model.name)
    return replace(reading, model=replace(reading.model, bases=others))


def _tree(cell: Cell) -> Tree:
    assert isinstance(cell.node, Branch)
    return Tree(cell.node)


def _found(cell: Cell, find: Find) -> Found:
    name = cell.text()
    path = Path(cell.file).parent / name
    if path.is_file():
        return Found(path.read_text("utf-8-sig", "replace"), str(path), beside(path.parent))
    found = find(name)
    if found is None:
        hint = did_you_mean(name, presets()) or ": write the path of a file, or the name of a preset"
        raise cell.misread(f"there is no model {quoted(name)}{hint}")
    return found


def _read(source: str | Tree, file: str, find: Find) -> Reading:
    try:
        return read_model(source, file, find)
    except InvalidModel as invalid:
        raise Misread(*invalid.problems) from None
