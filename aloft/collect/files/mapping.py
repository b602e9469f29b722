"""The document that says what the columns of somebody's files mean: its keys, and what they name.

Columns are named as the file heads them. All problems of a document are told at once, each with its place.
"""

from __future__ import annotations

from collections.abc import Mapping as Keyed
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

ColumnKind = Literal["text", "integer", "number", "flag", "date", "instant"]
DateOrder = Literal["day_first", "month_first", "year_first"]


def _listed(told: Any) -> Any:
    """One word stands for a list of one."""
    return [told] if isinstance(told, str) else told


def _named(told: Any) -> Any:
    """`[seats, plan]` is `{seats: seats, plan: plan}`."""
    told = _listed(told)
    if isinstance(told, list) and all(isinstance(one, str) for one in told):
        return {one: one for one in told}
    return told


def _referred(told: Any) -> Any:
    return {"column": told} if isinstance(told, str) else told


def _of_values(told: Any) -> Any:
    """The values that pass, one or several a column."""
    return {key: _listed(value) for key, value in told.items()} if isinstance(told, dict) else told


def _zone(told: str | None) -> str | None:
    if told is not None and told not in available_timezones():
        raise ValueError(f"unknown time zone '{told}'")
    return told


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Named = Annotated[dict[str, str], BeforeValidator(_named)]
Where = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_of_values)]
Zone = Annotated[str | None, AfterValidator(_zone)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Part):
    """How a column is written. What is not said is found out from its values, and reported."""

    kind: ColumnKind | None = None
    format: str | None = None
    """As `strptime` has it: `%d.%m.%Y`."""
    order: DateOrder | None = None
    timezone: Zone = None
    missing: Words = ()
    """Further spellings of no value: `11` in a survey from 0 to 10."""
    values: dict[str, str] = {}
    """What a value is to be read as: `{UK: GB}`."""


class AccountOf(Part):
    """A column that holds the account's id, or the key of a row of another table, which is `via`'s account."""

    column: str
    via: str | None = None


AccountRef = Annotated[AccountOf, BeforeValidator(_referred)]


class Ends(Part):
    """The first day no longer covered.

    `known: at_end`: nobody knew of the end before it came. `at_start`: it was agreed.
    """

    column: str
    known: Literal["at_end", "at_start"] = "at_start"


EndsRef = Annotated[Ends, BeforeValidator(_referred)]


class Given(Part):
    """What a row gives. `only` names a choice of the mapping and the option under which this counts."""

    account: AccountRef | None = None
    where: Where = {}
    only: dict[str, str] = {}


class AccountGiven(Given):
    """Fields of an account, from `at` on; without it from the account's first sign, or the last complete day."""

    kind: Literal["account"]
    at: str | None = None
    known: Literal["first_seen", "complete_to"] = "first_seen"
    fields: Named = {}
    set: dict[str, str] = {}
    """Fields and the value that each gets, whatever the row says: `{status: churned}`."""


class EventGiven(Given):
    """`optional`: a row without the instant simply does not give the event."""

    kind: Literal["event"]
    name: str | None = None
    name_column: str | None = None
    names: dict[str, str] = {}
    at: str
    optional: bool = False
    user: str | None = None
    times: str | None = None
    properties: Named = {}


class ContractGiven(Given):
    """A line of a contract. Without `contract` the table's key names it; without `line` it has one line."""

    kind: Literal["contract"]
    contract: str | None = None
    line: str | None = None
    product: str | None = None
    plan: str | None = None
    seats: str | None = None
    mrr: str
    per: Literal["month", "quarter", "year"] = "month"
    currency: str | None = None
    starts: str
    ends: EndsRef | None = None


class ContactGiven(Given):
    kind: Literal["contact"]
    contact: str | None = None
    name: str | None = None
    email: str | None = None
    persona: str | None = None
    user: str | None = None


Gives = Annotated[AccountGiven | EventGiven | ContractGiven | ContactGiven, Field(discriminator="kind")]


class Keep(Part):
    """Rows of one key are versions of one thing, in the order of a column; one of them counts."""

    last: str | None = None
    first: str | None = None


class Doubt(Part):
    """Rows to mention though they are kept: `column` is above `than`, times `times`."""

    says: str
    column: str
    than: str
    times: float = 1.0


class Table(Part):
    """`files` are patterns of file or sheet names; without them the columns decide alone.

    Rows with the same key count as several things, told apart by their order, unless `keep` says otherwise.
    Without `key` a row is known by all its values. `changes`: only rows count at which that column differs
    from the row before it of the same key.
    """

    files: Words = ()
    sha256: Words = ()
    key: Words = ()
    account: AccountRef | None = None
    timezone: Zone = None
    columns: dict[str, Column] = {}
    where: Where = {}
    keep: Keep | None = None
    changes: str | None = None
    doubts: tuple[Doubt, ...] = ()
    gives: dict[str, Gives] = {}


class Option(Part):
    """The rows by which this option would have it: told side by side with the others."""

    table: str
    where: Where = {}
    says: str = ""


class Choice(Part):
    says: str
    take: str
    options: dict[str, Option]


class Mapping(Part):
    """`complete_to` is the last day of which the source has everything, in `timezone`."""

    mapping: str
    title: str = ""
    source: str = ""
    credit: str = ""
    timezone: Zone = "UTC"
    currency: str = "USD"
    complete_to: date | None = None
    missing: Words = ()
    leaves: dict[str, str] = {}
    """Patterns of file names that are left out on purpose, and why."""
    choices: dict[str, Choice] = {}
    tables: dict[str, Table] = {}

    @property
    def source_name(self) -> str:
        return self.source or self.mapping

    def chosen(self, only: Keyed[str, str]) -> bool:
        return all(self.choices[choice].take == option for choice, option in only.items())


def columns_of(table: Table) -> frozenset[str]:
    """Every column that the table names; a file that it fits has them all."""
    named = {*table.key, *table.columns, *table.where, table.changes}
    named |= {table.account.column if table.account else None}
    named |= {table.keep.last, table.keep.first} if table.keep else set()
    named |= {one for doubt in table.doubts for one in (doubt.column, doubt.than)}
    for given in table.gives.values():
        named |= columns_given(given)
    return frozenset(one for one in named if one)


def columns_given(given: Gives) -> set[str | None]:
    named: set[str | None] = {*given.where, given.account.column if given.account else None}
    match given:
        case AccountGiven():
            named |= {given.at, *given.fields.values()}
        case EventGiven():
            named |= {given.name_column, given.at, given.user, given.times, *given.properties.values()}
        case ContractGiven():
            named |= {given.contract, given.line, given.product, given.plan, given.seats, given.mrr}
            named |= {given.currency, given.starts, given.ends.column if given.ends else None}
        case ContactGiven():
            named |= {given.contact, given.name, given.email, given.persona, given.user}
    return named
