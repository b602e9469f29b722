"""What the CRM tells: accounts, the people who speak for them, and that one of these has gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from aloft.demo.chance import chance
from aloft.demo.customers import Cause, Customer
from aloft.demo.entries import CRM, Told, event, fact
from aloft.demo.names import FAMILY, GIVEN
from aloft.demo.places import at

INDUSTRIES = ("food", "retail", "health", "manufacturing", "services", "leisure")
SIGNED, LEFT, JOINED = 8 * 60, 11 * 60, 13 * 60
"""Minutes of the local day."""
FOLLOWED_AFTER = timedelta(days=23)
PERSONAS = {1: ("exec_sponsor", "champion", "admin"), 2: ("exec_sponsor", "champion", "admin"), 3: ("admin",)}


def user(customer: Customer, number: int) -> str:
    """The id, in the product, of the customer's user of that number, from 1."""
    return f"{customer.external}-{number}"


def told(customer: Customer, first: date, last: date) -> Iterator[Told]:
    """What the CRM tells on these days, both included."""
    if customer.starts > last:
        return
    if customer.starts >= first:
        yield _account(customer)
        for number, persona in enumerate(PERSONAS[customer.tier]):
            yield _contact(customer, persona, customer.starts, number, round_=0)
    for round_, (left, persona) in enumerate(departures(customer), 1):
        if left <= last and left + FOLLOWED_AFTER >= first:
            yield from _change(customer, persona, left, round_, last)


def _account(customer: Customer) -> Told:
    drawn = chance("account", customer.number)
    said = {
        "name": customer.name,
        "timezone": customer.place.zone,
        "country": customer.place.country,
        "city": customer.place.city,
        "industry": drawn.choice(INDUSTRIES),
        "seats": customer.seats,
        "size": customer.seats * drawn.randint(3, 12),
    }
    return fact(customer, "group", at(customer.place, customer.starts, SIGNED), "account", CRM, said)


def _contact(customer: Customer, persona: str, day: date, number: int, round_: int) -> Told:
    drawn = chance("contact", customer.number, persona, round_)
    given, family = drawn.choice(GIVEN), drawn.choice(FAMILY)
    said = {
        "contact": f"{customer.external}:{persona}" + (f":{round_}" if round_ else ""),
        "name": f"{given} {family}",
        "email": f"{given}.{family}@{customer.external}.example".lower(),
        "persona": persona,
        "user": "" if persona == "exec_sponsor" else user(customer, max(number, 1)),
    }
    key = f"contact:{persona}:{round_}"
    return fact(customer, "contact", at(customer.place, day, SIGNED), key, CRM, said)


def departures(customer: Customer) -> list[tuple[date, str]]:
    """When somebody who speaks for the customer leaves it: as people do, and before it leaves for that."""
    if customer.tier == 3:
        return []
    drawn = chance("departures", customer.number)
    found = []
    day = customer.starts + timedelta(days=drawn.randint(60, 2600))
    if customer.ends is None or day < customer.ends - timedelta(days=200):
        found.append((day, drawn.choice(("exec_sponsor", "champion"))))
    if customer.cause is Cause.CHAMPION_LEFT and customer.ends is not None:
        before = timedelta(days=drawn.randint(110, 160))
        found.append((max(customer.ends - before, customer.starts), "champion"))
    return found


def _change(customer: Customer, persona: str, left: date, round_: int, until: date) -> Iterator[Told]:
    gone = f"{customer.external}:{persona}"
    leaving = at(customer.place, left, LEFT)
    yield event(customer, "Contact Left", leaving, f"left:{round_}", CRM, contact=gone, persona=persona)
    follows = left + FOLLOWED_AFTER
    if (customer.cause is Cause.CHAMPION_LEFT and persona == "champion") or follows > until:
        return
    number = PERSONAS[customer.tier].index(persona)
    yield _contact(customer, persona, follows, number, round_)
    if persona == "exec_sponsor":
        joined = at(customer.place, follows, JOINED)
        yield event(customer, "Executive Joined", joined, f"joined:{round_}", CRM, persona=persona)
