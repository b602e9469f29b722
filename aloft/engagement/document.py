"""The document of an engagement model as it is written: its keys and their forms, not what they name."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from aloft.engagement.leaves import (
    AmountLeaf,
    AnchorLeaf,
    BooleanLeaf,
    Channels,
    CountryLeaf,
    Days,
    DelayLeaf,
    DurationLeaf,
    Events,
    ExpectLeaf,
    ExpressionLeaf,
    FieldLeaf,
    HoldingLeaf,
    NameLeaf,
    Names,
    PriorityLeaf,
    RollLeaf,
    ScheduleLeaf,
    ShapeLeaf,
    Spans,
    TextLeaf,
    TimeLeaf,
    TrueLeaf,
    ZoneLeaf,
)

TRIGGERS = ("schedule", "event", "when", "expect", "manual")


def _required(*keys: str) -> dict[str, Any]:
    return {"required": list(keys)}


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


class Part(BaseModel):
    """`not_run` names the keys of the language that are not run yet: none is passed over in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    not_run: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        return tuple(field.alias or name for name, field in cls.model_fields.items())


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
    model_config = ConfigDict(json_schema_extra=_required("events"))

    events: Events = None


class RoleDoc(Part):
    hours_per_week: AmountLeaf = None
    rate: AmountLeaf = None
    reports_to: NameLeaf = None
    automated: BooleanLeaf = False
    pool: BooleanLeaf = False


class MetricDoc(Part):
    not_run = _keys("days first last open distinct sum min max mean latest formula of until by")

    count: Events = None
    users: Events = None
    where: ExpressionLeaf = None
    over: DurationLeaf = None
    since: AnchorLeaf = None


class PhaseDoc(Part):
    not_run = frozenset({"before"})

    enters: ExpressionLeaf = None
    leaves: ExpressionLeaf = None
    expected: DurationLeaf = None
    keep_segment: BooleanLeaf = False
    may_return: BooleanLeaf = False


class SegmentDoc(Part):
    model_config = ConfigDict(json_schema_extra=_required("touch"))
    not_run = frozenset({"before"})

    when: ExpressionLeaf = None
    exit: ExpressionLeaf = None
    touch: ShapeLeaf = None


class OutcomeDoc(Part):
    model_config = ConfigDict(json_schema_extra=_required("expect", "within"))
    not_run = frozenset({"holds_for"})

    expect: ExpressionLeaf = None
    within: DurationLeaf = None


class EscalationDoc(Part):
    model_config = ConfigDict(json_schema_extra=_required("after", "to"))

    after: DelayLeaf = None
    to: NameLeaf = None
    condition: ExpressionLeaf = Field(default=None, alias="if")
    risk: NameLeaf = None


class MomentDoc(Part):
    model_config = ConfigDict(
        json_schema_extra={
            **_required("owner", "objective", "outcome"),
            "oneOf": [_required(trigger) for trigger in TRIGGERS],
        }
    )
    not_run = _keys("per with to purpose steps absorbs group warn_at")

    schedule: ScheduleLeaf = None
    lead: DelayLeaf = None
    roll: RollLeaf = None
    event: Events = None
    where: ExpressionLeaf = None
    by: NameLeaf = None
    when: ExpressionLeaf = None
    holds_for: HoldingLeaf = None
    cooldown: DurationLeaf = None
    expect: ExpectLeaf = None
    within: DurationLeaf = None
    of: AnchorLeaf = None
    manual: TrueLeaf = None

    was: NameLeaf = None
    phase: Names = None
    segment: Names = None
    touch: Names = None
    condition: ExpressionLeaf = Field(default=None, alias="if")
    owner: ShapeLeaf = None
    channel: Channels = ()
    priority: PriorityLeaf = None
    objective: TextLeaf = None
    outcome: OutcomeDoc = OutcomeDoc()
    complete_within: DurationLeaf = None
    escalate: tuple[EscalationDoc, ...] = ()
    effort: DelayLeaf = None
    length: DelayLeaf = None


class Document(Part):
    model_config = ConfigDict(
        title="Engagement model",
        json_schema_extra=_required("engagement_model", "title", "roles", "phases", "segments", "moments"),
    )
    not_run = _keys(
        "extends unit value_metrics touch_levels health contact_policy region ownership economics exceptions "
        "experiments"
    )

    engagement_model: NameLeaf = None
    title: TextLeaf = None
    applies_to: ExpressionLeaf = None
    clock: ClockDoc = ClockDoc()
    sources: dict[str, SourceDoc] = {}
    roles: dict[str, RoleDoc] = {}
    fields: dict[str, FieldLeaf] = {}
    records: dict[str, FieldLeaf] = {}
    metrics: dict[str, MetricDoc] = {}
    phases: dict[str, PhaseDoc] = {}
    segments: dict[str, SegmentDoc] = {}
    moments: dict[str, MomentDoc] = {}
