"""Numbers, durations and instants as people say them. Instants are aware; the reader's zone goes in."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

MINUTE, HOUR = 60, 3600
ABBREVIATED = frozenset({"mrr", "arr", "acv", "clv", "nps", "csat", "ces", "roi"})
UNITS = {1_000_000_000: "bn", 1_000_000: "M", 1_000: "k"}


def number(value: float | Decimal) -> str:
    """`6240` as “6,240”; at most two decimals, none where they say nothing."""
    text = f"{value:,.2f}" if isinstance(value, Decimal | float) else f"{value:,}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def compact(value: float | Decimal) -> str:
    """“10.16 M”, “52.3 k” in a picture's margin and at the head of a page; below 10,000 as it is."""
    size = float(value)
    for limit, unit in UNITS.items():
        if abs(size) >= max(limit, 10_000):
            return f"{number(round(size / limit, 2))} {unit}"
    return number(round(size, 2))


def percent(share: float | Decimal) -> str:
    """A fraction as “98.1 %”."""
    return f"{number(round(float(share) * 100, 1))} %"


def counted(n: int, one: str, many: str = "") -> str:
    """“1 account”, “6,240 accounts”."""
    return f"{number(n)} {one if n == 1 else many or one + 's'}"


def effort(minutes: int) -> str:
    """“30 min”, “1 h”, “2.5 h”."""
    if minutes < 60:
        return f"{minutes} min"
    return f"{number(round(minutes / 60, 1))} h"


def clock_time(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")


def day(at: datetime, now: datetime, zone: tzinfo) -> str:
    """“14 Feb”; the year only when it is another."""
    local = at.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {local:%b}{year}"


def instant(at: datetime, now: datetime, zone: tzinfo) -> str:
    """“today 17:00”, “yesterday 06:00”, “9 Nov, 06:00”, “6 May 2025”."""
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days_between(now, at, zone))
    if near:
        return f"{near} {clock_time(at, zone)}"
    if at.astimezone(zone).year != now.astimezone(zone).year:
        return day(at, now, zone)
    return exactly(at, now, zone)


def exactly(at: datetime, now: datetime, zone: tzinfo) -> str:
    """“9 Nov, 06:00”, “6 May 2025, 06:00”: as a sentence has it, whenever it is read."""
    return f"{day(at, now, zone)}, {clock_time(at, zone)}"


def due(at: datetime, now: datetime, zone: tzinfo) -> str:
    """“20 min late”, “1 day late”, “today 17:00”, “tomorrow”, “Wed”, “14 Feb”."""
    if at < now:
        return late(at, now, zone)
    ahead = days_between(now, at, zone)
    if ahead == 0:
        return f"today {clock_time(at, zone)}"
    if ahead == 1:
        return "tomorrow"
    return f"{at.astimezone(zone):%a}" if ahead < 7 else day(at, now, zone)


def late(at: datetime, now: datetime, zone: tzinfo) -> str:
    days = -days_between(now, at, zone)
    if days:
        return f"{counted(days, 'day')} late"
    seconds = (now - at).total_seconds()
    if seconds < HOUR:
        return f"{max(1, int(seconds // MINUTE))} min late"
    return f"{int(seconds // HOUR)} h late"


def days_between(now: datetime, at: datetime, zone: tzinfo) -> int:
    """Whole days of the calendar in `zone`; negative for the past."""
    return (at.astimezone(zone).date() - now.astimezone(zone).date()).days


def start_of_day(now: datetime, zone: tzinfo, ahead: int = 0) -> datetime:
    """The first instant of the local day, `ahead` days from today's."""
    local = now.astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) + timedelta(days=ahead)


def initials(name: str) -> str:
    parts = name.split()
    return (parts[0][:1] + parts[-1][:1] if len(parts) > 1 else name[:2]).upper()


def humanised(name: str) -> str:
    """`adoption_gate` as “Adoption gate”, `kickoff.done` as “Kickoff done”, `mrr` as “MRR”."""
    words = name.replace("_", " ").replace(".", " ").capitalize().split(" ")
    return " ".join(word.upper() if word.lower() in ABBREVIATED else word for word in words)
