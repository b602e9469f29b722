"""The team of Northwind Ledger: who they are, what they hold, and who is away."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aloft.demo.customers import Customer
from aloft.records.models import Account, Person
from aloft.records.services import create_user_for, set_book, set_person, take_leave

BY = "demo"
CORAS = ("BE", "DE", "SE")


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
    languages: str = "en"
    skills: str = ""


TEAM = (
    Member("cora", "Cora Jensen", "csm", "Europe/Berlin", "DE", position=1, languages="de en",
           skills="executive_reviews"),
    Member("dev", "Dev Patel", "csm", "Europe/London", "GB", 24, "country in ('CA', 'GB', 'IE', 'US')", 2,
           skills="integrations"),
    Member("ada", "Ada Okafor", "csm", "Europe/Amsterdam", "NL", 24,
           "country in ('AT', 'BE', 'DE', 'DK', 'FR', 'IT', 'NL', 'SE')", 3, backup="dev",
           languages="de en fr nl"),
    Member("otto", "Otto Brandt", "onboarding", "Europe/Berlin", "DE", 28, "phase = 'onboarding'", 4, languages="de en",
           skills="data_migration integrations"),
    Member("nina", "Nina Duarte", "onboarding", "America/Toronto", "CA", 28,
           "phase = 'onboarding' and country in ('CA', 'US')", 3, languages="en fr es",
           skills="data_migration"),
    Member("sam", "Sam Reed", "scale", "Europe/London", "GB", 30, "segment = 'tier_3'", 5, skills="webinars"),
    Member("mia", "Mia Rossi", "manager", "Europe/Berlin", "DE", 10, "mrr >= 0", 6, sees_everything=True,
           languages="de en it", skills="executive_reviews"),
    Member("henry", "Henry Whitlock", "head", "Europe/London", "GB", 2, "mrr >= 0", 7, sees_everything=True),
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
            languages=member.languages,
            skills=member.skills,
            actor=BY,
            at=at,
        )
        create_user_for(person=person, actor=BY, at=at)
    for member in TEAM:
        if member.backup:
            backup = Person.objects.get(handle=member.backup)
            set_person(handle=member.handle, backup=backup, actor=BY, at=at)


def give_books(listed: Collection[str], at: datetime) -> None:
    """Cora's is a list of accounts, by external id; the others hold by a rule."""
    for member in TEAM:
        if member.rule or member.handle == "cora":
            set_book(
                person=Person.objects.get(handle=member.handle),
                name=f"{member.name.split()[0]}'s accounts",
                rule=member.rule,
                accounts=[] if member.rule else list(Account.objects.filter(external_id__in=listed)),
                position=member.position,
                actor=BY,
                at=at,
            )


def coras(known: Iterable[Customer]) -> list[str]:
    """The largest customers of her countries."""
    return [one.external for one in known if one.tier == 1 and one.place.country in CORAS]


def leave_of(first_day: date) -> tuple[date, date]:
    """Both days included: away since the day before the first day, and for five days more."""
    return first_day - timedelta(days=1), first_day + timedelta(days=5)


def send_on_leave(first_day: date, at: datetime) -> None:
    first, last = leave_of(first_day)
    take_leave(person=Person.objects.get(handle=AWAY), first_day=first, last_day=last, actor=BY, at=at)
