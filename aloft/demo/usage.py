"""What the customers' people do in the product: with the week's and the year's season, holidays, growth and decline.

The last months are told user by user, what was before as one count for each customer and week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil, floor

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aloft.demo.chance import Numbers, Shares, shares
from aloft.demo.conversations import Held, adopted_on, recovered_on
from aloft.demo.customers import Cause, Customer, Start
from aloft.demo.entries import COLUMNS, PRODUCT, SEGMENT
from aloft.demo.places import COUNTRIES, ZONES, is_holiday, midnight

USER_BY_USER = timedelta(days=145)
"""Before the first day: users and days are looked back on for 128 days, also on the first days of the model."""
WEEKDAYS = (1.0, 1.05, 1.0, 0.95, 0.8, 0.08, 0.05)
"""From Monday: the share of the people who would come that do."""
MONTHS = (1.12, 1.05, 1.0, 1.05, 1.0, 0.97, 0.88, 0.82, 1.0, 1.0, 1.02, 0.9)
"""Books are closed in January, and in August hardly."""
HOLIDAY = 0.06
COMES = {1: 0.32, 2: 0.28, 3: 0.17}
WORKS = ("Invoice Sent", "Report Exported", "Bank Statement Matched", "Payment Approved")
WORKED = 0.3
"""Of those who sign in, those who also do something that is told."""
PACE = {Start.WELL: 24, Start.SLOW: 46, Start.STUCK: 24}
"""Days until half of the seats are used."""
STUCK_AT = 0.3
"""Of the seats."""
FALLS = {
    Cause.CHAMPION_LEFT: (90, 0.35),
    Cause.NEVER_ADOPTED: (1, 1.0),
    Cause.MISSING_FEATURE: (120, 0.5),
    Cause.PRICE: (45, 0.85),
    Cause.POOR_SUPPORT: (70, 0.45),
    Cause.CLOSED: (12, 0.15),
}
"""Before a customer leaves: from how many days on its usage falls, and to which share."""
LULL, LULLS, LASTS, DOWN_TO = 180, 0.12, 40, 0.4
"""Some fall for a while and come back by themselves: in that many days, so many of them, for how long, how low."""
FAR = date.max.toordinal()


@dataclass(frozen=True)
class Crowd:
    """The customers and their users, as arrays; days are ordinals. `whose` is the customer's place of each user."""

    known: Sequence[Customer]
    numbers: Numbers
    starts: Numbers
    ends: Numbers
    growth: Shares
    comes: Shares
    quiet_from: Numbers
    falls_over: Shares
    falls_to: Shares
    countries: Numbers
    zones: Numbers
    whose: Numbers
    nth: Numbers
    created: Numbers
    held: Held

    @property
    def names(self) -> pa.Array:
        return pa.array([customer.external for customer in self.known])


def crowd(known: Sequence[Customer], held: Held) -> Crowd:
    days = [created(customer, held) for customer in known]
    falls = [FALLS[customer.cause] if customer.cause else (1, 1.0) for customer in known]
    return Crowd(
        known=known,
        numbers=np.array([customer.number for customer in known], dtype=np.int64),
        starts=np.array([customer.starts.toordinal() for customer in known], dtype=np.int64),
        ends=np.array(
            [customer.ends.toordinal() if customer.ends else FAR for customer in known], dtype=np.int64
        ),
        growth=np.array([customer.growth for customer in known]),
        comes=np.array([COMES[customer.tier] for customer in known]),
        quiet_from=np.array([one.quiet_from.toordinal() if one.quiet_from else FAR for one in known]),
        falls_over=np.array([over for over, _ in falls], dtype=np.float64),
        falls_to=np.array([to for _, to in falls]),
        countries=np.array([COUNTRIES.index(customer.place.country) for customer in known]),
        zones=np.array([ZONES.index(customer.place.zone) for customer in known]),
        whose=np.repeat(np.arange(len(known)), [len(one) for one in days]),
        nth=np.array([number for one in days for number in range(1, len(one) + 1)], dtype=np.int64),
        created=np.array([day for one in days for day in one], dtype=np.int64),
        held=held,
    )


