"""From the text of a document to the model it means, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aloft.engagement.advice import advice
from aloft.engagement.build import build
from aloft.engagement.check import check
from aloft.engagement.draft import Draft, read_draft
from aloft.engagement.expressions import Expression
from aloft.engagement.extending import read_whole
from aloft.engagement.inference import faults
from aloft.engagement.library import Find, preset
from aloft.engagement.model import Model, Rule
from aloft.engagement.notes import remarks
from aloft.engagement.parse import ExpressionError, Parsed, parse, read
from aloft.engagement.problems import InvalidModel, Note, Path, Problem, dotted
from aloft.engagement.scopes import book_rule_scope
from aloft.engagement.tree import Flaw, Tree, Unreadable, plain, read_tree
from aloft.engagement.writing import written

BOOK_RULE = "rule"


@dataclass(frozen=True)
class Reading:
    """A model with what its author should know. `document` is its text, with all that it inherits in it."""

    model: Model
    notes: tuple[Note, ...]
    document: str

    @property
    def unrun(self) -> tuple[Note, ...]:
        return tuple(note for note in self.notes if note.unrun)


def load(text: str, file: str, find: Find = preset) -> Model:
    """The model of a document; `file` is how its problems name it, `find` where it finds what it extends.

    Raises InvalidModel with all that is wrong.
    """
    return _built(_checked(text, file, find), file)


def load_published(text: str, file: str) -> Model:
    """The model of a document that was published, and so was found whole then: to prove it again takes longest."""
    return _built(_formed(text, file, preset), file)


def read_model(source: str | Tree, file: str, find: Find = preset) -> Reading:
    """The model, the notes on it and its whole text; as `load`. `source` may be a part of another document."""
    draft = _checked(source, file, find)
    model = _built(draft, file)
    told = sorted((*remarks(draft), *advice(draft, model)), key=lambda one: one.place)
    notes = tuple(
        Note(
            one.place.file or file, one.place.line, one.place.column, dotted(one.path), one.message, one.unrun
        )
        for one in told
    )
    return Reading(model, notes, _whole_text(source, draft))


def _built(draft: Draft, file: str) -> Model:
    """A key that must say something and says nothing is found as the model lacks it."""
    try:
        return build(draft, file)
    except ValueError:
        silent = [path for path in _silent(plain(draft.tree.root)) if path]
        flaws = [
            Flaw(
                draft.tree.key_place(path),
                path,
                f"'{path[-1]}' says nothing: give it a value, or leave it out",
            )
            for path in silent
        ]
        if not flaws:
            raise
        raise InvalidModel(_problems(flaws, file)) from None


def _silent(told: object, path: Path = ()) -> Iterator[Path]:
    """The keys that have no value."""
    if told is None:
        yield path
    parts = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for step, part in parts:
        yield from _silent(part, (*path, step))


def _whole_text(source: str | Tree, draft: Draft) -> str:
    """As it is written where it extends nothing, with its comments."""
    if isinstance(source, Tree) or "extends" in read_tree(source).root.entries:
        return written(plain(draft.tree.root))
    return source


def _checked(source: str | Tree, file: str, find: Find) -> Draft:
    draft = _read(source, file, find)
    _refuse((*draft.flaws, *check(draft)), file)
    return draft


def _formed(source: str, file: str, find: Find) -> Draft:
    draft = _read(source, file, find)
    _refuse(draft.flaws, file)
    return draft


def _read(source: str | Tree, file: str, find: Find) -> Draft:
    try:
        whole = read_whole(source, file, find)
        return read_draft(whole.tree, whole.bases)
    except Unreadable as unreadable:
        raise InvalidModel(_problems([unreadable.flaw], file)) from None


def _refuse(flaws: Iterable[Flaw], file: str) -> None:
    if told := _problems(flaws, file):
        raise InvalidModel(told)


def parse_rule(text: str) -> Expression:
    """The expression of a book's rule; raises ExpressionError. `check_book_rule` also checks its names."""
    return parse(text)


def check_book_rule(text: str, fields: Mapping[str, str]) -> Rule:
    """The rule of a book, such as `segment = 'tier_1' and country = 'DE'`.

    It may read the account, its contract, its position, and `fields` (name to type, as in `Model.fields`).
    Raises InvalidModel; the columns are those of `text`.
    """
    try:
        parsed = read(text)
    except ExpressionError as error:
        raise InvalidModel([_of_rule(text, error.offset, error.message)]) from None
    _refuse_faults(parsed, fields)
    return Rule(parsed.expression, text, 1)


def _refuse_faults(parsed: Parsed, fields: Mapping[str, str]) -> None:
    found = faults(parsed, book_rule_scope(fields))
    if found:
        raise InvalidModel(_of_rule(parsed.text, fault.offset, fault.message) for fault in found)


def _of_rule(text: str, offset: int, message: str) -> Problem:
    before = text[:offset]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(BOOK_RULE, line, column, "", message)


def _problems(flaws: Iterable[Flaw], file: str) -> list[Problem]:
    return [
        Problem(flaw.place.file or file, flaw.place.line, flaw.place.column, dotted(flaw.path), flaw.message)
        for flaw in dict.fromkeys(flaws)
    ]
