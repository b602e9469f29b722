from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import F, Max, QuerySet

from aloft.records.models import Account, Book, Contract, ContractLine, Holding, Leave, ModelVersion, Person
from aloft.records.rows import batched

T = TypeVar("T")
CHUNK = 10_000  # below the number of values that one statement of SQLite takes


@dataclass(frozen=True)
class PersonAt:
    """A person of our team as of an instant; `backup` is a person's id."""

    id: int
    handle: str
    name: str
    role: str
    timezone: str
    country: str
    hours_per_week: Decimal | None
    backup: int | None
    on_leave: bool


@dataclass(frozen=True)
class Holder:
    """Who holds an account: the first of a role is the one whose book wins."""

    person: int
    role: str
    book: str


@dataclass(frozen=True)
class RuleBook:
    book: int
    person: int
    role: str
    name: str
    rule: str
    position: int


def current_model_version(name: str | None, at: datetime) -> ModelVersion | None:
    """The newest version that is live at the instant, of the model or, without a name, of any."""
    live = ModelVersion.objects.filter(live_from__lte=at)
    return (live if name is None else live.filter(name=name)).order_by("id").last()


def live_model_versions(at: datetime) -> list[ModelVersion]:
    """Of each model the newest version that is live at the instant, by name."""
    live = ModelVersion.objects.filter(live_from__lte=at).order_by()
    newest = live.values("name").annotate(newest=Max("pk")).values("newest")
    return list(ModelVersion.objects.filter(pk__in=newest).order_by("name"))


def accounts_by_external(external_ids: Collection[str]) -> dict[str, Account]:
    """Those that exist, one query per 10,000."""
    return {
        account.external_id: account
        for some in batched(dict.fromkeys(external_ids), CHUNK)
        for account in Account.objects.filter(external_id__in=some)
    }


def people_at(at: datetime, *, home: str = "UTC") -> list[PersonAt]:
    """Everybody, with who is on leave at the instant; `home` is the zone of those who have none."""
    away = on_leave(at, home=home)
    return [
        PersonAt(
            id=person.pk,
            handle=person.handle,
            name=person.name,
            role=person.role,
            timezone=person.timezone,
            country=person.country,
            hours_per_week=person.hours_per_week,
            backup=person.backup_id,
            on_leave=person.pk in away,
        )
        for person in Person.objects.order_by("pk")
    ]


def on_leave(at: datetime, *, home: str = "UTC") -> set[int]:
    """The ids of the people whose local day at the instant is one of leave."""
    day = at.astimezone(ZoneInfo("UTC")).date()
    near = Leave.objects.filter(first_day__lte=day + timedelta(1), last_day__gte=day - timedelta(1))
    return {
        leave.person_id
        for leave in near.select_related("person")
        if leave.first_day <= at.astimezone(ZoneInfo(leave.person.timezone or home)).date() <= leave.last_day
    }


def holders(accounts: Collection[int]) -> dict[int, tuple[Holder, ...]]:
    """By account id, in the order in which books win; accounts that nobody holds are left out."""
    found: dict[int, list[Holder]] = {}
    for some in batched(dict.fromkeys(accounts), CHUNK):
        held = Holding.objects.filter(account__in=some).select_related("book")
        for holding in held.order_by(F("book__position").asc(nulls_last=True), "book_id", "id"):
            name = holding.book.name if holding.book else ""
            found.setdefault(holding.account_id, []).append(Holder(holding.person_id, holding.role, name))
    return {account: tuple(held) for account, held in found.items()}


def rule_books() -> list[RuleBook]:
    """The books that the engine reads, in the order in which they win."""
    books = Book.objects.exclude(rule="").select_related("person").order_by("position", "id")
    return [
        RuleBook(book.pk, book.person_id, book.person.role, book.name, book.rule, book.position)
        for book in books
    ]


def lines_in_force(contract: Contract, known_at: datetime | None = None) -> list[ContractLine]:
    """Of each line the last version recorded, or the last recorded by `known_at`."""
    versions: QuerySet[ContractLine] = contract.lines.order_by("line", "recorded_at", "id")
    if known_at is not None:
        versions = versions.filter(recorded_at__lte=known_at)
    return list({version.line: version for version in versions}.values())
