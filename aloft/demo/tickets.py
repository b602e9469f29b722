"""Tickets of the customers' people, as the helpdesk tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from aloft.collect.values import Entry
from aloft.demo.customers import SEED, Customer
from aloft.demo.usage import HELPDESK, Delivery, delivered, event, user

EVERY = 3  # days between tickets, over all customers, at most
CLOSES = time(12, 40)
URGENT = ("urgent", "high")
SUBJECTS = (
    "Bank feed stopped",
    "VAT return rejected",
    "Payroll run is stuck",
    "Invoices go out twice",
    "Year-end report differs",
)
LATELY = {
    "redfern-castings": timedelta(hours=27),
    "brackwater-foods": timedelta(minutes=50),
    "castleton-homes": timedelta(minutes=95),
    "meridian-dairy": timedelta(hours=30),
}
"""How long before now the newest urgent ones came: nobody has got to them yet."""

NEVER = "pendle-textiles"
"""Has sent none yet: the first is the one that the tutorial sends."""


@dataclass(frozen=True)
class Ticket:
    customer: Customer
    number: int
    priority: str
    opened: datetime
    solved: datetime


def tickets(customers: Iterable[Customer], first: datetime, now: datetime) -> list[Ticket]:
    """From `first` to `now`, oldest first."""
    chance = Random(f"{SEED}:tickets")  # noqa: S311
    known = [customer for customer in customers if customer.external != NEVER]
    found: list[Ticket] = []
    day = first.date()
    while day < now.date() - timedelta(days=2):
        day += timedelta(days=chance.randint(1, EVERY) if day.weekday() < 4 else 3)
        customer = chance.choice(known)
        minute, priority = chance.randint(8 * 60, 15 * 60), chance.choice((*URGENT, "normal"))
        midnight = datetime.combine(day, time(), ZoneInfo(customer.place.zone)).astimezone(UTC)
        opened = midnight + timedelta(minutes=minute)
        if customer.starts < day and not customer.is_silent(day):
            found.append(_ticket(customer, 1000 + len(found), priority, opened, chance.randint(1, 2)))
    lately = [
        _ticket(customer, 2000 + number, "urgent", now - LATELY[customer.external], 2)
        for number, customer in enumerate(known)
        if customer.external in LATELY
    ]
    return sorted([*found, *lately], key=lambda ticket: (ticket.opened, ticket.number))


def _ticket(customer: Customer, number: int, priority: str, opened: datetime, days: int) -> Ticket:
    """Solved days later: the helpdesk closes what is solved once a day."""
    solved = datetime.combine(opened.date() + timedelta(days=days), CLOSES, UTC)
    return Ticket(customer, number, priority, opened, solved)


def told(found: Sequence[Ticket], first: datetime, at_once: datetime, now: datetime) -> list[Delivery]:
    """What the helpdesk sends: every week at first, then each at once."""
    happened = [("Ticket Opened", ticket, ticket.opened) for ticket in found]
    happened += [("Ticket Solved", ticket, ticket.solved) for ticket in found if ticket.solved <= now]
    sent = [
        Delivery(at if at > at_once else delivered(at, first, at_once, now), (_told(ticket, name, at),))
        for name, ticket, at in happened
    ]
    return sorted(sent, key=lambda delivery: delivery.received)


def _told(ticket: Ticket, name: str, at: datetime) -> Entry:
    said = {
        "ticket_id": f"T-{ticket.number}",
        "priority": ticket.priority,
        "subject": SUBJECTS[ticket.number % len(SUBJECTS)],
    }
    key = f"{name.split()[1].lower()}-{ticket.number}"
    who = user(ticket.customer, 1 + ticket.number % 3)
    return event(ticket.customer, name, who, at, key, HELPDESK, **said)
