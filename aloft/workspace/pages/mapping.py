"""What do these files say, and is it understood rightly?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse

from aloft.collect.files.document import write_mapping
from aloft.collect.files.gives import tellable
from aloft.collect.files.kinds import Kind
from aloft.collect.files.parts import PARTS, PARTS_OF, ROLES
from aloft.collect.files.profile import ColumnProfile, TableProfile
from aloft.collect.files.propose import Proposed, Question, order_of, spelled
from aloft.collect.files.sayings import telling
from aloft.engine.previewing import Entered
from aloft.ui.words import counted, number
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reading import Reading

VALUES = 3
HOLDS = {
    "integer": "whole numbers",
    "number": "numbers",
    "money": "amounts",
    "flag": "yes or no",
    "date": "days",
    "instant": "instants",
    "text": "text",
    "choice": "a few words",
    "identifier": "ids",
    "email": "addresses of mail",
    "country": "countries",
}
LOGGED = {
    "track": "event",
    "tally": "event",
    "group": "account",
    "identify": "user",
    "contract": "contract",
    "contact": "contact",
}


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class ColumnView:
    """One column of a table. `orders` are there where its dates read two ways."""

    name: str
    values: tuple[str, ...]
    holds: str
    filled: str
    notes: tuple[str, ...]
    part: str
    why: str
    parts: tuple[Option, ...]
    orders: tuple[Option, ...]


@dataclass(frozen=True)
class TableView:
    """`problem` says why the table gives nothing."""

    name: str
    file: str
    rows: int
    unreadable: str
    role: str
    roles: tuple[Option, ...]
    problem: str
    columns: tuple[ColumnView, ...]


@dataclass(frozen=True)
class EntryView:
    table: str
    what: str
    account: str
    entered: Entered
    details: str


@dataclass(frozen=True)
class Choosing:
    name: str
    says: str
    options: tuple[Option, ...]


def main(reading: Reading, wrong: Mapping[str, str] | None = None) -> frame.Main:
    tables = tuple(table_views(reading)) if reading.proposal else ()
    context: dict[str, object] = {
        "crumbs": [
            Crumb("Data", reverse("data")),
            Crumb("Imports", reverse("imports")),
            Crumb("Import", reverse("import_files")),
            Crumb("Mapping"),
        ],
        "sentence": sentence(reading),
        "sub": "Nothing has been stored yet.",
        "upload": reading.upload,
        "mapping": reading.mapping,
        "known": reading.proposal is None,
        "tables": tables,
        "choices": tuple(choosing(reading)),
        "wrong": wrong or {},
        "problem": reading.problem,
        "preview": reading.preview,
        "entries": tuple(entry_view(each) for each in reading.preview.entries) if reading.preview else (),
        "document": write_mapping(reading.mapping) if reading.mapping.tables else "",
        "questions": tuple(asked(reading)),
    }
    return frame.Main("mapping", "Mapping", context)


@dataclass(frozen=True)
class Asked:
    """An open question, and the field that answers it."""

    question: Question
    field: str


def asked(reading: Reading) -> Iterator[Asked]:
    proposal = reading.proposal
    for question in proposal.questions if proposal else ():
        place = list(proposal.profiles[question.table].columns).index(question.column) if proposal else 0
        yield Asked(question, f"order-{question.table}-{place}")


def sentence(reading: Reading) -> str:
    """“4 of 5 tables are understood, and 1 question is open”"""
    total, understood = len(reading.tables), len(reading.mapping.tables)
    if reading.proposal is None:
        return f"{reading.mapping.title or reading.mapping.mapping}: these files are known"
    if not understood:
        return "None of these tables is understood yet"
    all_of = "The table is" if total == 1 else f"All {number(total)} tables are"
    head = f"{all_of} understood"
    if understood < total:
        head = f"{number(understood)} of {counted(total, 'table')} {'is' if understood == 1 else 'are'} understood"
    left = reading.open_questions
    return f"{head}, and {counted(left, 'question')} {'is' if left == 1 else 'are'} open" if left else head


def table_views(reading: Reading) -> Iterator[TableView]:
    proposal = reading.proposal
    if proposal is None:
        return
    proposed = {one.name: one for one in proposal.proposed}
    problems = {one.table: one.reason for one in proposal.left_out}
    for name, profile in proposal.profiles.items():
        yield table_view(reading, name, profile, proposed.get(name), problems.get(name, ""))


def table_view(
    reading: Reading, name: str, profile: TableProfile, one: Proposed | None, problem: str
) -> TableView:
    said = reading.upload.said.get(name)
    role = one.role if one else (said.role if said and said.role else "out")
    columns = () if role == "out" else tuple(column_views(reading, name, profile, one, role))
    table = profile.table
    return TableView(
        name=name,
        file=f"{table.file}, sheet {table.sheet}" if table.sheet else table.file,
        rows=profile.rows,
        unreadable=counted(profile.unreadable, "line") if profile.unreadable else "",
        role=role,
        roles=(
            *(Option(value, label, value == role) for value, label in ROLES.items()),
            Option("out", "nothing: leave the table out", role == "out"),
        ),
        problem=problem,
        columns=columns,
    )


def column_views(
    reading: Reading, name: str, profile: TableProfile, one: Proposed | None, role: str
) -> Iterator[ColumnView]:
    said = reading.upload.said.get(name)
    for column in profile.columns.values():
        guessed = one.draft.part_of(column) if one else ("property" if tellable(column) else "out")
        told = said.parts.get(column.name, "out") if said and said.parts is not None else guessed
        order = said.orders.get(column.name, "") if said else ""
        yield ColumnView(
            name=column.name,
            values=tuple(column.values)[:VALUES],
            holds=holds(column),
            filled="" if column.filled == column.rows else f"{column.share_filled:.0%} filled",
            notes=() if order and column.other else column.notes,
            part=told,
            why="" if said and said.parts is not None else reasons(one).get(column.name, ""),
            parts=tuple(part_options(role, told)),
            orders=tuple(order_options(column, order)),
        )


def part_options(role: str, told: str) -> Iterator[Option]:
    own = {str(known): parts for known, parts in PARTS_OF.items()}.get(role, ())
    for part in ("out", "property", "account", "key", *own):
        yield Option(part, PARTS[part], part == told)


def order_options(column: ColumnProfile, order: str) -> Iterator[Option]:
    if column.other is None:
        return
    example = telling(column)
    for kind in (column.kind, column.other):
        value = order_of(kind)
        yield Option(value, f"{example} is {spelled(example, kind)}", value == order)


def reasons(one: Proposed | None) -> dict[str, str]:
    if one is None:
        return {}
    told = {column: why for column, _, _, why in one.draft.reasons}
    return {one.whose.column: one.whose.reason, **told}


def holds(column: ColumnProfile) -> str:
    """“days, as %d.%m.%Y”"""
    if not column.filled:
        return "nothing"
    return f"{HOLDS[column.kind.holds]}{written(column.kind)}"


def written(kind: Kind) -> str:
    return f", as {kind.format}" if kind.format and kind.format != "%Y-%m-%d" else ""


def choosing(reading: Reading) -> Iterator[Choosing]:
    """Where sources contradict each other, with how many accounts each would have it."""
    found = {one.choice: one for one in reading.preview.report.choices} if reading.preview else {}
    for name, choice in reading.mapping.choices.items():
        accounts = {side.option: side.accounts for side in found[name].options} if name in found else {}
        options = tuple(
            Option(option, side_label(told.says or option, accounts.get(option)), option == choice.take)
            for option, told in choice.options.items()
        )
        yield Choosing(name, choice.says, options)


def side_label(says: str, accounts: int | None) -> str:
    return says if accounts is None else f"{says}: {counted(accounts, 'account')}"


def entry_view(entered: Entered) -> EntryView:
    details = entered.details.get("properties", entered.details.get("traits", {}))
    told = ", ".join(f"{name}: {value}" for name, value in details.items())
    what = entered.name or LOGGED.get(entered.kind, entered.kind)
    return EntryView(entered.table, what, entered.account, entered, told)
