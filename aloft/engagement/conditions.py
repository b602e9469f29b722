"""One condition, judged alone while it is typed, by what the rest of its document declares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from aloft.engagement.draft import read_draft
from aloft.engagement.extending import read_whole
from aloft.engagement.inference import Scope, faults
from aloft.engagement.library import preset
from aloft.engagement.parse import ExpressionError, read
from aloft.engagement.scopes import scopes
from aloft.engagement.tree import Unreadable

PLACES = ("audience", "position", "moment", "outcome")


@dataclass(frozen=True)
class Misfit:
    """`column` counts the characters of the condition from 1."""

    column: int
    message: str


def misfits(condition: str, document: str, place: str) -> tuple[Misfit, ...]:
    """What is wrong with a condition at such a `place` of the document: one of `PLACES`.

    None where the document cannot be read: then that is what is to be mended.
    """
    scope = _scope(document, place)
    try:
        parsed = read(condition)
    except ExpressionError as error:
        return (Misfit(error.offset + 1, error.message),)
    if scope is None:
        return ()
    return tuple(Misfit(fault.offset + 1, fault.message) for fault in faults(parsed, scope))


@lru_cache(maxsize=8)
def _scope(document: str, place: str) -> Scope | None:
    try:
        whole = read_whole(document, "", preset)
    except Unreadable:
        return None
    found: Scope = getattr(scopes(read_draft(whole.tree, whole.bases)), place)
    return found
