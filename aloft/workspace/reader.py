"""Who reads the page, when, and in which zone; found once per request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from aloft import clock
from aloft.records.models import Person
from aloft.records.policies import person_of
from aloft.workspace.horizon import Horizon, horizon
from aloft.workspace.model_in_force import home_zone
from aloft.workspace.selectors import Load, load_of


@dataclass(frozen=True)
class Reader:
    """`person` is None for a user whom nobody has put on the team: such a reader sees nothing."""

    person: Person | None
    now: datetime
    zone: tzinfo

    @property
    def sees_everything(self) -> bool:
        return self.person is not None and self.person.sees_everything

    @cached_property
    def ahead(self) -> Horizon:
        return horizon(self.now, self.zone)

    @cached_property
    def load(self) -> Load:
        """Counted once for a page and its frame; to be asked when what the reader does is done."""
        return load_of(self.person, self.ahead)


class Request(HttpRequest):
    """As the middleware leaves it."""

    htmx: HtmxDetails
    reader: Reader


def reader_of(request: HttpRequest) -> Reader:
    known: Reader | None = getattr(request, "reader", None)
    if known is None:
        person, now = person_of(request.user), clock.now()
        known = Reader(person, now, zone_of(person, now))
        request.__dict__["reader"] = known
    return known


def zone_of(person: Person | None, now: datetime) -> tzinfo:
    """The person's own, or that of the model's home; a name that means nothing counts as none."""
    named = person.timezone if person else ""
    try:
        return ZoneInfo(named or home_zone(now))
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
