"""Who reads the page, when, and in which zone; found once per request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from aloft import clock
from aloft.engagement.model import Model
from aloft.records.models import ModelVersion, Person
from aloft.records.policies import person_of
from aloft.records.selectors import live_model_versions
from aloft.workspace.horizon import Horizon, horizon
from aloft.workspace.model_in_force import home_zone, models_of
from aloft.workspace.selectors import Load, load_of


@dataclass(frozen=True)
class Reader:
    """`person` is None for a user whom nobody has put on the team: such a reader sees nothing.

    `known` are the versions in force, where they were asked for already.
    """

    person: Person | None
    now: datetime
    zone: tzinfo
    known: Sequence[ModelVersion] | None = field(default=None, repr=False)

    @property
    def sees_everything(self) -> bool:
        return self.person is not None and self.person.sees_everything

    @cached_property
    def versions(self) -> Sequence[ModelVersion]:
        """Of each model the one in force, by name."""
        return live_model_versions(self.now) if self.known is None else self.known

    @cached_property
    def models(self) -> list[Model]:
        """Those in force that this release can read, by name."""
        return models_of(self.versions)

    @cached_property
    def ahead(self) -> Horizon:
        return horizon(self.now, self.zone)

    @cached_property
    def load(self) -> Load:
        """Counted once for a page and its frame; to be asked when what the reader does is done."""
        return load_of(self.person, self.ahead, self.automated)

    @cached_property
    def automated(self) -> frozenset[str]:
        """The roles that are nobody, by the models in force."""
        return frozenset(name for model in self.models for name in model.automated)


class Request(HttpRequest):
    """As the middleware leaves it."""

    htmx: HtmxDetails
    reader: Reader


def reader_of(request: HttpRequest) -> Reader:
    known: Reader | None = getattr(request, "reader", None)
    if known is None:
        person, now = person_behind(request), clock.now()
        versions = live_model_versions(now)
        known = Reader(person, now, zone_of(person, versions), versions)
        request.__dict__["reader"] = known
    return known


def person_behind(request: HttpRequest) -> Person | None:
    """The gate has asked already who it is, but for addresses that are nowhere."""
    return request.person if hasattr(request, "person") else person_of(request.user)


def zone_of(person: Person | None, versions: Sequence[ModelVersion]) -> tzinfo:
    """The person's own, or that of the model's home; a name that means nothing counts as none."""
    named = person.timezone if person else ""
    try:
        return ZoneInfo(named or home_zone(versions))
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
