"""The document of an engagement model as it is written: its keys and their forms, not what they name."""

from __future__ import annotations

from typing import get_args

from pydantic import ConfigDict, Field

from aloft.engagement.economy_document import (
    EconomicsDoc,
    ExceptionsDoc,
    ExperimentDoc,
    OwnershipDoc,
    RegionDoc,
    ValueMetricDoc,
)
from aloft.engagement.figures import RatioLeaf
from aloft.engagement.health_document import HealthDoc
from aloft.engagement.leaves import (
    AmountLeaf,
    AnchorLeaf,
    BooleanLeaf,
    ChoiceLeaf,
    CountryLeaf,
    Days,
    DelayLeaf,
    DurationLeaf,
    Events,
    ExpressionLeaf,
    FieldLeaf,
    Matches,
    NameLeaf,
    PropertyLeaf,
    RollLeaf,
    ShapeLeaf,
    Spans,
    TextLeaf,
    TimeLeaf,
    UnitLeaf,
    ZoneLeaf,
)
from aloft.engagement.model import MetricVerb
from aloft.engagement.moment_document import MomentDoc
from aloft.engagement.part import Part, required
from aloft.engagement.policy_document import PolicyDoc


class HomeDoc(Part):
    timezone: ZoneLeaf = None
    country: CountryLeaf = None


class HoursDoc(Part):
    days: Days = ()
    opens: TimeLeaf = Field(default=None, alias="from")
    closes: TimeLeaf = Field(default=None, alias="to")


class ClockDoc(Part):
    timezone: TextLeaf = None
    home: HomeDoc = HomeDoc()
    business_hours: HoursDoc = HoursDoc()
    holidays: TextLeaf = None
    closed: Spans = ()
    lateness: DelayLeaf = None
    roll: RollLeaf = None


class SourceDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("events"))

    events: Events = None


class RoleDoc(Part):
    hours_per_week: AmountLeaf = None
    rate: AmountLeaf = None
    reports_to: NameLeaf = None
    automated: BooleanLeaf = False
    pool: BooleanLeaf = False
    choose: ChoiceLeaf = None
    match: Matches = ()


VERBS: tuple[MetricVerb, ...] = get_args(MetricVerb)


class MetricDoc(Part):
    count: Events = None
    users: Events = None
    days: Events = None
    first: Events = None
    last: Events = None
    open: Events = None
    distinct: PropertyLeaf = None
    sum: PropertyLeaf = None
    min: PropertyLeaf = None
    max: PropertyLeaf = None
    mean: PropertyLeaf = None
    latest: PropertyLeaf = None
    formula: ExpressionLeaf = None
    of: Events = None
    until: Events = None
    by: PropertyLeaf = None
    where: ExpressionLeaf = None
    over: DurationLeaf = None
    since: AnchorLeaf = None

    @property
    def verb(self) -> MetricVerb | None:
        """The first that is given."""
        return next((verb for verb in VERBS if getattr(self, verb) is not None), None)


class PhaseDoc(Part):
    enters: ExpressionLeaf = None
    leaves: ExpressionLeaf = None
    expected: DurationLeaf = None
    keep_segment: BooleanLeaf = False
    may_return: BooleanLeaf = False
    before: NameLeaf = None


class SegmentDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("touch"))

    when: ExpressionLeaf = None
    exit: ExpressionLeaf = None
    touch: ShapeLeaf = None
    before: NameLeaf = None


class TouchLevelDoc(Part):
    after: NameLeaf = None
    ratio: RatioLeaf = None
    hours: AmountLeaf = None


class Document(Part):
    model_config = ConfigDict(
        title="Engagement model",
        json_schema_extra=required("engagement_model", "title", "roles", "phases", "segments", "moments"),
    )
    engagement_model: NameLeaf = None
    title: TextLeaf = None
    extends: TextLeaf = None
    applies_to: ExpressionLeaf = None
    unit: UnitLeaf = None
    clock: ClockDoc = ClockDoc()
    sources: dict[str, SourceDoc] = {}
    roles: dict[str, RoleDoc] = {}
    fields: dict[str, FieldLeaf] = {}
    records: dict[str, FieldLeaf] = {}
    metrics: dict[str, MetricDoc] = {}
    phases: dict[str, PhaseDoc] = {}
    segments: dict[str, SegmentDoc] = {}
    moments: dict[str, MomentDoc] = {}
    touch_levels: dict[str, TouchLevelDoc] = {}
    health: HealthDoc | None = None
    value_metrics: dict[str, ValueMetricDoc] = {}
    contact_policy: PolicyDoc | None = None
    region: RegionDoc | None = None
    ownership: OwnershipDoc | None = None
    economics: EconomicsDoc | None = None
    exceptions: ExceptionsDoc | None = None
    experiments: dict[str, ExperimentDoc] = {}
