"""What the customers' people do in the product, as its events: with the week's season, growth and silence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from aloft.collect.values import Entry
from aloft.demo.customers import SEED, TENTH, Course, Customer

PRODUCT, HELPDESK = "product", "helpdesk"
SEASON = (1.0, 1.05, 1.0, 0.95, 0.8, 0.08, 0.05)
"""By weekday, from Monday: the share of the people who would come that do."""
COMES = 0.6
DAY = timedelta(days=1)
WORKS = ("Invoice Sent", "Report Exported", "Bank Statement Matched")
DELIVERED = timedelta(hours=12, minutes=45)
"""After midnight in UTC: the product hands over once a day what has happened since."""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Delivery:
    """What arrived together."""

    received: datetime
    entries: tuple[Entry, ...]


def usage(customers: Iterable[Customer], first: datetime, daily: datetime, now: datetime) -> list[Delivery]:
    """Every delivery from `first` to `now`, in the order in which they arrived: weekly at first, then daily.

    The users of before arrive with the first: the product was connected then, and told of them. What has not
    been delivered yet is delivered now.
    """
    together: dict[datetime, list[Entry]] = {}
    for customer in customers:
        for entry in _of(customer, first.date(), now):
            received = delivered(entry.occurred, first, daily, now)
            together.setdefault(received, []).append(entry)
    return [
        Delivery(received, tuple(sorted(entries, key=lambda one: (one.occurred, one.message_id))))
        for received, entries in sorted(together.items())
    ]


def delivered(occurred: datetime, first: datetime, daily: datetime, now: datetime) -> datetime:
    begins, every = (first, WEEK) if occurred <= daily else (daily, DAY)
    periods = max(-((begins + DELIVERED - occurred) // every), 0)
    received = begins + DELIVERED + periods * every
    return min(received, daily + DELIVERED if every == WEEK else now, now)


def event(
    customer: Customer,
    name: str,
    user: str,
    occurred: datetime,
    key: str,
    source: str = PRODUCT,
    **said: object,
) -> Entry:
    return Entry(
        source=source,
        message_id=f"{customer.external}:{key}",
        kind="track",
        name=name,
        account=customer.external,
        user=user,
        occurred=occurred,
        body=json.dumps({"properties": said}).encode(),
    )


def user(customer: Customer, number: int) -> str:
    return f"{customer.external}-{number}"


def _of(customer: Customer, first: date, now: datetime) -> Iterator[Entry]:
    created = [day for day in _created(customer) if not customer.is_silent(day)]
    for number, day in enumerate(created, 1):
        at = _instant(customer, day, _minute(number))
        if at <= now:
            yield event(customer, "User Created", user(customer, number), at, f"created-{number}")
    day = max(first, customer.starts)
    while day <= now.date():
        if not customer.is_silent(day):
            there = sum(1 for began in created if began <= day)
            yield from (one for one in _day(customer, day, there, first) if one.occurred <= now)
        day += timedelta(days=1)


def tenth_user(customer: Customer) -> datetime:
    """The instant at which the tenth user is created. ValueError where that never happens."""
    if customer.tenth is None:
        raise ValueError(f"{customer.external} never has {TENTH} users")
    return _instant(customer, customer.tenth, _minute(TENTH))


def _minute(number: int) -> int:
    return 9 * 60 + 7 * number


def _created(customer: Customer) -> list[date]:
    """On which day each user is created: evenly up to the tenth, then one a fortnight."""
    if customer.tenth is None:
        return [customer.starts + timedelta(days=4 + 3 * number) for number in range(customer.users)]
    pace = (customer.tenth - customer.starts) / TENTH
    first_ten = [customer.starts + pace * number for number in range(1, TENTH + 1)]
    later = [customer.tenth + timedelta(days=14 * number) for number in range(1, customer.users - TENTH + 1)]
    return first_ten + later


def _day(customer: Customer, day: date, there: int, first: date) -> Iterator[Entry]:
    chance = Random(f"{SEED}:{customer.external}:{day}")  # noqa: S311
    comes = COMES * SEASON[day.weekday()] * _grown(customer, (day - first).days)
    for number in range(1, min(there, customer.active) + 1):
        if chance.random() >= comes:
            continue
        minute = chance.randint(8 * 60, 16 * 60)
        at, who = _instant(customer, day, minute), user(customer, number)
        yield event(customer, "Signed In", who, at, f"{day}-{number}")
        if chance.random() < 0.4:
            then = at + timedelta(minutes=chance.randint(3, 50))
            yield event(customer, chance.choice(WORKS), who, then, f"{day}-{number}-work")


def _grown(customer: Customer, days: int) -> float:
    """A quarter less at first where the account grows; now and then a visit where it is quiet."""
    if customer.course is Course.QUIET:
        return 0.15
    return 0.75 + days / 300 if customer.course is Course.GROWING else 1.0


def _instant(customer: Customer, day: date, minute: int) -> datetime:
    """Minutes after the account's own midnight, in UTC."""
    midnight = datetime.combine(day, time(), ZoneInfo(customer.place.zone))
    return midnight.astimezone(UTC) + timedelta(minutes=minute)
