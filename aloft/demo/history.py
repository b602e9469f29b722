"""The company's last months, lived through again: facts by the doors that real ones use, the engine in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from importlib.resources import files
from pathlib import Path
from random import Random

from django.db import transaction

from aloft.act.services import open_by_hand
from aloft.clock import SetClock
from aloft.demo import cast, contracts
from aloft.demo.customers import SEED, Customer, customers
from aloft.demo.team_at_work import Team
from aloft.demo.tickets import Ticket, tickets, told
from aloft.demo.usage import Delivery, usage
from aloft.engagement.load import load
from aloft.engine.loop import Engine
from aloft.engine.timeline import HISTORY_AFTER
from aloft.records.models import Account, Person
from aloft.records.services import publish_model, set_product

MODEL = "model.yaml"
NOON = (12 * 60 + 10, 12 * 60 + 30)
"""Minutes of the day in UTC."""
ENTERED = timedelta(hours=12, minutes=40)
"""After midnight in UTC: when the offices' systems have entered what is new."""
AMENDED = {
    "halloway-freight": (50, Decimal("1.15")),
    "sequoia-labs": (35, Decimal("1.10")),
    "corrigan-law": (70, Decimal("0.80")),
}
"""Days ago, and by how much of its core line."""
VISITS = {"castleton-homes": 20, "osterloh-logistik": 12, "halloway-freight": 16}
"""Customers whom Mia means to see, and how many days ago she said so."""


@dataclass(frozen=True)
class Span:
    """How far back it goes, in days: since when facts are there, and since when a model is live.

    The second is what costs time: every day is decided as it was, in about five turns of the engine.
    """

    known: int = 120
    live: int = 21


@dataclass(frozen=True)
class Doing:
    """Something that an office of the company enters."""

    at: datetime
    do: Callable[[datetime], object]


def document() -> str:
    return (files("aloft.demo") / MODEL).read_text()


def live(home: Path, now: datetime, passed: Callable[[float], object], span: Span) -> None:
    """Live through all of it, up to `now`. `passed` hears the share of it that is over."""
    first = datetime.combine(now.date() - timedelta(days=span.known), time(), UTC)
    begins = first + timedelta(days=span.known - span.live)
    known = customers(now.date())
    opened = tickets(known, first, now)
    entered = [doing for doing in agenda(known, first, begins, now) if doing.at >= first]
    doings = sorted(entered, key=lambda doing: doing.at)
    sent = [*usage(known, first, begins, now), *told(opened, first, begins, now)]
    sent.sort(key=lambda delivery: delivery.received)
    # All of it is history to the engine, which is why it is turned day by day.
    clock = SetClock(now + HISTORY_AFTER + timedelta(days=1))
    engine = Engine(home, load(document(), MODEL).clock.home_zone, clock)
    try:
        engine.store.run("SET threads = 1")  # sixty accounts are too few to share out
        _turn(engine, Team(now), looks(opened, begins, now), doings, sent, passed)
    finally:
        engine.close()


def _turn(
    engine: Engine,
    team: Team,
    instants: list[datetime],
    doings: list[Doing],
    sent: list[Delivery],
    passed: Callable[[float], object],
) -> None:
    coming, arriving = iter(doings), iter(sent)
    doing, delivery = next(coming, None), next(arriving, None)
    for number, until in enumerate(instants, 1):
        with transaction.atomic():
            while doing is not None and doing.at <= until:
                doing.do(doing.at)
                doing = next(coming, None)
        while delivery is not None and delivery.received <= until:
            engine.inbox.append(delivery.entries, received=delivery.received)
            delivery = next(arriving, None)
        engine.run(until)
        if number < len(instants):
            team.work(until)
        passed(number / len(instants))


def looks(opened: Iterable[Ticket], begins: datetime, now: datetime) -> list[datetime]:
    """When the team looks at its lists: each working noon, and when a ticket has come in. The last is now.

    It is shortly before the product delivers, so that a day's facts are few turns of the engine.
    """
    chance = Random(f"{SEED}:looks")  # noqa: S311
    instants: list[datetime] = []
    day = begins
    while day <= now:
        if day.weekday() < 5:
            instants.append(day + timedelta(minutes=chance.randint(*NOON)))
        day += timedelta(days=1)
    pressing = [ticket.opened for ticket in opened if ticket.priority != "normal" and ticket.opened > begins]
    instants += [came + timedelta(minutes=45) for came in pressing]
    return [*sorted(one for one in instants if one < now - timedelta(hours=1)), now]


def agenda(known: list[Customer], first: datetime, begins: datetime, now: datetime) -> Iterator[Doing]:
    """What the offices enter, in any order."""
    yield Doing(first, partial(_found, known))
    yield Doing(begins + ENTERED, _publish)
    yield Doing(_days_before(now, 20), partial(cast.send_on_leave, now.date()))
    for customer in known:
        signed = datetime.combine(customer.starts, time(), UTC) + ENTERED
        if signed > first:
            yield Doing(signed, partial(_sign, customer, known))
        for renewed in contracts.renewals(customer, first, now):
            yield Doing(renewed, partial(contracts.renew, customer))
        if customer.external in AMENDED:
            days, share = AMENDED[customer.external]
            yield Doing(_days_before(now, days), partial(contracts.amend, customer, share))
        if customer.external in VISITS:
            days = VISITS[customer.external]
            yield Doing(_days_before(now, days), partial(_visit, customer))


def _days_before(now: datetime, days: int) -> datetime:
    return datetime.combine(now.date() - timedelta(days=days), time(), UTC) + ENTERED


def _found(known: list[Customer], at: datetime) -> None:
    """What there was before."""
    cast.hire(at)
    for product in (contracts.LEDGER, contracts.PAYROLL):
        set_product(name=product, is_core=product == contracts.LEDGER, actor=cast.BY, at=at)
    before = [customer for customer in known if customer.starts <= at.date()]
    for customer in before:
        contracts.sign(customer, at)
        agreed_at = datetime.combine(customer.starts, time(12), UTC) + timedelta(days=9)
        if contracts.has_plan(customer) and agreed_at < at:
            contracts.agree(customer, at, agreed_at)
    cast.give_books(at)
    cast.list_for_cora(before, at)


def _sign(customer: Customer, known: list[Customer], at: datetime) -> None:
    contracts.sign(customer, at)
    if cast.on_coras_list(customer):
        cast.list_for_cora(known, at)


def _publish(at: datetime) -> None:
    text = document()
    model = load(text, MODEL)
    publish_model(name=model.name, document=text, digest=model.digest, live_from=at, actor="opal", at=at)


def _visit(customer: Customer, at: datetime) -> None:
    account = Account.objects.get(external_id=customer.external)
    mia = Person.objects.get(handle="mia")
    open_by_hand(account=account, moment="executive_visit", actor=mia, at=at)
