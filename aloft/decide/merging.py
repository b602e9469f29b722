"""Merging (domain.md 3.7, step 6): of what is due close together at an account, the larger takes the smaller in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aloft.decide.calendar import WorkCalendar
from aloft.decide.durations import ELAPSED_UNITS, add, day_after
from aloft.decide.priority import priority_of
from aloft.engagement.model import Duration, Model, Moment

MERGE_WITHIN = Duration(5, "bd")
"""Where a model names moments that absorb others and gives no `merge_within`."""

UNMERGED = frozenset({"legal", "incident", "escalation"})
"""Priorities of what stands for itself, whatever a model says."""

Absorbers = Mapping[str, frozenset[str]]
"""By moment: the moments that absorb it, also by way of others."""


@dataclass(frozen=True)
class Near:
    """An occurrence of the account, or one that is only planned: `occurrence` is None then."""

    moment: str
    due: datetime
    occurrence: int | None = None


def within(model: Model) -> Duration:
    """How far apart at most the larger and the smaller are due."""
    policy = model.contact_policy
    return (policy.merge_within if policy else None) or MERGE_WITHIN


def absorbers(moments: Mapping[str, Moment]) -> Absorbers:
    """Who absorbs whom: the annual review absorbs what the quarterly one does."""
    found: dict[str, set[str]] = {name: set() for name in moments}
    for name in moments:
        for absorbed in _reached(moments, name) & found.keys() - {name}:
            if priority_of(moments[absorbed]) not in UNMERGED:
                found[absorbed].add(name)
    return {name: frozenset(larger) for name, larger in found.items() if larger}


def _reached(moments: Mapping[str, Moment], name: str) -> set[str]:
    reached: set[str] = set()
    waiting = set(moments[name].absorbs)
    while waiting:
        reached |= waiting
        waiting = {
            absorbed for one in waiting if one in moments for absorbed in moments[one].absorbs
        } - reached
    return reached


def absorber(
    moment: str,
    due: datetime,
    near: Iterable[Near],
    by: Absorbers,
    within: Duration,
    calendar: WorkCalendar,
) -> Near | None:
    """Into which of those `near` an occurrence goes, that is due at `due`; None: it stands for itself.

    What is only planned and will be absorbed itself takes nothing in. Of several it is the one due nearest.
    """
    close = [
        one for one in near if one.moment in by.get(moment, ()) and is_close(due, one.due, within, calendar)
    ]
    standing = [one for one in close if not _goes_into_another(one, near, by, within, calendar)]
    return min(standing, key=lambda one: (abs(one.due - due), one.due, one.moment), default=None)


def _goes_into_another(
    one: Near, near: Iterable[Near], by: Absorbers, within: Duration, calendar: WorkCalendar
) -> bool:
    if one.occurrence is not None:
        return False
    larger = by.get(one.moment, frozenset())
    return any(other.moment in larger and is_close(one.due, other.due, within, calendar) for other in near)


def is_close(one: datetime, other: datetime, within: Duration, calendar: WorkCalendar) -> bool:
    """At most `within` apart. What counts days counts the account's local days, whatever the time of day."""
    first, last = sorted((one, other))
    if within.unit in ELAPSED_UNITS:
        return last <= add(first, within, calendar)
    return calendar.local_date(last) <= day_after(calendar.local_date(first), within, calendar)
