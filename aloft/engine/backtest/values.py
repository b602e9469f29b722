"""What a backtest gives: what would have opened, what was lost, and the figures of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

ALERTS = frozenset({"when", "expect", "event"})
"""The triggers that say something about an account; the calendar does not."""


@dataclass(frozen=True)
class Opened:
    """An occurrence that would have opened. `day` is the account's local one; `mrr` and `segment` as of the reading,
    if known."""

    account: str
    moment: str
    anchor: str
    n: int
    at: datetime
    day: date
    trigger: str
    role: str
    mrr: float | None
    segment: str = ""

    @property
    def is_alert(self) -> bool:
        return self.trigger in ALERTS


@dataclass(frozen=True)
class Loss:
    """`share` of its MRR that an account lost on a day: 1 is churn, less is a downsell."""

    account: str
    day: date
    share: float


@dataclass(frozen=True)
class Paying:
    """An account that pays, from a day to another (exclusive); None: still."""

    account: str
    since: date
    until: date | None


@dataclass(frozen=True)
class Played:
    """`readings` daily evaluations of `accounts` accounts; both days are included. `held_back`: by moment, what
    would have opened for whom its experiment holds out."""

    model: str
    first: date
    last: date
    accounts: int
    readings: int
    opened: Sequence[Opened]
    held_back: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Truth:
    """What became of the customers, as known on `known`."""

    known: date
    losses: Sequence[Loss]
    paying: Sequence[Paying]


@dataclass(frozen=True)
class Capacity:
    """Of a role: how many people, how many alerts all of them can work in a week, and how many hours they have; None:
    without a bound."""

    people: int
    alerts_a_week: float | None
    hours_a_week: float | None = None


@dataclass(frozen=True)
class Hits:
    """Of `judged` alerts, those whose 90 days are known, `hits` were followed by a loss."""

    judged: int = 0
    hits: int = 0

    @property
    def precision(self) -> float | None:
        return self.hits / self.judged if self.judged else None


@dataclass(frozen=True)
class OfMoment:
    moment: str
    trigger: str
    opened: int
    accounts: int
    hits: Hits
    weeks: Mapping[date, int]
    """How many opened, by the Monday of the week."""


@dataclass(frozen=True)
class OfSegment:
    """Openings at accounts that were in it then, by the Monday of the week."""

    segment: str
    opened: int
    weeks: Mapping[date, int]


@dataclass(frozen=True)
class Load:
    """Hours of what opened for a role, by the Monday of the week; `capacity` of all its people, None: not known."""

    role: str
    hours: float
    weeks: Mapping[date, float]
    capacity: float | None


@dataclass(frozen=True)
class OfRole:
    """`a_week`: alerts for one person in a week; None where nobody has the role. `worked`: of each week those of the
    greatest MRR, as many as the team can work."""

    role: str
    alerts: int
    people: int
    a_week: float | None
    worked: Hits


@dataclass(frozen=True)
class Lead:
    """Of `lost` customers, `warned` had an alert before; the days from the first one to the loss."""

    lost: int
    warned: int
    median: float | None
    of_60_days: float | None
    days: Sequence[int] = field(default=())


@dataclass(frozen=True)
class Figures:
    """`base_rate`: of customers on the Mondays of the time, the share that was lost within 90 days."""

    moments: Sequence[OfMoment]
    roles: Sequence[OfRole]
    alerts: Hits
    at_capacity: Hits
    base_rate: float | None
    lead: Lead
    segments: Sequence[OfSegment] = ()
    loads: Sequence[Load] = ()
