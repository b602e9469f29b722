"""The flaws found in a draft, each put where it stands in the document."""

from __future__ import annotations

from collections.abc import Iterable

from aloft.engagement import leaves
from aloft.engagement.document import Document
from aloft.engagement.draft import Draft
from aloft.engagement.inference import Scope, faults
from aloft.engagement.leaves import Texts
from aloft.engagement.model import Anchor
from aloft.engagement.names import Kind
from aloft.engagement.parse import Parsed, ReadingError
from aloft.engagement.problems import Path
from aloft.engagement.scopes import Scopes
from aloft.engagement.spelling import did_you_mean, quoted
from aloft.engagement.tree import Flaw


class Findings:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.flaws: list[Flaw] = []

    @property
    def document(self) -> Document:
        return self.draft.document

    def keys(self, section: str) -> tuple[str, ...]:
        """What a section declares, well formed or not."""
        return self.draft.tree.keys((section,))

    def add(self, path: Path, message: str, offset: int = 0) -> None:
        """A flaw of a value."""
        self.flaws.append(Flaw(self.draft.tree.place(path, offset), path, message))

    def add_key(self, path: Path, message: str) -> None:
        """A flaw of a key, or of what lacks below it."""
        self.flaws.append(Flaw(self.draft.tree.key_place(path), path, message))

    def flawed(self, path: Path) -> bool:
        """Whether something at the path or below it is wrong, so that nothing follows from it."""
        return any(flaw.path[: len(path)] == path for flaw in (*self.draft.flaws, *self.flaws))

    def require(self, path: Path, key: str) -> None:
        if not self.draft.given((*path, key)):
            self.add_key(path, f"'{key}' is missing")

    def names(self, *path: str | int) -> tuple[str, ...]:
        """The names that a section, or a part of one, declares; those that are none are reported."""
        keys = self.draft.tree.keys(path)
        for key in keys:
            try:
                leaves.name(key)
            except ReadingError as error:
                self.add_key((*path, key), error.message)
        return keys

    def known(self, path: Path, what: str, name: str, names: Iterable[str], *, key: bool = False) -> bool:
        """Whether `name` is one of `names`."""
        names = tuple(names)
        if name in names:
            return True
        message = f"unknown {what} {quoted(name)}{did_you_mean(name, names)}"
        self.add_key(path, message) if key else self.add(path, message)
        return False

    def words(self, path: Path, what: str, texts: Texts, names: Iterable[str]) -> None:
        """Of one text or a list of them, those that are not among `names`, and those that stand twice."""
        names = tuple(names)
        if isinstance(texts, str):
            self.known(path, what, texts, names)
            return
        written_as_list = self.draft.tree.is_list(path)
        for i, text in enumerate(texts):
            place = (*path, i) if written_as_list else path
            if self.known(place, what, text, names) and text in texts[:i]:
                self.add(place, f"{quoted(text)} stands twice")

    def events(self, path: Path, events: tuple[str, ...] | None) -> None:
        """A list of events names each once, and `any` only by itself."""
        for i, event in enumerate(events or ()):
            if events and (event in events[:i] or (event == "any" and len(events) > 1)):
                alone = "'any' stands by itself" if event == "any" else f"{quoted(event)} stands twice"
                self.add((*path, i), alone)

    def rule(self, path: Path, parsed: Parsed | None, scope: Scope, wanted: Kind = "boolean") -> None:
        """Of a condition or a formula, every name and kind that is wrong, at its own column."""
        if parsed is not None:
            for fault in faults(parsed, scope, wanted):
                self.add(path, fault.message, fault.offset)

    def anchor(self, path: Path, anchor: Anchor | None, known: Scopes, offset: int = 0) -> None:
        """Whether an instant to count from is a date, an instant of the account, or one of a moment."""
        if anchor is None or anchor.name is None or anchor.name in known.instants:
            return
        name, dot, _ = anchor.name.partition(".")
        moments = self.keys("moments")
        if dot and name in moments:
            return
        if dot:
            message = f"unknown moment {quoted(name)}{did_you_mean(name, moments)}"
        elif name in known.moment.names:
            message = f"'{name}' is not an instant"
        else:
            message = f"unknown instant {quoted(name)}{did_you_mean(name, known.instants)}"
        self.add(path, message, offset)
