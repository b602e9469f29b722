"""The models that others can extend: the presets that ship with Aloft, and files beside a model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from aloft.engagement.tree import Unreadable, read_tree

_TEXT = ".liquid"
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Found:
    """A document: its text, what problems call it, and where it finds what it extends itself."""

    text: str
    file: str
    find: Find


Find = Callable[[str], Found | None]


def presets() -> tuple[str, ...]:
    """Their names, in order."""
    return tuple(
        sorted(path.name.removesuffix(".yaml") for path in _folder().iterdir() if path.name.endswith(".yaml"))
    )


def preset(name: str) -> Found | None:
    """`two-phase`, or `two_phase` as its own document calls itself."""
    word = name.replace("_", "-")
    if word not in presets():
        return None
    return Found(_folder().joinpath(f"{word}.yaml").read_text("utf-8"), f"preset {word}", preset)


def templates() -> Mapping[str, resources.abc.Traversable]:
    """What the presets send has words: the file of each text, by `NAME.LANGUAGE`, in order."""
    files = _folder().joinpath("templates").iterdir()
    found = {one.name.removesuffix(_TEXT): one for one in files if one.name.endswith(_TEXT)}
    return dict(sorted(found.items()))


def worded() -> frozenset[str]:
    """The templates for which a text ships, in whatever language."""
    return frozenset(name.partition(".")[0] for name in templates())


def starting_model() -> str:
    """The text of a model to begin with."""
    return resources.files("aloft.engagement").joinpath("starting-model.yaml").read_text("utf-8")


def title_of(text: str) -> str:
    """The title of a document; empty if it has none."""
    try:
        root = read_tree(text).root
    except Unreadable:
        return ""
    entry = root.entries.get("title")
    return getattr(entry.value, "text", "") if entry else ""


def beside(folder: Path) -> Find:
    """Finds the files of a folder by name, with or without `.yaml`; then presets."""

    def find(name: str) -> Found | None:
        if not _WORD.fullmatch(name):
            return None
        for path in (folder / name, folder / f"{name}.yaml", folder / f"{name}.yml"):
            if path.suffix in (".yaml", ".yml") and path.is_file():
                return Found(path.read_text("utf-8", "replace"), str(path), find)
        return preset(name)

    return find


def _folder() -> resources.abc.Traversable:
    return resources.files("aloft.engagement").joinpath("presets")
