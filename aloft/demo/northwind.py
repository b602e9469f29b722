"""The company as a function of time: what its systems have told between two instants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aloft.demo import contracts, people, support, usage
from aloft.demo.conversations import Held, kept
from aloft.demo.customers import KNOWN, SIZE, Customer, customers
from aloft.demo.entries import SEGMENT, Told, table
from aloft.records.rows import batched

DAY, WEEK = timedelta(days=1), timedelta(days=7)
LATER = timedelta(days=12)
"""A ticket is solved, and its survey answered, so long after it was opened, at most."""
AT_ONCE = 50_000
"""What is told singly is put into columns so much at a time: a hundred thousand customers have told millions."""
LARGE = 5_000
THURSDAY = 3  # 1 January 1970
OVER_THE_WEEKEND = np.array([0, 0, 0, 0, 0, 2, 1])
"""Days from each day of the week to the next that is worked."""


@dataclass(frozen=True)
class Span:
    """How much there is: customers on the first day, and days before it.

    `known`: since when facts are there; `by_user`: since when usage is told user by user; `live`: since when the
    model is, and every day is decided as it was.
    """

    size: int = SIZE
    known: int = KNOWN.days
    by_user: int = usage.USER_BY_USER.days
    live: int = 7

    @property
    def is_large(self) -> bool:
        return self.size > LARGE

    @classmethod
    def of(cls, size: int) -> Span:
        """A large company has a short past, and lives through one day."""
        return cls(size) if size <= LARGE else cls(size, known=120, by_user=14, live=1)


@dataclass(frozen=True)
class Northwind:
    first_day: date
    span: Span

    @cached_property
    def customers(self) -> Sequence[Customer]:
        return customers(self.first_day, self.span.size)

    @property
    def begins(self) -> datetime:
        """When its systems were connected: with the first facts comes what they know of before."""
        return datetime.combine(self.first_day - timedelta(days=self.span.known), time(), UTC)

    def told(self, after: datetime | None, until: datetime, held: Held) -> pa.Table:
        """What is told after an instant (None: from the beginning) up to another, in that order (UTC).

        `held` are the conversations up to then.
        """
        known = kept(self.customers, held, until.date())
        crowd = usage.crowd(known, held)
        since, last = (after or self.begins).date() - DAY, until.date() + DAY
        first = date.min if after is None else since
        listed = self._listed(known, first, since, last)
        parts = [table(some) for some in batched(listed, AT_ONCE)]
        parts += [usage.newcomers(crowd, first, last), *self._used(crowd, after, since, last)]
        return _between(pa.concat_tables(parts), self.begins, after, until)

    def _listed(self, known: Sequence[Customer], first: date, since: date, last: date) -> Iterator[Told]:
        for customer in known:
            yield from people.told(customer, first, last)
            yield from contracts.told(customer, self.first_day, first, last)
        yield from support.told(known, since - LATER, last)

    def _used(
        self, crowd: usage.Crowd, after: datetime | None, since: date, last: date
    ) -> Iterator[pa.Table]:
        by_user = self.first_day - timedelta(days=self.span.by_user)
        if after is None:
            monday = since - timedelta(days=since.weekday())
            while monday + WEEK <= by_user:
                yield usage.of_week(crowd, monday)
                monday += WEEK
            by_user = monday
        day = max(since, by_user)
        while day <= last:
            yield usage.of_day(crowd, day)
            day += DAY


def _between(rows: pa.Table, begins: datetime, after: datetime | None, until: datetime) -> pa.Table:
    naive = [at.astimezone(UTC).replace(tzinfo=None) for at in (begins, until)]
    received = pc.max_element_wise(rows["received"], pa.scalar(naive[0], pa.timestamp("us")))
    rows = rows.set_column(0, SEGMENT.field("received"), received)
    within = pc.less_equal(rows["received"], pa.scalar(naive[1], pa.timestamp("us")))
    if after is not None:
        told = pa.scalar(after.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
        within = pc.and_(within, pc.greater(rows["received"], told))
    return rows.filter(within).sort_by([("received", "ascending"), ("message_id", "ascending")])


def handed_over(rows: pa.Table, at: time, now: datetime) -> pa.Table:
    """The same, told on working days at that time (UTC), at the latest now."""
    micros = rows["received"].cast(pa.int64()).to_numpy()
    day, offset = 86_400_000_000, (at.hour * 60 + at.minute) * 60_000_000
    days = -(-(micros - offset) // day)
    handed = (days + OVER_THE_WEEKEND[(days + THURSDAY) % 7]) * day + offset
    latest = np.minimum(handed, round(now.timestamp() * 1_000_000))
    return rows.set_column(0, SEGMENT.field("received"), pa.array(latest).cast(pa.timestamp("us")))
