"""The rules of a draft as the model carries them: each with its text and its line."""

from __future__ import annotations

from typing import TypeVar

from aloft.engagement.document import Document
from aloft.engagement.draft import Draft
from aloft.engagement.model import Rule
from aloft.engagement.notes import running
from aloft.engagement.parse import Parsed
from aloft.engagement.problems import Path

Value = TypeVar("Value")
ANY = ("any",)


class Rules:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    @property
    def document(self) -> Document:
        return self.draft.document

    def rule(self, path: Path, parsed: Parsed | None) -> Rule | None:
        if parsed is None:
            return None
        return Rule(running(parsed.expression, self.draft), parsed.text, self.draft.tree.place(path).line)

    def sure_rule(self, path: Path, parsed: Parsed | None) -> Rule:
        return given(self.rule(path, parsed))

    def line(self, path: Path) -> int:
        return self.draft.tree.key_place(path).line


def given(value: Value | None) -> Value:
    if value is None:
        raise ValueError("a draft with flaws is no model")
    return value


def otherwise(value: Value | None, standard: Value) -> Value:
    return standard if value is None else value


def events_of(events: tuple[str, ...] | None) -> tuple[str, ...]:
    """None at all are any event."""
    return () if events == ANY else given(events)
