"""Recurring moments of one role that fall on the same day, unless one absorbs the other (rule 10 of the language)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations, count, takewhile

from aloft.engagement.audience import meets_someone
from aloft.engagement.coverage import meetings
from aloft.engagement.findings import Findings
from aloft.engagement.model import Every
from aloft.engagement.moment_document import MomentDoc
from aloft.engagement.reach import true
from aloft.engagement.spelling import alternatives, quoted

_DAYS = {"d": 1, "w": 7}
_MONTHS = {"mo": 1, "y": 12}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_YEAR = date(2027, 1, 1)
_LOOKED_AHEAD = timedelta(days=2 * 366)
"""What meets later than that, of whoever begins on any day of a year, meets by chance."""


def check_collisions(findings: Findings) -> None:
    document = findings.document
    if document.contact_policy is not None and document.contact_policy.merge_within is not None:
        return
    recurring = [
        (name, moment)
        for name, moment in document.moments.items()
        if moment.schedule is not None
        and isinstance(moment.schedule.schedule, Every)
        and not findings.flawed(("moments", name))
    ]
    for (one, first), (other, second) in combinations(recurring, 2):
        if _absorbs(findings, one, other) or _absorbs(findings, other, one):
            continue
        roles = _shared_roles(findings, first, second)
        if roles and _same_days(first, second) and _together(findings, first, second):
            says = (
                f"{quoted(other)} and {quoted(one)} fall due on the same day for {alternatives(map(quoted, roles))}: "
                "say which one absorbs the other, or give contact_policy.merge_within"
            )
            findings.add(("moments", other, "schedule"), says)


def _absorbs(findings: Findings, one: str, other: str) -> bool:
    """Itself, or by way of others."""
    absorbed: set[str] = set()
    waiting = {one}
    while waiting:
        moments = [findings.document.moments[name] for name in waiting if name in findings.document.moments]
        absorbed |= waiting
        waiting = {name for moment in moments for name in moment.absorbs or ()} - absorbed
    return other in absorbed


def _shared_roles(findings: Findings, first: MomentDoc, second: MomentDoc) -> list[str]:
    """People's roles that own both for the same accounts; a machine is never in two places."""
    people = {name for name, role in findings.document.roles.items() if not role.automated}
    shared: set[str] = set()
    second_places = {(place.phase, place.segment): place for place in meetings(findings.document, second)}
    for place in meetings(findings.document, first):
        other = second_places.get((place.phase, place.segment))
        if other is not None:
            shared |= {_owner(first, place.touch)} & {_owner(second, other.touch)} & people
    return sorted(shared)


def _owner(moment: MomentDoc, touch: tuple[str, ...]) -> str:
    owner = moment.owner or ""
    if isinstance(owner, dict):
        named = [owner[level] for level in touch if level in owner]
        return named[0] if named and isinstance(named[0], str) else ""
    return owner if isinstance(owner, str) else owner[0]


def _together(findings: Findings, first: MomentDoc, second: MomentDoc) -> bool:
    conditions = [true(one.condition.expression) for one in (first, second) if one.condition is not None]
    return meets_someone(findings, first, *conditions) == "yes"


def _same_days(first: MomentDoc, second: MomentDoc) -> bool:
    """Whether accounts are sure to meet both on one day: counted from one anchor, on days that both fall on."""
    schedules = [one.schedule.schedule for one in (first, second) if one.schedule is not None]
    one, other = (every for every in schedules if isinstance(every, Every))
    if one.anchor != other.anchor:
        return False
    units = one.period.unit, other.period.unit
    if one.on == other.on and any(set(units) <= kind.keys() for kind in (_DAYS, _MONTHS)):
        return True  # of 5 weeks and 7 every 35th
    if one.on == other.on and units[0] == units[1]:
        return True
    return set(units) <= _DAYS.keys() | _MONTHS.keys() and _share_a_day(one, other)


@lru_cache(maxsize=256)
def _share_a_day(one: Every, other: Every) -> bool:
    """Whether some day of a year, counted from, leads both to one day before it is looked no further ahead."""
    for number in range(365):
        start = _YEAR + timedelta(days=number)
        if set(_days(one, start)) & set(_days(other, start)):
            return True
    return False


def _days(every: Every, start: date) -> Iterator[date]:
    return takewhile(lambda day: day <= start + _LOOKED_AHEAD, _all_days(every, start))


def _all_days(every: Every, start: date) -> Iterator[date]:
    """As `decide.recurrence` counts them: from the anchor, a month's end falling back to its last day."""
    unit, number = every.period.unit, every.period.number
    if unit in _DAYS:
        step = timedelta(days=number * _DAYS[unit])
        first = start + step if every.on is None else _next(start, str(every.on))
        yield from (first + n * step for n in count())
        return
    months = number * _MONTHS[unit]
    day = start.day if every.on is None else 31 if every.on == "last" else int(every.on)
    beginning = months
    if every.on is not None:
        beginning = 0 if _in_month(start, 0, day) > start else 1
    yield from (_in_month(start, beginning + n * months, day) for n in count())


def _next(start: date, weekday: str) -> date:
    return start + timedelta(days=(_WEEKDAYS.index(weekday) - start.weekday() - 1) % 7 + 1)


def _in_month(start: date, months: int, day: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
