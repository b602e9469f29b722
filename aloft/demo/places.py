"""Where the customers are, and which days they work there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from aloft.decide.calendar import WorkCalendar, zone_named


@dataclass(frozen=True)
class Place:
    country: str
    city: str
    zone: str
    share: int
    """Of a hundred customers, so many are here."""


# The days of these end at three instants only: each further one is a turn of the engine more, every day.
PLACES = (
    Place("DE", "Berlin", "Europe/Berlin", 11),
    Place("DE", "Hamburg", "Europe/Berlin", 8),
    Place("BE", "Antwerp", "Europe/Brussels", 6),
    Place("SE", "Malmö", "Europe/Stockholm", 6),
    Place("NL", "Utrecht", "Europe/Amsterdam", 8),
    Place("FR", "Lyon", "Europe/Paris", 7),
    Place("DK", "Aarhus", "Europe/Copenhagen", 4),
    Place("IT", "Milan", "Europe/Rome", 5),
    Place("AT", "Vienna", "Europe/Vienna", 4),
    Place("GB", "Leeds", "Europe/London", 12),
    Place("IE", "Cork", "Europe/Dublin", 4),
    Place("US", "Boston", "America/New_York", 12),
    Place("US", "Atlanta", "America/New_York", 8),
    Place("CA", "Toronto", "America/Toronto", 5),
)
ZONES = tuple(dict.fromkeys(place.zone for place in PLACES))
COUNTRIES = tuple(dict.fromkeys(place.country for place in PLACES))
SHARES = tuple(place.share for place in PLACES)


def at(place: Place, day: date, minute: int = 0) -> datetime:
    """Minutes after the place's own midnight, in UTC."""
    return midnight(place.zone, day) + timedelta(minutes=minute)


@cache
def midnight(zone: str, day: date) -> datetime:
    return datetime.combine(day, time(), zone_named(zone)).astimezone(UTC)


@cache
def is_holiday(country: str, day: date) -> bool:
    """A public holiday there that falls on a working day."""
    calendar = WorkCalendar(zone="UTC", country=country)
    return day.weekday() < 5 and not calendar.is_working_day(day)
