"""Time zones and countries by their official codes."""

from __future__ import annotations

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from aloft.engagement.parse import ReadingError
from aloft.engagement.spelling import did_you_mean, quoted


def zone(text: str) -> str:
    """An IANA time zone such as Europe/Berlin; raises ReadingError."""
    if not _is_zone(text):
        raise ReadingError(f"unknown time zone {quoted(text)}{did_you_mean(text, _zones())}")
    return text


def country(text: str) -> str:
    """An ISO 3166 country code of two letters; raises ReadingError."""
    if text not in countries():
        hint = did_you_mean(text.upper(), countries()) if len(text) == 2 else ""
        raise ReadingError(f"unknown country {quoted(text)}: write its two-letter code, such as DE{hint}")
    return text


@cache
def countries() -> frozenset[str]:
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    return frozenset(line[:2] for line in table.splitlines() if line and not line.startswith("#"))


@cache
def _is_zone(text: str) -> bool:
    try:
        return bool(text) and ZoneInfo(text).key == text
    except (OSError, ValueError, KeyError):
        return False


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
