"""What the billing system tells of contracts: signed, amended, renewed, and not renewed.

A line is told again whenever it changes, with the day from which that holds; what was told before stays known
as it was. MRR moves at anniversaries, and so that on the first day it is what the customers' curve says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from aloft.demo.chance import chance
from aloft.demo.customers import NOTICE, YEAR, Customer
from aloft.demo.entries import BILLING, Told, fact

LEDGER, PAYROLL, INSIGHTS = "Ledger", "Payroll", "Insights"
BOOKED = time(11, 40)
"""In UTC: when the billing system tells of the day."""
STEPS = (0.88, 1.0, 1.04, 1.08, 1.15)
WEIGHTS = (8, 38, 26, 18, 10)
"""What a year does to the MRR of a line, and how often."""


@dataclass(frozen=True)
class Version:
    """Of all lines of a customer's contract: told on `told`, holds from `starts` until `ends` (exclusive)."""

    told: date
    starts: date
    ends: date | None
    mrr: int
    """Of all lines together."""


def versions(customer: Customer, first_day: date, until: date) -> list[Version]:
    """Told up to `until`, oldest first; renewals of as many terms as have been told of by then."""
    worth = _worth(customer, first_day, until)
    if customer.term == "yearly":
        return [one for one in _terms(customer, worth) if one.told <= until]
    return [one for one in _months(customer, worth) if one.told <= until]


def _anniversary(customer: Customer, year: int) -> date:
    return customer.starts + timedelta(days=year * YEAR)


def _worth(customer: Customer, first_day: date, until: date) -> list[int]:
    """MRR by year of the contract. On the first day (or in the last year, or the first) it is `mrr`."""
    last = max((until - customer.starts).days, 0) // YEAR + 1
    known = min(first_day, customer.ends - timedelta(days=1)) if customer.ends else first_day
    pivot = max((known - customer.starts).days, 0) // YEAR
    drawn = chance("steps", customer.number)
    steps = drawn.choices(STEPS, WEIGHTS, k=24)
    worth = {pivot: float(customer.mrr)}
    for year in range(pivot, 0, -1):
        worth[year - 1] = worth[year] / steps[year]
    for year in range(pivot, last):
        worth[year + 1] = worth[year] * steps[year + 1]
    return [round(worth[year]) for year in range(max(last, pivot) + 1)]


def _terms(customer: Customer, worth: list[int]) -> Iterator[Version]:
    """A term of a year after the other, each agreed when notice could last be given."""
    for year, mrr in enumerate(worth):
        starts, ends = _anniversary(customer, year), _anniversary(customer, year + 1)
        if customer.ends is not None and starts >= customer.ends:
            return
        told = starts - timedelta(days=NOTICE["yearly"]) if year else starts
        yield Version(told, starts, ends, mrr)


def _months(customer: Customer, worth: list[int]) -> Iterator[Version]:
    """It runs on until somebody cancels it."""
    before = None
    for year, mrr in enumerate(worth):
        starts = _anniversary(customer, year)
        if customer.told_on is not None and starts > customer.told_on:
            break
        if mrr != before:
            yield Version(starts, starts, None, mrr)
        before = mrr
    told = customer.told_on
    if told is not None:
        starts = _anniversary(customer, max((told - customer.starts).days, 0) // YEAR)
        mrr = worth[min((starts - customer.starts).days // YEAR, len(worth) - 1)]
        yield Version(max(told, customer.starts), starts, customer.ends, mrr)


def told(customer: Customer, first_day: date, first: date, last: date) -> Iterator[Told]:
    """What the billing system tells on these days, both included."""
    if customer.starts > last:
        return
    for version in versions(customer, first_day, last):
        if version.told >= first:
            yield from _lines(customer, version, datetime.combine(version.told, BOOKED, UTC))


def lines(customer: Customer) -> dict[str, float]:
    """The products that it has, each with its share of the MRR."""
    drawn = chance("lines", customer.number)
    if customer.tier == 1 and drawn.random() < 0.45:
        return (
            {LEDGER: 0.7, PAYROLL: 0.2, INSIGHTS: 0.1}
            if drawn.random() < 0.3
            else {LEDGER: 0.8, PAYROLL: 0.2}
        )
    if customer.tier == 2 and drawn.random() < 0.2:
        return {LEDGER: 0.85, PAYROLL: 0.15}
    return {LEDGER: 1.0}


def _lines(customer: Customer, version: Version, received: datetime) -> Iterator[Told]:
    rest = version.mrr
    shares = lines(customer)
    for product, share in reversed(shares.items()):
        mrr = rest if product == LEDGER else round(version.mrr * share)
        rest -= mrr
        said = {
            "contract": f"{customer.external}-1",
            "line": product.lower(),
            "product": product,
            "plan": "business" if customer.tier < 3 else "starter",
            "seats": customer.seats,
            "mrr": f"{mrr}.00",
            "currency": "USD",
            "starts": version.starts.isoformat(),
            "ends": version.ends and version.ends.isoformat(),
        }
        key = f"{product.lower()}:{version.told.isoformat()}:{version.ends or ''}"
        yield fact(customer, "contract", received, key, BILLING, said)
