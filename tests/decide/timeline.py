"""Instants and calendars as the tests write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from hypothesis import settings

from aloft.decide.calendar import WorkCalendar
from aloft.engagement.model import Anchor, Duration

BERLIN = WorkCalendar("Europe/Berlin", country="DE", subdivision="BE")
LONDON = WorkCalendar("Europe/London")
NEW_YORK = WorkCalendar("America/New_York")
TOKYO = WorkCalendar("Asia/Tokyo", country="JP")
UTC_WEEK = WorkCalendar("UTC")
unhurried = settings(deadline=None)  # the first example of a country loads its holidays
START = Anchor(name="phase_start")


def utc(text: str) -> datetime:
    """`2026-03-02 14:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(*texts: str) -> list[date]:
    return [day(text) for text in texts]


def length(text: str) -> Duration:
    """`5bd`"""
    found = re.fullmatch(r"(\d+)(min|h|bh|d|bd|w|mo|y)", text)
    assert found, text
    return Duration(int(found[1]), found[2])  # type: ignore[arg-type]
