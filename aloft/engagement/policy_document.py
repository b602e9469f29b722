"""The contact policy as it is written."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from aloft.engagement.figures import CountLeaf
from aloft.engagement.leaves import (
    ChannelLeaf,
    ConsentLeaf,
    DurationItem,
    DurationLeaf,
    MostLeaf,
    PurposeLeaf,
    TimeLeaf,
)
from aloft.engagement.model import Duration
from aloft.engagement.part import Either, Part, required
from aloft.engagement.who_document import PersonaLeaf

Most = Annotated[int | Duration | dict[str, Duration] | None, Either(MostLeaf, dict[str, DurationItem])]


class QuietHoursDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("from", "to"))

    start: TimeLeaf = Field(default=None, alias="from")
    end: TimeLeaf = Field(default=None, alias="to")


class ContactCapDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("most", "per"))

    channel: ChannelLeaf = None
    purpose: PurposeLeaf = None
    persona: PersonaLeaf = None
    most: Most = None
    per: DurationLeaf = None


class PolicyDoc(Part):
    quiet_hours: QuietHoursDoc | None = None
    consent: ConsentLeaf = None
    merge_within: DurationLeaf = None
    missed: CountLeaf = None
    caps: tuple[ContactCapDoc, ...] = ()
