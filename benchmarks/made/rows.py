"""A company as rows of Django's database: what the engine and the services would have left behind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from aloft import clock
from aloft.act.models import Due, DueKind, Occurrence, Verdict
from aloft.engagement.load import load
from aloft.measures.listing import Terms, list_health, list_positions
from aloft.measures.models import AccountHealth, AccountProjection, HealthDay
from aloft.records.models import Account, Contact, Contract, ContractLine, Holding, ModelVersion, Person
from aloft.records.services import create_user_for, publish_model, set_person

AT_ONCE = 2_000
EACH = 60  # accounts that a person holds, of some; all others are spread over a few
COUNTRIES = ("DE", "FR", "US", "JP", "GB", "NL", "")
BANDS = ("red", "yellow", "green", "green", "grey")
MODEL = Path(__file__).resolve().parent.parent / "model.yaml"


LEADERS = (("mia", "Mia Rossi", "manager"), ("henry", "Henry Whitlock", "head"))


def cast() -> dict[str, User]:
    """Who asks: one who holds some, and two who see everything."""
    asked = Person.objects.filter(handle__in=["cora", *(handle for handle, _, _ in LEADERS)])
    return {person.handle: person.user for person in asked.select_related("user") if person.user}


def an_account() -> str:
    """The id of one that all of them see."""
    return str(Account.objects.get(external_id="account-0").public_id)


def company(accounts: int) -> None:
    """The same rows every time, but for the clock."""
    chance, now = random.Random(2), clock.now()
    version = published(now)
    cora = hired("cora", "Cora Jensen", "csm", now)
    team = [hired(f"csm-{n}", f"Person {n}", "csm", now) for n in range(40)]
    leaders = [hired(*leader, now, sees_everything=True) for leader in LEADERS]
    rows = [
        Account(
            external_id=f"account-{n}",
            name=f"Customer {n * 7919 % accounts}",
            country=chance.choice(COUNTRIES),
            timezone="Europe/Berlin",
            status="active",
            created_at=now,
        )
        for n in range(accounts)
    ]
    Account.objects.bulk_create(rows, batch_size=AT_ONCE)
    holders = [cora if n % (accounts // EACH) == 0 else team[n % len(team)] for n in range(accounts)]
    Holding.objects.bulk_create(
        [Holding(account=one, person=who, role="csm") for one, who in zip(rows, holders, strict=True)],
        batch_size=AT_ONCE,
    )
    understood(rows, holders, chance, now)
    worked(rows, holders, version, chance, now)
    told(rows, chance, now)
    ahead(rows, chance, now)
    for person in (cora, *leaders):
        create_user_for(person=person, actor="b", at=now)


def hired(handle: str, name: str, role: str, now: datetime, **more: Any) -> Person:
    return set_person(
        handle=handle, name=name, role=role, email=f"{handle}@aloft.example", actor="b", at=now, **more
    )


def published(now: datetime) -> ModelVersion:
    document = MODEL.read_text()
    model = load(document, MODEL.name)
    live = now - timedelta(days=90)
    return publish_model(
        name=model.name, document=document, digest=model.digest, live_from=live, actor="b", at=live
    )


def understood(rows: list[Account], holders: list[Person], chance: random.Random, now: datetime) -> None:
    metrics = load(MODEL.read_text(), MODEL.name).metrics
    projections = [
        AccountProjection(
            account=one,
            model="benchmark",
            phase=chance.choice(("onboarding", "ongoing", "ongoing")),
            phase_since=now - timedelta(days=chance.randrange(700), hours=1),
            segment=chance.choice(("tier_1", "tier_2", "tier_3")),
            touch=[chance.choice(("high", "low", "tech"))],
            owner=who,
            mrr=Decimal(chance.randrange(900_000)) / 100,
            values={name: value(metric.verb, chance, now) for name, metric in metrics.items()},
            as_of=now,
        )
        for one, who in zip(rows, holders, strict=True)
    ]
    AccountProjection.objects.bulk_create(projections, batch_size=AT_ONCE)
    renews = (now + timedelta(days=chance.randrange(365)) for _ in rows)
    list_positions(projections, {one.pk: Terms(at, "active") for one, at in zip(rows, renews, strict=True)})
    drivers = [
        {
            "name": name,
            "says": name,
            "value": 1,
            "score": 60,
            "weight": 0.5,
            "share": 0.5,
            "points": -2.0,
            "age": 0,
        }
        for name in ("usage", "support")
    ]
    standing = [
        AccountHealth(
            account=one,
            day=now.date(),
            at=now,
            score=chance.uniform(5, 99),
            band=chance.choice(BANDS),
            coverage=1,
            trend=chance.uniform(-3, 3),
            turned_at=now - timedelta(days=chance.randrange(50), hours=1),
            was="yellow",
            dimensions=drivers,
        )
        for one in rows
    ]
    AccountHealth.objects.bulk_create(standing, batch_size=AT_ONCE)
    list_health(standing)
    HealthDay.objects.bulk_create(days_of(standing), batch_size=AT_ONCE)


def days_of(standing: list[AccountHealth]) -> Iterator[HealthDay]:
    """Three months of some, two days of all."""
    for place, one in enumerate(standing):
        for n in range(90 if place < 100 else 2):
            day = one.day - timedelta(days=n)
            yield HealthDay(account_id=one.account_id, day=day, score=one.score, band=one.band, coverage=1)


def value(verb: str, chance: random.Random, now: datetime) -> Any:
    if verb in ("first", "last"):
        return (now - timedelta(days=chance.randrange(400))).isoformat()
    return None if chance.random() < 0.05 else chance.randrange(400)


def worked(
    rows: list[Account], holders: list[Person], version: ModelVersion, chance: random.Random, now: datetime
) -> None:
    """A third of the accounts has something open; each has something behind it. All that was decided is kept."""
    Occurrence.objects.bulk_create(occurrences(rows, holders, version, chance, now), batch_size=AT_ONCE)
    made = Occurrence.objects.order_by().only("opened_at", "account", "moment", "anchor", "n")
    verdicts = (
        Verdict(
            at=one.opened_at,
            account_id=one.account_id,
            moment=one.moment,
            anchor=one.anchor,
            n=one.n,
            occurrence=one,
            verdict="opened",
            model_version=version,
        )
        for one in made.iterator(AT_ONCE)
    )
    Verdict.objects.bulk_create(verdicts, batch_size=AT_ONCE)


def ahead(rows: list[Account], chance: random.Random, now: datetime) -> None:
    """Of each account the next opening of a schedule."""
    dues = (
        Due(
            at=now + timedelta(days=chance.randrange(60), hours=1),
            account=one,
            kind=DueKind.OPEN,
            moment="scheduled_1",
            anchor="phase:1",
        )
        for one in rows
    )
    Due.objects.bulk_create(dues, batch_size=AT_ONCE)


def occurrences(
    rows: list[Account], holders: list[Person], version: ModelVersion, chance: random.Random, now: datetime
) -> Iterator[Occurrence]:
    for place, (one, who) in enumerate(zip(rows, holders, strict=True)):
        for n in range(1 + (place % 3 == 0)):
            opened = now - timedelta(days=chance.randrange(60))
            yield Occurrence(
                account=one,
                moment=f"scheduled_{n}",
                called=f"scheduled_{n}",
                anchor="phase:1",
                n=1,
                model_version=version,
                trigger="schedule",
                state="open" if n else "closed",
                closed_as="" if n else "done",
                title="Monthly review",
                objective="Look at the month together",
                expected="attended",
                because="A month has passed",
                owner=who,
                role="csm",
                opened_at=opened,
                due_at=opened + timedelta(days=chance.randrange(90)),
                closed_at=None if n else opened,
                outcome_until=opened + timedelta(days=14),
            )


def told(rows: list[Account], chance: random.Random, now: datetime) -> None:
    contracts = Contract.objects.bulk_create(
        [
            Contract(external_id=f"contract-{n}", account=one, starts_on=date(2025, 1, 1))
            for n, one in enumerate(rows)
        ],
        batch_size=AT_ONCE,
    )
    ContractLine.objects.bulk_create(
        [
            ContractLine(
                contract=one,
                line="a",
                mrr=chance.randrange(9000),
                starts_on=date(2025, 1, 1),
                recorded_at=now,
            )
            for one in contracts
        ],
        batch_size=AT_ONCE,
    )
    Contact.objects.bulk_create(
        [Contact(external_id=f"contact-{n}", account=one, name=f"Contact {n}") for n, one in enumerate(rows)],
        batch_size=AT_ONCE,
    )
