"""From the text of a mapping to what it means, or to all that is wrong with it; and back to text."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML

from aloft.collect.files import mapping as words
from aloft.collect.files.mapping import (
    AccountGiven,
    ContactGiven,
    ContractGiven,
    EventGiven,
    Mapping,
    Table,
)
from aloft.engagement.problems import Path, Problem, dotted
from aloft.engagement.spelling import alternatives, did_you_mean, quoted
from aloft.engagement.tree import Branch, Flaw, Listing, Node, Scalar, Tree, Unreadable, read_tree

_KINDS = {"account": AccountGiven, "event": EventGiven, "contract": ContractGiven, "contact": ContactGiven}


class InvalidMapping(Exception):
    """A document that is no mapping; `problems` are all that were found, in the order of their places."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def load_mapping(text: str, file: str) -> Mapping:
    """The mapping of a document; `file` is how its problems name it. Raises InvalidMapping."""
    try:
        tree = read_tree(text)
    except Unreadable as unreadable:
        raise InvalidMapping(_problems([unreadable.flaw], file)) from None
    flaws = list(tree.flaws)
    try:
        mapping = Mapping.model_validate(_plain(tree.root))
    except ValidationError as error:
        flaws += [_flaw(tree, details) for details in error.errors(include_url=False)]
        raise InvalidMapping(_problems(flaws, file)) from None
    flaws += _faults(mapping, tree)
    if flaws:
        raise InvalidMapping(_problems(flaws, file))
    return mapping


def write_mapping(mapping: Mapping) -> str:
    """The document of a mapping, without what need not be said."""
    out = StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 100
    yaml.dump(_short(mapping.model_dump(mode="json", exclude_defaults=True)), out)
    return out.getvalue()


def _short(told: Any) -> Any:
    """As a person would write it: `account: account_id`, `key: ticket_id`."""
    if isinstance(told, list):
        return (
            _short(told[0]) if len(told) == 1 and isinstance(told[0], str) else [_short(one) for one in told]
        )
    if not isinstance(told, dict):
        return told
    if told.keys() == {"column"}:
        return told["column"]
    short = {key: _short(value) for key, value in told.items()}
    for key in ("properties", "fields"):
        named = short.get(key)
        if isinstance(named, dict) and all(name == column for name, column in named.items()):
            short[key] = list(named)
    return short


def _plain(node: Node) -> Any:
    match node:
        case Scalar(text=text, null=null):
            return None if null else text
        case Listing(items=items):
            return [_plain(item) for item in items]
        case Branch(entries=entries):
            return {key: _plain(entry.value) for key, entry in entries.items()}


def _problems(flaws: list[Flaw], file: str) -> list[Problem]:
    return [
        Problem(file, flaw.place.line, flaw.place.column, dotted(flaw.path), flaw.message) for flaw in flaws
    ]


def _flaw(tree: Tree, details: ErrorDetails) -> Flaw:
    path = _path(tree, details["loc"])
    if details["type"] == "extra_forbidden":
        return Flaw(tree.key_place(path), path, _surplus(tree, path))
    return Flaw(tree.place(path), path, _message(details))


def _path(tree: Tree, loc: tuple[int | str, ...]) -> Path:
    """Without the steps that only pydantic takes: the tag of a kind."""
    path: Path = ()
    for step in loc:
        there = step in tree.keys(path) if isinstance(step, str) else tree.is_list(path)
        if there or step is loc[-1]:
            path = (*path, step)
    return path


