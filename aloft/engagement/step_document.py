"""The steps of a moment as they are written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from aloft.engagement.leaves import (
    ChannelLeaf,
    DelayLeaf,
    DurationLeaf,
    ExpressionLeaf,
    NameLeaf,
    PercentItem,
    PurposeLeaf,
    TextLeaf,
)
from aloft.engagement.model import Duration
from aloft.engagement.part import BRANCHES, Either, Part, required
from aloft.engagement.who_document import WhoLeaf

STEPS = ("message", "task", "survey", "webhook", "split", "goal", "wait")


class MessageDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("template"))

    template: TextLeaf = None
    channel: ChannelLeaf = None
    to: WhoLeaf = None
    purpose: PurposeLeaf = None
    condition: ExpressionLeaf = Field(default=None, alias="if")


class TaskDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("title"))

    title: TextLeaf = None
    owner: NameLeaf = None
    within: DurationLeaf = None
    effort: DelayLeaf = None
    condition: ExpressionLeaf = Field(default=None, alias="if")


class SurveyDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("kind"))

    kind: TextLeaf = None
    to: WhoLeaf = None
    condition: ExpressionLeaf = Field(default=None, alias="if")


class WaitDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("until", "at_most"))

    until: ExpressionLeaf = None
    at_most: DurationLeaf = None


WaitLeaf = Annotated[Duration | WaitDoc | None, Either(DurationLeaf, WaitDoc)]


class StepDoc(Part):
    """The ways of a split stand beside it, each under its name."""

    message: MessageDoc | None = None
    task: TaskDoc | None = None
    survey: SurveyDoc | None = None
    webhook: NameLeaf = None
    split: dict[str, PercentItem] | None = None
    goal: ExpressionLeaf = None
    wait: WaitLeaf = None
    condition: ExpressionLeaf = Field(default=None, alias="if")
    then: tuple[StepDoc, ...] = ()
    otherwise: tuple[StepDoc, ...] = Field(default=(), alias="else")
    # gathered below under part.BRANCHES, which no document can write
    branches: dict[str, tuple[StepDoc, ...]] = Field(default={}, alias="\x00branches")

    @model_validator(mode="before")
    @classmethod
    def _gather_branches(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("split"), dict):
            return value
        keys = cls.keys()
        own = {key for key in value if key in value["split"] and key not in keys}
        rest = {key: below for key, below in value.items() if key not in own}
        return {**rest, BRANCHES: {key: value[key] for key in value if key in own}}
