"""A mapping for files that nobody has told us about, with a reason for each guess, and what has to be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import pyarrow as pa

from aloft.collect.files import dates
from aloft.collect.files.gives import Draft, Lacking, Part, gives_of
from aloft.collect.files.joins import Confidence, Whose, key_of, whose
from aloft.collect.files.kinds import Kind, parse
from aloft.collect.files.mapping import (
    AccountOf,
    Column,
    ContractGiven,
    DateOrder,
    EventGiven,
    Gives,
    Keep,
    Mapping,
    Table,
    columns_of,
)
from aloft.collect.files.naming import names_in_common, pattern, table_names
from aloft.collect.files.parts import PARTS, ROLES
from aloft.collect.files.profile import ColumnProfile, TableProfile, profile
from aloft.collect.files.roles import SCORE, Role, blank_code, dated_at, role_of, score, words
from aloft.collect.files.sayings import telling
from aloft.collect.files.values import FileTable

ORDERS: dict[str, DateOrder] = {
    "%d": "day_first",
    "%m": "month_first",
    "%Y": "year_first",
    "%y": "year_first",
}
SHOWN = 200  # respellings in a mapping


@dataclass(frozen=True)
class Said:
    """What a person says of a table. `parts` are those of all of its columns; None leaves them to be guessed."""

    role: Role | Literal["out"] | None = None
    parts: Keyed[str, Part] | None = None
    orders: Keyed[str, DateOrder] = field(default_factory=dict)


@dataclass(frozen=True)
class Guess:
    """What a table, or one of its columns, was taken for, and why."""

    table: str
    file: str
    column: str | None
    says: str
    confidence: Confidence
    reason: str


@dataclass(frozen=True)
class Question:
    """A column of which every value can be read in each of these orders: it has to be said which."""

    table: str
    file: str
    column: str
    example: str
    readings: tuple[tuple[DateOrder, str], ...]


@dataclass(frozen=True)
class LeftOut:
    """A table that can give nothing, and what it lacks."""

    table: str
    file: str
    sheet: str | None
    reason: str


@dataclass(frozen=True)
class Proposed:
    """A table of the proposal, with the draft that it came from."""

    name: str
    role: Role
    whose: Whose
    draft: Draft
    table: Table


@dataclass(frozen=True)
class Proposal:
    """`mapping` has no tables where none of the files can give anything. The questions stand open in it."""

    mapping: Mapping
    guesses: tuple[Guess, ...] = ()
    questions: tuple[Question, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    proposed: tuple[Proposed, ...] = field(default=(), repr=False, compare=False)
    profiles: Keyed[str, TableProfile] = field(default_factory=dict, repr=False, compare=False)


def propose_for(tables: Sequence[FileTable]) -> Proposal:
    """Reads all of the tables once."""
    return propose([profile(table) for table in tables])


def propose(profiles: Sequence[TableProfile], said: Keyed[str, Said] | None = None) -> Proposal:
    """`said` is what a person has said of tables, by their names in the mapping; the rest is guessed."""
    tables = [each.table for each in profiles]
    names = table_names(tables)
    proposed: list[Proposed] = []
    left_out: list[LeftOut] = []
    for name, each, one in zip(names, profiles, whose(profiles), strict=True):
        try:
            proposed.append(proposed_table(name, each, one, names, (said or {}).get(name, Said())))
        except Lacking as error:
            left_out.append(LeftOut(name, each.table.file, each.table.sheet, str(error)))
    kept, repeated = without_samples(proposed)
    return Proposal(
        mapping=Mapping(
            mapping=names_in_common(tables),
            complete_to=complete_to(kept),
            tables={one.name: one.table for one in kept},
        ),
        guesses=tuple(guess for one in kept for guess in guesses(one)),
        questions=tuple(question for one in kept for question in questions(one)),
        left_out=(*left_out, *repeated),
        proposed=tuple(kept),
        profiles=dict(zip(names, profiles, strict=True)),
    )


def proposed_table(
    name: str, found: TableProfile, one: Whose | None, names: Sequence[str], said: Said
) -> Proposed:
    if said.role == "out":
        raise Lacking("it is left out as you said")
    if not found.rows:
        raise Lacking("it has no rows")
    one = whose_said(one, said)
    if one is None:
        undated = dated_at(found.columns.values()) is None
        raise Lacking(f"no column tells whose its rows are{', and none when they happened' * undated}")
    role = said.role or role_of(found, one.column)
    key, last = key_and_order(found, one.column, role, said)
    draft = Draft(name, found, one.column, key, said.parts)
    gives = gives_of(role, draft)
    table = Table(
        files=(pattern(found.table),),
        key=key or composed_key(one.column, gives),
        account=AccountOf(column=one.column, via=None if one.via is None else names[one.via]),
        keep=Keep(last=last) if last else None,
        gives=dict(gives),
    )
    columns = {column: told for column, told in written(found, columns_of(table), said) if told != Column()}
    return Proposed(name, role, one, draft, table.model_copy(update={"columns": columns}))


def whose_said(guessed: Whose | None, said: Said) -> Whose | None:
    """A look-up stays one where the column is still the same."""
    if said.parts is None:
        return guessed
    column = next((name for name, part in said.parts.items() if part == "account"), None)
    if guessed and guessed.column == column:
        return guessed
    return Whose(column, None, "sure", "so it was said") if column else None


def key_and_order(
    found: TableProfile, account: str, role: Role, said: Said
) -> tuple[tuple[str, ...], str | None]:
    """The key, and the column by which the last of several rows of one key is known."""
    if role == "accounts":
        return (account,), None
    guessed = key_of(found, account)
    key: tuple[str, ...] = (guessed[0],) if guessed else ()
    if said.parts is not None:
        key = tuple(name for name, part in said.parts.items() if part == "key")
    return key, guessed[1] if guessed and key == (guessed[0],) else None


def composed_key(account: str, gives: Keyed[str, Gives]) -> tuple[str, ...]:
    """Of a contract without an id the account, the product and the first day; of counts, what they count."""
    match next(iter(gives.values())):
        case ContractGiven(line=line, starts=starts):
            return tuple(each for each in (account, line, starts) if each)
        case EventGiven(times=str(), at=at, name_column=name):
            return tuple(each for each in (account, name, at) if each)
    return ()


def written(found: TableProfile, used: frozenset[str], said: Said) -> Iterator[tuple[str, Column]]:
    """How columns are written, where that is not plain."""
    for name in sorted(used):
        column = found.columns[name]
        if column.kind.holds in ("date", "instant"):
            yield name, dated_column(column).model_copy(update={"order": said.orders.get(name)})
        elif column.kind.holds == "country":
            yield name, Column(values=respelled(column))
        elif {*words(name)} & {*SCORE} and score(column) and (code := blank_code(column)):
            yield name, Column(missing=(code,))


def dated_column(column: ColumnProfile) -> Column:
    """An open question is left open: without an order, an import asks."""
    kind = column.kind
    plain = column.other or kind.format == dates.ISO
    return Column(kind="date" if kind.holds == "date" else "instant", format=None if plain else kind.format)


def respelled(column: ColumnProfile) -> dict[str, str]:
    words = list(column.values)[:SHOWN]
    values = parse(pa.array(words, pa.string()), column.kind)[0].to_pylist()
    return {word: value for word, value in zip(words, values, strict=True) if value and value != word}


def without_samples(proposed: list[Proposed]) -> tuple[list[Proposed], list[LeftOut]]:
    """Two tables of the same events: the one with fewer accounts is a part of the other, and would count twice."""
    kept, left_out = list(proposed), []
    for one in proposed:
        whole = next((other for other in proposed if other is not one and is_sample(one, other)), None)
        if whole:
            kept.remove(one)
            reason = f"its events are in {whole.draft.profile.table.file} as well: they would count twice"
            left_out.append(
                LeftOut(one.name, one.draft.profile.table.file, one.draft.profile.table.sheet, reason)
            )
    return kept, left_out


def is_sample(one: Proposed, whole: Proposed) -> bool:
    named, named_too = event_names(one), event_names(whole)
    accounts = one.draft.profile.columns[one.whose.column].values.keys()
    all_accounts = whole.draft.profile.columns[whole.whose.column].values.keys()
    return bool(named) and named <= named_too and accounts < all_accounts


def event_names(one: Proposed) -> set[str]:
    columns = [each.name_column for each in one.table.gives.values() if isinstance(each, EventGiven)]
    return {name for column in columns if column for name in one.draft.profile.columns[column].values}


def complete_to(proposed: Sequence[Proposed]) -> date | None:
    """The last day on which something happened."""
    days = [
        one.draft.profile.columns[given.at].latest
        for one in proposed
        for given in one.table.gives.values()
        if isinstance(given, EventGiven)
    ]
    return max((day for day in days if day), default=None)


def guesses(one: Proposed) -> Iterator[Guess]:
    file = one.draft.profile.table.file
    yield Guess(
        one.name, file, None, ROLES[one.role], "likely", "by the names of its columns and what they hold"
    )
    yield Guess(one.name, file, one.whose.column, "whose the row is", one.whose.confidence, one.whose.reason)
    for key in one.table.key:
        yield Guess(
            one.name,
            file,
            key,
            "names the row" if len(one.table.key) == 1 else "names the row, with others",
            "likely",
            keyed(one, key),
        )
    for column, part, confidence, reason in one.draft.reasons:
        yield Guess(one.name, file, column, PARTS[part], confidence, reason)


def keyed(one: Proposed, key: str) -> str:
    column = one.draft.profile.columns[key]
    if one.table.keep:
        return f"it comes again with each change: the row with the latest {one.table.keep.last} counts"
    if column.share_unique == 1:
        return "no value comes twice"
    if len(one.table.key) > 1:
        return f"no column names it alone: {', '.join(one.table.key)} do together"
    again = column.counted - len(column.values)
    return f"{again:,} values come again: such rows count as things of their own, told apart by their order"


def questions(one: Proposed) -> Iterator[Question]:
    for name in sorted(columns_of(one.table)):
        column = one.draft.profile.columns[name]
        if column.other and not one.table.columns[name].order:
            example = telling(column)
            kinds = (column.kind, column.other)
            readings = tuple((order_of(kind), spelled(example, kind)) for kind in kinds)
            yield Question(one.name, one.draft.profile.table.file, name, example, readings)


def answered(mapping: Mapping, question: Question, order: DateOrder) -> Mapping:
    """The mapping in which the question is settled."""
    table = mapping.tables[question.table]
    column = table.columns.get(question.column, Column()).model_copy(update={"order": order})
    settled = table.model_copy(update={"columns": {**table.columns, question.column: column}})
    return mapping.model_copy(update={"tables": {**mapping.tables, question.table: settled}})


def order_of(kind: Kind) -> DateOrder:
    return ORDERS.get((kind.format or "")[:2], "month_first")


def spelled(example: str, kind: Kind) -> str:
    day = parse(pa.array([example]), replace(kind, holds="date"))[0][0].as_py()
    return f"{day:%-d %B %Y}" if day else example
