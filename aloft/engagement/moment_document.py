"""A moment as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, Field

from aloft.engagement.leaves import (
    AnchorLeaf,
    BooleanLeaf,
    Channels,
    DelayLeaf,
    DurationLeaf,
    Events,
    ExpressionLeaf,
    HoldingLeaf,
    NameLeaf,
    Names,
    Percents,
    PerLeaf,
    PriorityLeaf,
    PropertyLeaf,
    PurposeLeaf,
    RollLeaf,
    ScheduleLeaf,
    ShapeLeaf,
    TextLeaf,
    TrueLeaf,
)
from aloft.engagement.model import Anchor
from aloft.engagement.parse import Parsed
from aloft.engagement.part import Either, Part, required
from aloft.engagement.step_document import StepDoc
from aloft.engagement.who_document import WhoLeaf

KEYS_OF_TRIGGERS: Mapping[str, tuple[str, ...]] = {
    "schedule": ("schedule", "lead", "roll"),
    "event": ("event", "where", "by", "cooldown"),
    "when": ("when", "holds_for", "cooldown"),
    "expect": ("expect", "within", "of", "warn_at"),
    "manual": ("manual",),
}
TRIGGERS = tuple(KEYS_OF_TRIGGERS)


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


class EventRefDoc(Part):
    """Events, told apart by a property."""

    model_config = ConfigDict(json_schema_extra=required("event", "by"))

    event: Events = None
    by: PropertyLeaf = None
    where: ExpressionLeaf = None


ExpectLeaf = Annotated[Parsed | EventRefDoc | None, Either(ExpressionLeaf, EventRefDoc)]
OfLeaf = Annotated[Anchor | EventRefDoc | None, Either(AnchorLeaf, EventRefDoc)]


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
    by: PropertyLeaf = None
    when: ExpressionLeaf = None
    holds_for: HoldingLeaf = None
    cooldown: DurationLeaf = None
    expect: ExpectLeaf = None
    within: DurationLeaf = None
    of: OfLeaf = None
    warn_at: Percents = ()
    manual: TrueLeaf = None

    was: NameLeaf = None
    phase: Names = None
    segment: Names = None
    touch: Names = None
    condition: ExpressionLeaf = Field(default=None, alias="if")
    per: PerLeaf = None
    owner: ShapeLeaf = None
    guests: WhoLeaf = Field(default=None, alias="with")
    to: WhoLeaf = None
    channel: Channels = ()
    purpose: PurposeLeaf = None
    priority: PriorityLeaf = None
    objective: TextLeaf = None
    outcome: OutcomeDoc = OutcomeDoc()
    complete_within: DurationLeaf = None
    escalate: tuple[EscalationDoc, ...] = ()
    steps: tuple[StepDoc, ...] = ()
    absorbs: Names = None
    group: BooleanLeaf = False
    skills: Names = None
    effort: DelayLeaf = None
    length: DelayLeaf = None
