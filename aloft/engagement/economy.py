"""What an engagement model says of money and effort, as frozen values: ownership, cost, reach, experiments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aloft.engagement.model import Duration, Rule, Touch

Transaction = Literal["renewal", "upsell", "cross_sell", "conversion"]
Better = Literal["up", "down"]
Formality = Literal["low", "medium", "high"]
ExperimentUnit = Literal["account", "family"]
ONSITE = "onsite"
VISITED = 0.5
"""From this weight of meeting face to face on, people are visited (domain.md 4.5)."""


@dataclass(frozen=True)
class ValueMetric:
    """What customers measure us by: a metric, its unit, and which way is better."""

    metric: str
    unit: str
    better: Better = "up"


@dataclass(frozen=True)
class Complexity:
    """Of a service and of a transaction, 0 to 1 (domain.md 4.4)."""

    service: float
    transaction: float


@dataclass(frozen=True)
class Case:
    """Where the complexity differs; what is None is every segment, product or transaction."""

    complexity: Complexity
    segment: str | None = None
    product: str | None = None
    transaction: Transaction | None = None


@dataclass(frozen=True)
class Ownership:
    """Who runs renewals, upsells, cross-sells and conversions: beyond `line` less `shift`, people do."""

    complexity: Complexity
    line: float
    shift: Rule
    self_service: str
    csm: str
    sales: str
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True)
class Travel:
    """To a visit: hours and fare there and back, and visits made on one trip."""

    hours: float
    fare: float
    visits_per_trip: float = 1


@dataclass(frozen=True)
class Region:
    """The overlay of domain.md 4.5. `face_to_face`: 0 to 1, and from .5 on visits are made if they pay."""

    face_to_face: float = 0
    formality: Formality = "medium"
    travel: Travel | None = None

    @property
    def visits(self) -> bool:
        return self.face_to_face >= VISITED


@dataclass(frozen=True)
class Economics:
    """`spend`: the share of margin that a phase may cost. `hours`: people's hours per account and year."""

    currency: str | None = None
    gross_margin: float | None = None
    spend: Mapping[str, float] | None = None
    hours: Mapping[Touch, float] | None = None


@dataclass(frozen=True)
class Exceptions:
    """The exception report: at most so many accounts per period, the highest by `rank_by` first."""

    most: int
    per: Duration
    rank_by: Rule


@dataclass(frozen=True)
class Experiment:
    """Of a moment: a share of the units does not get it, and the primary outcome is compared from a day on."""

    moment: str
    holdout: float
    expect: Rule
    within: Duration
    start: date
    unit: ExperimentUnit = "account"
