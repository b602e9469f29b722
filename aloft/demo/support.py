"""What the helpdesk and the surveys tell: tickets opened and solved, answers, feedback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal

import numpy as np
import numpy.typing as npt

from aloft.demo.chance import chance, shares
from aloft.demo.customers import Cause, Customer
from aloft.demo.entries import HELPDESK, PRODUCT, SURVEYS, Told, event
from aloft.demo.people import user
from aloft.demo.places import at, is_holiday

TICKETS_A_WEEK = {1: 0.11, 2: 0.05, 3: 0.02}
TROUBLE = 90
"""Days before the end in which poor support shows."""
PRIORITIES = ("urgent", "high", "normal", "low")
SUBJECTS = (
    "Bank feed stopped",
    "VAT return rejected",
    "Payroll run is stuck",
    "Invoices go out twice",
    "Year-end report differs",
)
WISHES = ("multi-currency", "approval flows", "budget planning", "open banking", "group reports")
ASKED_EVERY = 182
ANSWERED = 0.3
SURVEYED = 15 * 60
"""Minutes of the local day."""
NEVER = "pendle-textiles"
"""Has sent no ticket in months: the first is the one that the tutorial sends."""


def told(known: Sequence[Customer], first: date, last: date) -> Iterator[Told]:
    """Of tickets opened, surveys answered and wishes told on these days, both included."""
    numbers = np.array([customer.number for customer in known])
    rates = np.array([TICKETS_A_WEEK[customer.tier] / 7 for customer in known])
    day = first
    while day <= last:
        ordinal = day.toordinal()
        drawn, wished = shares("ticket", numbers, ordinal), shares("wish", numbers, ordinal)
        for place in _places(drawn < rates * 6):
            customer = known[place]
            if drawn[place] < rates[place] * _trouble(customer, day) and _works(customer, day):
                yield from _ticket(customer, day)
        for place in _places(wished < 0.012):
            customer = known[place]
            often = 0.012 if customer.cause is Cause.MISSING_FEATURE else 0.002
            if wished[place] < often and _works(customer, day):
                yield _wish(customer, day)
        for place in _places((numbers + ordinal) % ASKED_EVERY == 0):
            if known[place].starts + timedelta(days=60) < day and _there(known[place], day):
                yield from _survey(known[place], day)
        day += timedelta(days=1)


def _places(mask: npt.NDArray[np.bool_]) -> list[int]:
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


def _there(customer: Customer, day: date) -> bool:
    return customer.starts <= day and (customer.ends is None or day < customer.ends)


def _works(customer: Customer, day: date) -> bool:
    return _there(customer, day) and day.weekday() < 5 and not is_holiday(customer.place.country, day)


def _trouble(customer: Customer, day: date) -> int:
    """How many times the usual tickets it has."""
    if customer.external == NEVER:
        return 0
    poor = customer.cause is Cause.POOR_SUPPORT and customer.ends is not None
    return 6 if poor and customer.ends and (customer.ends - day).days < TROUBLE else 1


def _ticket(customer: Customer, day: date) -> Iterator[Told]:
    drawn = chance("ticket", customer.number, day)
    poor = _trouble(customer, day) > 1
    priority = drawn.choices(PRIORITIES, (30, 40, 25, 5) if poor else (7, 14, 55, 24))[0]
    number = f"{customer.number}-{day:%y%m%d}"
    said = {"ticket_id": f"T-{number}", "priority": priority, "subject": drawn.choice(SUBJECTS)}
    who = user(customer, drawn.randint(1, 3))
    opened = at(customer.place, day, drawn.randint(8 * 60, 16 * 60))
    takes = drawn.randint(3, 9) if poor else drawn.randint(0, 2)
    solved = opened + timedelta(days=takes, hours=drawn.randint(1, 7))
    yield event(customer, "Ticket Opened", opened, f"opened-{number}", HELPDESK, who, **said)
    yield event(customer, "Ticket Solved", solved, f"solved-{number}", HELPDESK, who, **said)
    if drawn.random() < ANSWERED:
        score = drawn.choices((1, 2, 3, 4, 5), (30, 30, 20, 15, 5) if poor else (2, 4, 12, 42, 40))[0]
        yield _answer(customer, "csat", score, number, solved + timedelta(hours=20), who)


def _survey(customer: Customer, day: date) -> Iterator[Told]:
    drawn = chance("survey", customer.number, day)
    for number, persona in enumerate(("champion", "admin") if customer.tier < 3 else ("admin",), 1):
        if drawn.random() < ANSWERED:
            when = at(customer.place, day, SURVEYED) + timedelta(minutes=number)
            score = _mood(customer, day, drawn)
            yield _answer(customer, "nps", score, f"{day}-{persona}", when, user(customer, number))


def _mood(customer: Customer, day: date, drawn: Random) -> int:
    """From 0 to 10, lower in the half-year before it leaves."""
    sours = customer.ends is not None and (customer.ends - day).days < 180
    return max(0, min(10, round(drawn.gauss(4.5 if sours else 8.1, 1.9))))


def _answer(
    customer: Customer, kind: Literal["nps", "csat"], score: int, key: str, when: datetime, who: str
) -> Told:
    return event(customer, "Survey Answered", when, f"{kind}-{key}", SURVEYS, who, kind=kind, score=score)


def _wish(customer: Customer, day: date) -> Told:
    drawn = chance("wish", customer.number, day)
    when = at(customer.place, day, drawn.randint(9 * 60, 16 * 60))
    feature = drawn.choice(WISHES)
    return event(
        customer,
        "Feedback Given",
        when,
        f"wish-{day}",
        PRODUCT,
        user(customer, 1),
        feature=feature,
        kind="wish",
    )
