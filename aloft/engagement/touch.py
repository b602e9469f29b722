"""The touch levels of a document, most personal first."""

from __future__ import annotations

from collections.abc import Mapping

from aloft.engagement.document import Document, TouchLevelDoc
from aloft.engagement.model import TOUCH_LEVELS, Touch, TouchLevel


def levels_in(document: Document) -> tuple[Touch, ...]:
    """The four, and the company's own, each after the one that it names; one that names none comes last."""
    order = list(TOUCH_LEVELS)
    own = {name: level for name, level in document.touch_levels.items() if name not in TOUCH_LEVELS}
    for name in _anchored_first(own):
        after = own[name].after
        order.insert(order.index(after) + 1 if after in order else len(order), name)
    return tuple(order)


def _anchored_first(own: Mapping[str, TouchLevelDoc]) -> list[str]:
    """Each after the one that it names. Of several after the same one, the first written stands nearest to it,
    so they are put in from the last."""
    waiting = list(reversed(list(own)))
    placed: list[str] = []
    while waiting:
        ready = [name for name in waiting if own[name].after not in waiting] or waiting
        placed += ready
        waiting = [name for name in waiting if name not in ready]
    return placed


def touch_levels(document: Document) -> tuple[TouchLevel, ...]:
    said = document.touch_levels
    return tuple(
        TouchLevel(name, said[name].ratio, said[name].hours) if name in said else TouchLevel(name)
        for name in levels_in(document)
    )
