"""A moment as it is written."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from aloft.engagement.leaves import (
    AnchorLeaf,
    Channels,
    DelayLeaf,
    DurationLeaf,
    Events,
    ExpressionLeaf,
    HoldingLeaf,
    NameLeaf,
    Names,
    Percents,
    PriorityLeaf,
    RollLeaf,
    ScheduleLeaf,
    ShapeLeaf,
    TextLeaf,
    TrueLeaf,
)
from aloft.engagement.part import Part, required

TRIGGERS = ("schedule", "event", "when", "expect", "manual")


class OutcomeDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("expect", "within"))

    expect: ExpressionLeaf = None
    within: DurationLeaf = None
    holds_for: DurationLeaf = None


class EscalationDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("after", "to"))

    after: DelayLeaf = None
    to: NameLeaf = None
    condition: ExpressionLeaf = Field(default=None, alias="if")
    risk: NameLeaf = None


class MomentDoc(Part):
    model_config = ConfigDict(
        json_schema_extra={
            **required("owner", "objective", "outcome"),
            "oneOf": [required(trigger) for trigger in TRIGGERS],
        }
    )

    schedule: ScheduleLeaf = None
    lead: DelayLeaf = None
    roll: RollLeaf = None
    event: Events = None
    where: ExpressionLeaf = None
    by: NameLeaf = None
    when: ExpressionLeaf = None
    holds_for: HoldingLeaf = None
    cooldown: DurationLeaf = None
    expect: ExpressionLeaf = None
    within: DurationLeaf = None
    of: AnchorLeaf = None
    warn_at: Percents = ()
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
