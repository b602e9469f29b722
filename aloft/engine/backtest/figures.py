"""How good the alerts were: hits within 90 days, lead time, load and precision at capacity (`domain.md` 3.1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from types import MappingProxyType

from aloft.engine.backtest.values import (
    Capacity,
    Figures,
    Hits,
    Lead,
    Load,
    Loss,
    OfMoment,
    OfRole,
    OfSegment,
    Opened,
    Paying,
    Played,
    Truth,
)

HORIZON = timedelta(days=90)
DOWNSELL = 0.2
"""The least share of its MRR whose loss counts."""
LOOKED_BACK = timedelta(days=180)
"""How long before a loss its first alert may lie."""
EARLY = 60  # days
UNSAID = 60
"""Minutes: the effort of a moment that says none."""
WEEK = timedelta(days=7)

Losses = Mapping[str, Sequence[date]]


def figures(
    played: Played,
    truth: Truth,
    capacities: Mapping[str, Capacity],
    efforts: Mapping[str, int] = MappingProxyType({}),
) -> Figures:
    """`capacities` are by role, of those that are people; `efforts` are minutes by moment."""
    lost = _by_account(truth.losses)
    alerts = [one for one in played.opened if one.is_alert]
    roles = [
        _of_role(role, alerts, played, truth, capacities) for role in sorted({one.role for one in alerts})
    ]
    return Figures(
        moments=_moments(played.opened, lost, truth.known),
        roles=roles,
        alerts=_hits(alerts, lost, truth.known),
        at_capacity=Hits(sum(one.worked.judged for one in roles), sum(one.worked.hits for one in roles)),
        base_rate=_base_rate(played, truth, lost),
        lead=_lead(alerts, truth.losses, played),
        segments=_segments(played.opened),
        loads=[_load(role, one, played.opened, efforts) for role, one in capacities.items()],
    )


def _segments(opened: Iterable[Opened]) -> list[OfSegment]:
    """The busiest first."""
    weeks: defaultdict[str, Counter[date]] = defaultdict(Counter)
    for one in opened:
        weeks[one.segment][monday(one.day)] += 1
    found = [OfSegment(name, told.total(), told) for name, told in weeks.items()]
    return sorted(found, key=lambda one: (-one.opened, one.segment))


def _load(role: str, capacity: Capacity, opened: Iterable[Opened], efforts: Mapping[str, int]) -> Load:
    weeks: Counter[date] = Counter()
    for one in opened:
        if one.role == role:
            weeks[monday(one.day)] += efforts.get(one.moment) or UNSAID
    hours = {week: round(minutes / 60, 2) for week, minutes in weeks.items()}
    return Load(role, round(weeks.total() / 60, 2), hours, capacity.hours_a_week)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _by_account(losses: Iterable[Loss]) -> Losses:
    found: defaultdict[str, list[date]] = defaultdict(list)
    for one in losses:
        if one.share >= DOWNSELL:
            found[one.account].append(one.day)
    return found


def _is_hit(account: str, day: date, lost: Losses) -> bool:
    return any(day < gone <= day + HORIZON for gone in lost.get(account, ()))


def _hits(alerts: Iterable[Opened], lost: Losses, known: date) -> Hits:
    """What is not yet 90 days ago is neither hit nor miss."""
    judged = [one for one in alerts if one.day + HORIZON <= known]
    return Hits(len(judged), sum(_is_hit(one.account, one.day, lost) for one in judged))


def _moments(opened: Sequence[Opened], lost: Losses, known: date) -> list[OfMoment]:
    by_name: defaultdict[str, list[Opened]] = defaultdict(list)
    for one in opened:
        by_name[one.moment].append(one)
    return [
        OfMoment(
            name,
            ours[0].trigger,
            len(ours),
            len({one.account for one in ours}),
            _hits(ours, lost, known) if ours[0].is_alert else Hits(),
            Counter(monday(one.day) for one in ours),
        )
        for name, ours in by_name.items()
    ]


def _of_role(
    role: str,
    alerts: Iterable[Opened],
    played: Played,
    truth: Truth,
    capacities: Mapping[str, Capacity],
) -> OfRole:
    ours = [one for one in alerts if one.role == role]
    capacity = capacities.get(role, Capacity(0, None))
    person_weeks = capacity.people * (((played.last - played.first).days + 1) / WEEK.days)
    worked = _worked(ours, capacity.alerts_a_week)
    return OfRole(
        role,
        len(ours),
        capacity.people,
        len(ours) / person_weeks if person_weeks else None,
        _hits(worked, _by_account(truth.losses), truth.known),
    )


def _worked(alerts: Sequence[Opened], most: float | None) -> list[Opened]:
    """Of each week as many as can be worked, those of the greatest MRR first."""
    if most is None:
        return list(alerts)
    weeks: defaultdict[date, list[Opened]] = defaultdict(list)
    for one in alerts:
        weeks[monday(one.day)].append(one)
    return [
        one
        for ours in weeks.values()
        for one in sorted(ours, key=lambda one: (-(one.mrr or 0), one.at, one.account))[: int(most)]
    ]


def _base_rate(played: Played, truth: Truth, lost: Losses) -> float | None:
    day = monday(played.first + WEEK - timedelta(days=1))
    seen = hits = 0
    while day <= played.last and day + HORIZON <= truth.known:
        there = [one.account for one in truth.paying if _pays(one, day)]
        seen += len(there)
        hits += sum(_is_hit(account, day, lost) for account in there)
        day += WEEK
    return hits / seen if seen else None


def _pays(one: Paying, day: date) -> bool:
    return one.since <= day and (one.until is None or day < one.until)


def _lead(alerts: Iterable[Opened], losses: Iterable[Loss], played: Played) -> Lead:
    """Of the losses within the time; the first alert counts that is not older than 180 days."""
    told: defaultdict[str, list[date]] = defaultdict(list)
    for one in alerts:
        told[one.account].append(one.day)
    gone = [one for one in losses if one.share >= DOWNSELL and played.first <= one.day <= played.last]
    days = []
    for loss in gone:
        before = [day for day in told[loss.account] if loss.day - LOOKED_BACK <= day < loss.day]
        days += [(loss.day - min(before)).days] if before else []
    early = sum(day >= EARLY for day in days) / len(days) if days else None
    return Lead(len(gone), len(days), float(median(days)) if days else None, early, sorted(days))
