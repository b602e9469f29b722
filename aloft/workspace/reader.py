"""Who reads the page, when, and in which zone; found once per request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from aloft import clock
from aloft.records.models import Person
from aloft.records.policies import person_of


@dataclass(frozen=True)
class Reader:
    """`person` is None for a user whom nobody has put on the team: such a reader sees nothing."""

    person: Person | None
    now: datetime
    zone: tzinfo

    @property
    def sees_everything(self) -> bool:
        return self.person is not None and self.person.sees_everything


class Request(HttpRequest):
    """As the middleware leaves it."""

    htmx: HtmxDetails
    reader: Reader


def reader_of(request: HttpRequest) -> Reader:
    known: Reader | None = getattr(request, "reader", None)
    if known is None:
        person = person_of(request.user)
        known = Reader(person, clock.now(), zone_of(person))
        request.__dict__["reader"] = known
    return known


def zone_of(person: Person | None) -> tzinfo:
    try:
        return ZoneInfo(person.timezone) if person and person.timezone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
