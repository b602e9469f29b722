"""The customers of Northwind Ledger, who sells bookkeeping software: who they are, and what becomes of each.

What becomes of them is the truth that the engine knows nothing of. It is drawn for the time from two years
before the first day up to one year after it, so that the company lives on by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import ceil, exp
from random import Random

from aloft.demo.chance import chance
from aloft.demo.names import company, slug
from aloft.demo.places import PLACES, SHARES, Place

SIZE = 2_000
KNOWN = timedelta(days=730)
"""How long before the first day facts begin."""
AHEAD = timedelta(days=365)
"""How long after it the fates of customers are drawn."""
YEAR, MONTH = 365, 30
NOTICE = {"yearly": 60, "monthly": 30}
"""Days before the end by which a customer says that it leaves."""
FLOORS = (5000, 1700)
OTHERS = 1_000_000
"""Those who are there on the first day have lower numbers than those who left and those who will come."""


class Cause(StrEnum):
    """Why a customer leaves."""

    CHAMPION_LEFT = "champion left"
    NEVER_ADOPTED = "never adopted"
    MISSING_FEATURE = "missing feature"
    PRICE = "price"
    POOR_SUPPORT = "poor support"
    CLOSED = "closed down"


class Start(StrEnum):
    """How onboarding goes."""

    WELL = "well"  # half of the seats are used within four weeks
    SLOW = "slow"  # in the seventh week
    STUCK = "stuck"  # never, unless somebody helps


@dataclass(frozen=True)
class Customer:
    """Days are local. `mrr` is per month, as of the first day, or whenever the customer is nearest to it."""

    number: int
    """Of its own; what is drawn for it hangs on it."""
    external: str
    name: str
    place: Place
    mrr: int
    starts: date
    start: Start
    growth: float
    """Of usage, a year."""
    seats: int
    ends: date | None = None
    cause: Cause | None = None
    quiet_from: date | None = None
    """Its usage falls on that day for a while, and at no other time; drawn for all others."""

    @property
    def tier(self) -> int:
        return 1 if self.mrr >= FLOORS[0] else 2 if self.mrr >= FLOORS[1] else 3

    @property
    def term(self) -> str:
        return "yearly" if self.tier < 3 else "monthly"

    @property
    def told_on(self) -> date | None:
        """When it says that it leaves."""
        return None if self.ends is None else self.ends - timedelta(days=NOTICE[self.term])


FALLEN = "Brackwater Foods"
"""Falls shortly before the first day, and has so many people that two weeks tell it from chance."""
FALLEN_SEATS, FELL = 240, timedelta(days=17)

# Names that documents and tests know, by the share of customers who pay more.
PINNED = {
    0.011: ("Voss & Adler", PLACES[0]),
    0.021: ("Castleton Homes", PLACES[11]),
    0.036: ("Brackwater Foods", PLACES[2]),
    0.051: ("Redfern Castings", PLACES[0]),
    0.066: ("Meridian Dairy", PLACES[4]),
    0.081: ("Pendle Textiles", PLACES[3]),
    0.151: ("Thistle & Rye", PLACES[3]),
    0.201: ("Alpenblick Hotels", PLACES[8]),
}


def mrr_at(share: float) -> int:
    """The MRR of the customer below whom that share pays more: the curve of domain.md 4.1."""
    rank = share * SIZE
    if rank <= 200:
        return round(5000 * float((200 / max(rank, 1)) ** 0.478))
    if rank <= 600:
        return round(5000 * float(0.34 ** ((rank - 200) / 400)))
    return round(1700 * exp(-0.00145 * (rank - 600)))


def customers(first_day: date, size: int = SIZE) -> list[Customer]:
    """The `size` who are there on the first day, by what they pay; those who left before; those who will come."""
    pinned = {ceil(share * size): told for share, told in PINNED.items()}
    known = [_there(rank, size, first_day, pinned.get(rank)) for rank in range(1, size + 1)]
    gone = [_gone(OTHERS + 2 * number, first_day) for number in range(size * 13 // 100)]
    coming = [_coming(OTHERS + 2 * number + 1, first_day) for number in range(size * 15 // 100)]
    return [*known, *gone, *coming]


def _there(rank: int, size: int, first_day: date, pinned: tuple[str, Place] | None) -> Customer:
    drawn = chance("customer", rank)
    customer = _drawn(rank, mrr_at(rank / size), drawn, _age(drawn), first_day)
    if pinned is None:
        return _fated(customer, drawn, first_day)
    name, place = pinned
    starts = first_day - timedelta(days=drawn.randint(400, 900))
    steady = replace(customer, name=name, external=slug(name), place=place, starts=starts)
    steady = replace(steady, start=Start.WELL)
    return replace(steady, seats=FALLEN_SEATS, quiet_from=first_day - FELL) if name == FALLEN else steady


def _age(drawn: Random) -> int:
    """Days since the start: the older half were there before anything is known."""
    return drawn.randint(740, 2000) if drawn.random() < 0.45 else drawn.randint(2, 739)


def _drawn(number: int, mrr: int, drawn: Random, age: int, first_day: date) -> Customer:
    name = company(number % OTHERS if number < OTHERS else 100_000 + number - OTHERS)
    tier = 1 if mrr >= FLOORS[0] else 2 if mrr >= FLOORS[1] else 3
    return Customer(
        number=number,
        external=slug(name),
        name=name,
        place=drawn.choices(PLACES, SHARES)[0],
        mrr=mrr,
        starts=first_day - timedelta(days=age),
        start=drawn.choices(list(Start), (70, 18, 12) if tier < 3 else (80, 12, 8))[0],
        growth=drawn.gauss(0.08, 0.12),
        seats={1: drawn.randint(14, 26), 2: drawn.randint(7, 12), 3: drawn.randint(3, 5)}[tier],
    )


def _fated(customer: Customer, drawn: Random, first_day: date) -> Customer:
    """Some of those who are there will have left within the year; who is stuck leaves at the end of the term."""
    hazard = {1: 0.07, 2: 0.10, 3: 0.17}[customer.tier] * (3 if customer.start is Start.STUCK else 1)
    if drawn.random() >= hazard:
        return customer
    if customer.term == "yearly":
        terms = (first_day - customer.starts).days // YEAR + 1
        return _leaving(customer, customer.starts + timedelta(days=terms * YEAR), drawn)
    return _leaving(customer, first_day + timedelta(days=drawn.randint(1, AHEAD.days)), drawn)


def _leaving(customer: Customer, ends: date, drawn: Random) -> Customer:
    causes = list(Cause)
    weights = (26, 0, 20, 22, 18, 14)
    if customer.start is Start.STUCK and (ends - customer.starts).days <= 400:
        return replace(customer, ends=ends, cause=Cause.NEVER_ADOPTED)
    return replace(customer, ends=ends, cause=drawn.choices(causes, weights)[0])


def _gone(number: int, first_day: date) -> Customer:
    drawn = chance("customer", number)
    mrr = mrr_at(drawn.random() ** 0.8)
    gone = drawn.randint(1, KNOWN.days - 60)
    customer = _drawn(number, mrr, drawn, 0, first_day)
    months = drawn.choice((YEAR, YEAR, 2 * YEAR)) if customer.term == "yearly" else drawn.randint(70, 900)
    ends = first_day - timedelta(days=gone)
    return _leaving(replace(customer, starts=ends - timedelta(days=months)), ends, drawn)


def _coming(number: int, first_day: date) -> Customer:
    drawn = chance("customer", number)
    customer = _drawn(number, mrr_at(drawn.random()), drawn, -drawn.randint(1, AHEAD.days), first_day)
    if customer.start is not Start.STUCK:
        return customer
    return _leaving(customer, customer.starts + timedelta(days=YEAR), drawn)
