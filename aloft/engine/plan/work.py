"""Hours per role and week: what schedules bring and what stands open, exactly; what conditions bring, as a range."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aloft.coverage.capacity import Worker, hours_by_week
from aloft.decide.calendar import for_person
from aloft.decide.ownership import may_own
from aloft.engagement.model import Model
from aloft.engine.plan.dates import WEEKS, Weeks
from aloft.engine.plan.errands import hours_by_owner, hours_of
from aloft.engine.plan.sides import Side
from aloft.engine.plan.values import Rate, RolePlan, Week
from aloft.facts.store import FactStore
from aloft.records.models import Leave, Person

Hours = dict[str, list[float]]
"""By role, of each week."""
Rates = Mapping[tuple[str, str], Rate]
"""By moment and role: openings a week."""


def by_schedule(store: FactStore, side: Side, weeks: Weeks) -> Hours:
    found = store.run(
        f"""with work as (
          select *, date_diff('day', $first, due::date) // 7 as week from {side.work})
        select role, week, sum(minutes) from (
          select role, week, n * minutes as minutes from work where not shared
          union all select role, week, minutes from (
            select distinct role, week, minutes, model, moment, due from work where shared))
        group by role, week""",
        {"first": weeks.first},
    )
    return _spread(found)


def by_open(store: FactStore, side: Side, weeks: Weeks) -> Hours:
    """What stands open is done in the week in which it is due; what is late, at once; a group session once.
    What closes in favour of something larger is not done."""
    found = store.run(
        f"""with work as (
          select role, greatest(date_diff('day', $first, due::date) // 7, 0) as week, minutes, moment, due, shared
          from open_now where occurrence not in (select occurrence from {side.spared}))
        select role, week, sum(minutes) from (
          select role, week, minutes from work where not shared
          union all select role, week, minutes from (
            select distinct role, week, minutes, moment, due from work where shared))
        group by role, week""",
        {"first": weeks.first},
    )
    return _spread(found)


def _spread(found: Sequence[tuple[str | None, int, float]]) -> Hours:
    hours: defaultdict[str, list[float]] = defaultdict(lambda: [0.0] * WEEKS)
    for role, week, minutes in found:
        if role and 0 <= week < WEEKS:
            hours[role][week] += float(minutes) / 60
    return dict(hours)


def added(one: Hours, other: Hours) -> Hours:
    nothing = [0.0] * WEEKS
    return {
        role: [a + b for a, b in zip(one.get(role, nothing), other.get(role, nothing), strict=True)]
        for role in {**one, **other}
    }


@dataclass(frozen=True)
class Range:
    """Hours a week."""

    low: float = 0.0
    likely: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Work:
    """Hours by role and week, of schedules and what stands open; and by role what conditions bring in any week."""

    before: Hours
    after: Hours
    usual: Mapping[str, Range]
    usual_before: Mapping[str, Range]


def by_rate(model: Model, rates: Rates) -> dict[str, Range]:
    """The ends of the rates of all moments of a role, added up: no narrower than it can be known."""
    found: dict[str, Range] = {}
    for (moment, role), rate in rates.items():
        for owner, each in hours_by_owner(model.moments[moment], role).items():
            was = found.get(owner, Range())
            found[owner] = Range(
                was.low + each * rate.low, was.likely + each * rate.week, was.high + each * rate.high
            )
    return found


def roles(model: Model, work: Work, rates: Rates, weeks: Weeks) -> tuple[RolePlan, ...]:
    """Roles of the text first, in its order, then those that only what is in force knows; none that is automated."""
    gone = [role for role in {**work.before, **work.after} if role not in model.roles]
    named = [name for name, role in model.roles.items() if not role.automated]
    unknown = {key: rate for key, rate in rates.items() if rate.seen is None}
    return tuple(_role(model, role, work, unknown, weeks) for role in (*named, *gone))


def _role(model: Model, role: str, work: Work, unknown: Rates, weeks: Weeks) -> RolePlan:
    people = _people(model, role)
    capacity = _capacity(model, role, people, weeks)
    before, after = (hours.get(role, [0.0] * WEEKS) for hours in (work.before, work.after))
    usual, was = work.usual.get(role, Range()), work.usual_before.get(role, Range()).likely
    rounded = (_round(usual.low), _round(usual.likely), _round(usual.high))
    told = tuple(
        Week(day, _round(before[n] + was), _round(after[n]), *rounded, capacity[n])
        for n, day in enumerate(weeks.days)
    )
    return RolePlan(
        role,
        len(people),
        told,
        tuple(dict.fromkeys(m for m, r in unknown if r == role)),
        _unmeasured(model, role),
    )


def _round(hours: float) -> float:
    return round(hours, 1)


def _people(model: Model, role: str) -> list[Person]:
    return list(Person.objects.filter(role=role)) if role in model.roles else []


def _capacity(model: Model, role: str, people: Sequence[Person], weeks: Weeks) -> Sequence[float | None]:
    if role not in model.roles:
        return [None] * WEEKS
    away: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    for leave in Leave.objects.filter(person__in=people):
        away[leave.person_id].append((leave.first_day, leave.last_day))
    usual = model.roles[role].hours_per_week
    workers = [
        Worker(
            float(person.hours_per_week) if person.hours_per_week is not None else usual,
            for_person(model.clock, person.timezone, person.country),
            tuple(away[person.pk]),
        )
        for person in people
    ]
    hours = hours_by_week(workers, weeks.days, weeks.today)
    return [None if one is None else _round(one) for one in hours]


def _unmeasured(model: Model, role: str) -> tuple[str, ...]:
    """Moments of the role of which nobody says how long they take."""
    return tuple(
        name
        for name, moment in model.moments.items()
        if role in may_own(model, moment) and not hours_of(moment)
    )