def _message(details: ErrorDetails) -> str:
    match details["type"]:
        case "missing":
            return "it is missing"
        case "union_tag_not_found" | "union_tag_invalid":
            return f"`kind` is {alternatives(_KINDS)}"
        case "literal_error":
            expected = str(details["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
            written = str(details["input"])
            return (
                f"expected {alternatives(expected)}, found {quoted(written)}{did_you_mean(written, expected)}"
            )
        case "value_error":
            return str(details["ctx"]["error"])
        case "dict_type" | "model_type" | "model_attributes_type":
            return "expected a mapping"
        case "tuple_type" | "list_type":
            return "expected a list"
        case "date_from_datetime_parsing" | "date_parsing":
            return f"expected a date, found {quoted(str(details['input']))}"
        case _:
            return f"{details['msg'][0].lower()}{details['msg'][1:]}, found {quoted(str(details['input']))}"


def _surplus(tree: Tree, path: Path) -> str:
    key = str(path[-1])
    part = _part(tree, path[:-1])
    return f"unknown key {quoted(key)}{did_you_mean(key, part.model_fields)}"


def _part(tree: Tree, path: Path) -> type[BaseModel]:
    """The part of a document whose keys stand below the path."""
    part: Any = Mapping
    for step in path:
        if isinstance(step, str) and part is not _KINDS and step in part.model_fields:
            part = _held(part, step)
        elif part is _KINDS:
            kind = tree.node((*path[: path.index(step) + 1], "kind"))
            part = _KINDS.get(kind.text if isinstance(kind, Scalar) else "", EventGiven)
    found: type[BaseModel] = Mapping if part is _KINDS else part
    return found


def _held(part: type[BaseModel], key: str) -> Any:
    held = {
        "tables": Table,
        "choices": words.Choice,
        "options": words.Option,
        "columns": words.Column,
        "account": words.AccountOf,
        "ends": words.Ends,
        "keep": words.Keep,
        "doubts": words.Doubt,
        "gives": _KINDS,
    }
    return held.get(key, part)


def _faults(mapping: Mapping, tree: Tree) -> list[Flaw]:
    """What is well formed and names nothing."""
    return [Flaw(tree.place(path), path, message) for path, message in _unknown(mapping)]


def _unknown(mapping: Mapping) -> Iterator[tuple[Path, str]]:
    if not mapping.tables:
        yield ("tables",), "a mapping has at least one table"
    for name, choice in mapping.choices.items():
        at: Path = ("choices", name)
        if choice.take not in choice.options:
            yield (*at, "take"), _no("option", choice.take, choice.options)
        for option, told in choice.options.items():
            if told.table not in mapping.tables:
                yield (*at, "options", option, "table"), _no("table", told.table, mapping.tables)
    for name, table in mapping.tables.items():
        yield from _unknown_in(mapping, table, ("tables", name))


def _unknown_in(mapping: Mapping, table: Table, at: Path) -> Iterator[tuple[Path, str]]:
    if not table.gives:
        yield (*at, "gives"), "the table gives nothing"
    if table.keep and bool(table.keep.last) == bool(table.keep.first):
        yield (*at, "keep"), "either `last` or `first`"
    if (table.keep or table.changes) and not table.key:
        yield (*at, "key"), "`keep` and `changes` compare rows of one key: name the key"
    if table.account and table.account.via:
        yield from _look_up(mapping, table.account.via, (*at, "account", "via"))
    for name, given in table.gives.items():
        yield from _unknown_given(mapping, table, given, (*at, "gives", name))


def _look_up(mapping: Mapping, via: str, at: Path) -> Iterator[tuple[Path, str]]:
    target = mapping.tables.get(via)
    if target is None:
        yield at, _no("table", via, mapping.tables)
    elif target.account is None or target.account.via or len(target.key) != 1:
        yield (
            at,
            f"{quoted(via)} needs a `key` of one column and an `account` column of its own to be looked up",
        )


def _unknown_given(mapping: Mapping, table: Table, given: Any, at: Path) -> Iterator[tuple[Path, str]]:
    account = given.account or table.account
    if account is None:
        yield (*at, "account"), "whose is it? name the account's column here or at the table"
    if given.account and given.account.via:
        yield from _look_up(mapping, given.account.via, (*at, "account", "via"))
    for choice, option in given.only.items():
        if choice not in mapping.choices:
            yield (*at, "only"), _no("choice", choice, mapping.choices)
        elif option not in mapping.choices[choice].options:
            yield (*at, "only", choice), _no("option", option, mapping.choices[choice].options)
    if isinstance(given, EventGiven) and bool(given.name) == bool(given.name_column):
        yield at, "an event has either a `name` or a `name_column`"
    if isinstance(given, ContractGiven) and not (given.contract or len(table.key) == 1):
        yield at, "`contract` names the column with the contract's id"
    if isinstance(given, ContactGiven) and not (given.contact or len(table.key) == 1):
        yield at, "`contact` names the column with the contact's id"


def _no(what: str, written: str, known: Any) -> str:
    return f"unknown {what} {quoted(written)}{did_you_mean(written, known)}"
