"""How much of an account's time meetings may take (domain.md 3.7): so many minutes within any so long a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import add
from aloft.decide.policy.channels import is_of
from aloft.decide.priority import rank
from aloft.engagement.model import Duration, Touch
from aloft.engagement.policy import ContactCap, ContactPolicy

DISPLACES = rank("renewal")
"""Up to this rank a meeting stays where it is, and one of a lower rank makes room."""

AHEAD = 400
"""So many working days are looked at for room."""

UNIT_MINUTES = {"min": 1, "h": 60, "bh": 60, "bd": 8 * 60, "d": 24 * 60}


@dataclass(frozen=True)
class Meeting:
    """`key` None: it has not opened yet. One that is `movable` has not begun."""

    due: datetime
    minutes: int
    priority: str
    key: int | None = None
    movable: bool = False


@dataclass(frozen=True)
class Allowance:
    minutes: int
    per: Duration

    def __str__(self) -> str:
        return f"{self.minutes} min of meetings per {self.per}"


def allowance(policy: ContactPolicy | None, channel: str, touch: Sequence[Touch]) -> Allowance | None:
    """What the caps leave an account with these touch levels; None: as much as anybody likes."""
    found = [one for cap in (policy.caps if policy else ()) if (one := _allowed(cap, channel, touch))]
    return min(found, key=lambda one: one.minutes, default=None)


def _allowed(cap: ContactCap, channel: str, touch: Sequence[Touch]) -> Allowance | None:
    most = cap.most
    if isinstance(most, int) or not is_of(channel, cap.channel) or cap.purpose == "marketing" or cap.persona:
        return None
    if isinstance(most, Mapping):
        levels = [most[level] for level in touch if level in most]
        if not levels:
            return None
        most = levels[0]
    return Allowance(minutes_of(most), cap.per)


def minutes_of(length: Duration) -> int:
    """A working day has eight hours. Longer units are no length of a meeting, and count as so many days."""
    return length.number * UNIT_MINUTES.get(length.unit, 24 * 60)


def booked_around(
    due: datetime, booked: Iterable[Meeting], allowed: Allowance, calendar: WorkCalendar
) -> int:
    """The minutes booked in the fullest window of the allowance that a meeting at `due` would fall into."""
    known = [(one.due, add(one.due, allowed.per, calendar), one.minutes) for one in booked]
    ends = add(due, allowed.per, calendar)
    instants = [due, *(begun for begun, _, _ in known if due <= begun < ends)]
    return max(sum(length for begun, over, length in known if begun <= x < over) for x in instants)


def has_room(
    meeting: Meeting, booked: Collection[Meeting], allowed: Allowance, calendar: WorkCalendar
) -> bool:
    return booked_around(meeting.due, booked, allowed, calendar) + meeting.minutes <= allowed.minutes


def first_with_room(
    meeting: Meeting, booked: Collection[Meeting], allowed: Allowance, calendar: WorkCalendar
) -> datetime | None:
    """The same time of the first working day from its own on that has room; None: no day has."""
    if meeting.minutes > allowed.minutes:
        return None
    local = calendar.local(meeting.due)
    due, day = meeting.due, local.date()
    for _ in range(AHEAD):
        if has_room(replace(meeting, due=due), booked, allowed, calendar):
            return due
        day = calendar.next_working_day(day)
        due = calendar.at(day, local.time())
    return None


def making_room(
    meeting: Meeting, booked: Sequence[Meeting], allowed: Allowance, calendar: WorkCalendar
) -> list[Meeting] | None:
    """Those that give way to a meeting that must not wait, the least important first; None: it cannot be done."""
    if rank(meeting.priority) > DISPLACES:
        return None
    staying, leaving = list(booked), []
    lower = [one for one in booked if one.movable and rank(one.priority) > rank(meeting.priority)]
    near = [one for one in lower if abs(one.due - meeting.due) <= _reach(meeting, allowed, calendar)]
    for one in sorted(near, key=lambda one: (-rank(one.priority), -one.due.timestamp())):
        if has_room(meeting, staying, allowed, calendar):
            break
        staying.remove(one)
        leaving.append(one)
    return leaving if has_room(meeting, staying, allowed, calendar) else None


def _reach(meeting: Meeting, allowed: Allowance, calendar: WorkCalendar) -> timedelta:
    return add(meeting.due, allowed.per, calendar) - meeting.due