def created(customer: Customer, held: Held) -> list[int]:
    """On which day (an ordinal) each of its users is created: half of the seats at a pace, the others slowly."""
    half, all_ = ceil(customer.seats / 2), max(ceil(customer.seats * 0.8), 2)
    first, pace = customer.starts.toordinal(), PACE[customer.start]
    days = [first + pace * number // half for number in range(1, half + 1)]
    days += [days[-1] + 14 * number for number in range(1, all_ - half + 1)]
    if customer.start is not Start.STUCK:
        return days
    stuck = max(floor(customer.seats * STUCK_AT), 1)
    helped = adopted_on(customer, held)
    if helped is None:
        return days[:stuck]
    again = helped.toordinal()
    return days[:stuck] + [max(days[stuck - 1], again + 4 * number) for number in range(1, all_ - stuck + 1)]


def level(crowd: Crowd, day: date) -> Shares:
    """How much a user of each customer does on that day, beside the usual; 0 where it is no customer."""
    at = day.toordinal()
    grown = np.clip(1 + crowd.growth * (at - crowd.starts) / 365, 0.6, 1.35)
    there = (crowd.starts <= at) & (at < crowd.ends)
    result: Shares = grown * _fallen(crowd, at) * season(crowd, day) * there
    return result


def _fallen(crowd: Crowd, at: int) -> Shares:
    begun = crowd.ends - crowd.falls_over
    share = np.clip((at - begun) / (crowd.falls_over * 0.25), 0, 1)
    leaving = 1 - (1 - crowd.falls_to) * share
    turn = at // LULL
    lulled = shares("lull", crowd.numbers, turn) < LULLS
    from_ = turn * LULL + shares("lull begins", crowd.numbers, turn) * (LULL - LASTS)
    told = crowd.quiet_from < FAR
    lulled, from_ = np.where(told, crowd.quiet_from <= at, lulled), np.where(told, crowd.quiet_from, from_)
    lull = lulled & (from_ <= at) & (at < from_ + LASTS)
    fallen: Shares = np.where(lull, DOWN_TO, 1.0) * leaving
    _recover(crowd, fallen, np.where(lull, from_, begun), at)
    return fallen


def _recover(crowd: Crowd, fallen: Shares, begun: npt.NDArray[np.float64], at: int) -> None:
    """Where talking has helped, what had fallen is back within two weeks."""
    for place, customer in enumerate(crowd.known):
        if fallen[place] < 1 and customer.external in crowd.held:
            back = recovered_on(customer, crowd.held, date.fromordinal(int(begun[place])))
            if back is not None and at > back.toordinal():
                share = min((at - back.toordinal()) / 14, 1.0)
                fallen[place] += (1 - fallen[place]) * share


def season(crowd: Crowd, day: date) -> Shares:
    usual = WEEKDAYS[day.weekday()] * MONTHS[day.month - 1]
    by_country = np.array([usual * (HOLIDAY if is_holiday(country, day) else 1) for country in COUNTRIES])
    return by_country[crowd.countries]


def of_day(crowd: Crowd, day: date) -> pa.Table:
    """What each user does on that local day, a row for each; nothing where nobody comes."""
    at = day.toordinal()
    comes = (crowd.comes * level(crowd, day))[crowd.whose]
    numbers, nth = crowd.numbers[crowd.whose], crowd.nth
    keen = 0.4 + 1.2 * shares("keen", numbers, nth)
    there = np.flatnonzero((crowd.created <= at) & (shares("comes", numbers, nth, at) < comes * keen))
    whose, nth, numbers = crowd.whose[there], nth[there], numbers[there]
    minute = 8 * 60 + np.floor(shares("minute", numbers, nth, at) * 480).astype(np.int64)
    signed_in = _rows(
        crowd, day, whose, nth, minute, np.zeros(len(whose), dtype=np.int64), np.ones_like(whose)
    )
    works = shares("works", numbers, nth, at) < WORKED
    kind = 1 + np.floor(shares("kind", numbers, nth, at) * len(WORKS)).astype(np.int64)
    times = 1 + np.floor(shares("times", numbers, nth, at) * 7).astype(np.int64)
    work = _rows(crowd, day, whose[works], nth[works], minute[works] + 35, kind[works], times[works])
    return pa.concat_tables([signed_in, work])


def _rows(
    crowd: Crowd, day: date, whose: Numbers, nth: Numbers, minute: Numbers, kind: Numbers, times: Numbers
) -> pa.Table:
    midnights = np.array([_micros(midnight(zone, day)) for zone in ZONES])
    at = pa.array(midnights[crowd.zones[whose]] + minute * 60_000_000).cast(pa.timestamp("us"))
    accounts = crowd.names.take(pa.array(whose))
    users = pc.binary_join_element_wise(accounts, pa.array(nth).cast(pa.string()), "-")
    events = pa.array(("Signed In", *WORKS)).take(pa.array(kind))
    suffix = pa.array([f":{day}:{short}" for short in range(len(WORKS) + 1)]).take(pa.array(kind))
    return _table(
        at, pc.binary_join_element_wise(users, suffix, ""), events, accounts, users, pa.array(times)
    )


def _table(
    at: pa.Array, ids: pa.Array, events: pa.Array, accounts: pa.Array, users: pa.Array, times: pa.Array
) -> pa.Table:
    told = {
        "received": at,
        "occurred": at,
        "message_id": ids,
        "name": events,
        "account": accounts,
        "user": users,
        "times": times.cast(pa.int32()),
        "source": pa.repeat(PRODUCT, len(at)),
        "kind": pa.repeat("track", len(at)),
        "body": pa.repeat(pa.scalar(b"{}", pa.binary()), len(at)),
    }
    return pa.table([told[field.name].cast(field.type) for field in COLUMNS], schema=SEGMENT)


def of_week(crowd: Crowd, monday: date) -> pa.Table:
    """How often the people of each customer signed in from that day to Friday; nobody knows who."""
    days = [monday + timedelta(days=number) for number in range(5)]
    users = np.bincount(crowd.whose[crowd.created <= monday.toordinal()], minlength=len(crowd.known))
    expected = sum((level(crowd, day) for day in days), np.zeros(len(crowd.known))) * crowd.comes * users
    counted = np.floor(expected + shares("week", crowd.numbers, monday.toordinal())).astype(np.int64)
    whose = np.flatnonzero(counted)
    friday = days[4]
    midnights = np.array([_micros(midnight(zone, friday)) for zone in ZONES])
    at = pa.array(midnights[crowd.zones[whose]] + 17 * 3_600_000_000).cast(pa.timestamp("us"))
    accounts = crowd.names.take(pa.array(whose))
    ids = pc.binary_join_element_wise(accounts, f":week:{monday}", "")
    blank = pa.repeat("", len(whose))
    return _table(at, ids, pa.repeat("Signed In", len(whose)), accounts, blank, pa.array(counted[whose]))


def newcomers(crowd: Crowd, first: date, last: date) -> pa.Table:
    """The users created on these days, both included."""
    within = (first.toordinal() <= crowd.created) & (crowd.created <= last.toordinal())
    there = np.flatnonzero(within & (crowd.created < crowd.ends[crowd.whose]))
    whose, nth = crowd.whose[there], crowd.nth[there]
    at = [
        _micros(midnight(ZONES[crowd.zones[place]], date.fromordinal(int(day))))
        + (540 + 7 * int(number)) * 60_000_000
        for place, day, number in zip(whose, crowd.created[there], nth, strict=True)
    ]
    accounts = crowd.names.take(pa.array(whose))
    users = pc.binary_join_element_wise(accounts, pa.array(nth).cast(pa.string()), "-")
    ids = pc.binary_join_element_wise(users, ":created", "")
    return _table(
        pa.array(at, pa.int64()).cast(pa.timestamp("us")),
        ids,
        pa.repeat("User Created", len(at)),
        accounts,
        users,
        pa.repeat(1, len(at)),
    )


def _micros(at: datetime) -> int:
    return round(at.astimezone(UTC).timestamp() * 1_000_000)
