"""The team of Northwind Ledger: who they are, what they hold, and who is away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aloft.demo.customers import Customer
from aloft.records.models import Account, Person
from aloft.records.services import create_user_for, set_book, set_person, take_leave

BY = "demo"


@dataclass(frozen=True)
class Member:
    handle: str
    name: str
    role: str
    zone: str
    country: str
    hours: int = 24
    rule: str = ""
    """What the person's book holds; Cora's is a list."""
    position: int = 0
    backup: str = ""
    sees_everything: bool = False


TEAM = (
    Member("cora", "Cora Jensen", "csm", "Europe/Berlin", "DE", position=1),
    Member("dev", "Dev Patel", "csm", "Europe/London", "GB", rule="country in ('US', 'CA')", position=2),
    Member("ada", "Ada Okafor", "csm", "Europe/Amsterdam", "NL", rule="country in ('AT', 'DK', 'FR', 'IT', 'NL')",
           position=3, backup="dev"),
    Member("otto", "Otto Brandt", "onboarding", "Europe/Berlin", "DE", 28, "phase = 'onboarding'", 4),
    Member("mia", "Mia Rossi", "manager", "Europe/Berlin", "DE", 10, "mrr >= 0", 5, sees_everything=True),
    Member("henry", "Henry Whitlock", "head of customer success", "Europe/London", "GB", sees_everything=True),
    Member("opal", "Opal Reyes", "operations", "America/New_York", "US", sees_everything=True),
)  # fmt: skip

AWAY = "ada"


def hire(at: datetime) -> None:
    """The people, each with a sign-in that has no password."""
    for member in TEAM:
        person = set_person(
            handle=member.handle,
            name=member.name,
            email=f"{member.handle}@northwind.example",
            role=member.role,
            hours_per_week=member.hours,
            timezone=member.zone,
            country=member.country,
            sees_everything=member.sees_everything,
            actor=BY,
            at=at,
        )
        create_user_for(person=person, actor=BY, at=at)
    for member in TEAM:
        if member.backup:
            backup = Person.objects.get(handle=member.backup)
            set_person(handle=member.handle, backup=backup, actor=BY, at=at)


def give_books(at: datetime) -> None:
    for member in TEAM:
        if member.rule:
            _book(member, at)


def on_coras_list(customer: Customer) -> bool:
    return customer.place.country in {"BE", "DE", "SE"}


def list_for_cora(customers: Collection[Customer], at: datetime) -> None:
    """Her book holds those of the customers that are known by now."""
    named = [customer.external for customer in customers if on_coras_list(customer)]
    cora = next(member for member in TEAM if member.handle == "cora")
    _book(cora, at, list(Account.objects.filter(external_id__in=named)))


def _book(member: Member, at: datetime, accounts: Collection[Account] = ()) -> None:
    set_book(
        person=Person.objects.get(handle=member.handle),
        name=f"{member.name.split()[0]}'s accounts",
        rule=member.rule,
        accounts=accounts,
        position=member.position,
        actor=BY,
        at=at,
    )


def leave_of(today: date) -> tuple[date, date]:
    """Both days included: away since the day before yesterday, and for five days more."""
    return today - timedelta(days=2), today + timedelta(days=5)


def send_on_leave(today: date, at: datetime) -> None:
    first, last = leave_of(today)
    take_leave(person=Person.objects.get(handle=AWAY), first_day=first, last_day=last, actor=BY, at=at)
