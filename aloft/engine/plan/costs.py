"""What serving each segment and phase costs in a year, beside what it brings (F21)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from aloft.coverage.cost import HOURS, Cover, cover
from aloft.decide.ownership import may_own
from aloft.engagement.model import Model
from aloft.engine.plan.dates import WEEKS
from aloft.engine.plan.sides import Side
from aloft.engine.plan.values import Cost
from aloft.facts.store import FactStore

Place = tuple[str, str]
"""Segment and phase."""


@dataclass
class Served:
    """Of the accounts of a place: hours of a year by touch level and by schedules, and what the latter cost."""

    accounts: int = 0
    arr: float = 0.0
    planned: float = 0.0
    scheduled: float = 0.0
    worth: float = 0.0

    def at_rate(self, usual: float | None) -> float | None:
        """The hourly rate: that of whose work it is; where nothing is scheduled, the usual one."""
        return self.worth / self.scheduled if self.scheduled and self.worth else usual


def costs(store: FactStore, model: Model, before: Side, after: Side) -> tuple[Cost, ...]:
    """In the model's order; only places where there are accounts."""
    was = served(store, before, before.models[model.name]) if model.name in before.models else {}
    now = served(store, after, model)
    order = [(segment, phase) for segment in model.segments for phase in model.phases]
    return tuple(
        _cost(model, place, now[place], _before(before, model, was.get(place)))
        for place in order
        if place in now
    )


def served(store: FactStore, side: Side, model: Model) -> Mapping[Place, Served]:
    found: defaultdict[Place, Served] = defaultdict(Served)
    _planned(store, side, model, found)
    _scheduled(store, side, model, found)
    return found


def _planned(store: FactStore, side: Side, model: Model, found: defaultdict[Place, Served]) -> None:
    hours = hours_by_level(model)
    rows = store.run(
        f"""select segment, phase, split_part(touch, ',', 1), count(*), coalesce(sum(mrr), 0) * 12
        from {side.stands} where model = $model and phase <> '' group by 1, 2, 3""",
        {"model": model.name},
    )
    for segment, phase, level, accounts, arr in rows:
        place = found[segment, phase]
        place.accounts += accounts
        place.arr += float(arr)
        place.planned += accounts * hours.get(level, 0.0)


def _scheduled(store: FactStore, side: Side, model: Model, found: defaultdict[Place, Served]) -> None:
    """By what falls due within the weeks, of people alone; as for a year."""
    rows = store.run(
        f"""with work as (
          select segment, phase, role, n * minutes / case when shared
            then sum(n) over (partition by moment, due) else 1 end as minutes
          from {side.work} where model = $model)
        select segment, phase, role, sum(minutes) from work group by 1, 2, 3""",
        {"model": model.name},
    )
    for segment, phase, name, minutes in rows:
        role = model.roles.get(name or "")
        if role and not role.automated:
            hours = float(minutes) / 60 * 52 / WEEKS
            found[segment, phase].scheduled += hours
            found[segment, phase].worth += hours * (role.rate or 0.0)


def hours_by_level(model: Model) -> Mapping[str, float]:
    """As `economics` says, else as the level does, else the usual ones."""
    levels = {level.name: level.hours for level in model.touch_levels if level.hours is not None}
    return {**HOURS, **levels, **((model.economics.hours or {}) if model.economics else {})}


def usual_rate(model: Model) -> float | None:
    """The mean of those of the roles that own moments; None where none of them has one."""
    owners = dict.fromkeys(role for moment in model.moments.values() for role in may_own(model, moment))
    rates = [rate for name in owners if (rate := model.roles[name].rate) is not None]
    return sum(rates) / len(rates) if rates else None


def _cost(model: Model, place: Place, one: Served, before: float | None) -> Cost:
    rate = one.at_rate(usual_rate(model))
    spend = (model.economics.spend or {}).get(place[1]) if model.economics else None
    covered = _cover(model, place, one)
    return Cost(
        segment=place[0],
        phase=place[1],
        accounts=one.accounts,
        arr=round(one.arr, 2),
        planned=round(one.planned, 1),
        scheduled=round(one.scheduled, 1),
        rate=None if rate is None else round(rate, 2),
        cost=None if covered is None else round(covered.cost, 2),
        share=None if covered is None or covered.share is None else round(covered.share, 4),
        coverage=None if covered is None or covered.coverage is None else round(covered.coverage, 2),
        spend=spend,
        passes=None if covered is None else covered.passes,
        before=before,
    )


def _cover(model: Model, place: Place, one: Served) -> Cover | None:
    """Of the hours that are planned or of those that are scheduled, whichever are more."""
    rate = one.at_rate(usual_rate(model))
    if model.economics is None or rate is None:
        return None
    spend = (model.economics.spend or {}).get(place[1])
    hours = max(one.planned, one.scheduled)
    return cover(arr=one.arr, hours=hours, rate=rate, margin=model.economics.gross_margin, spend=spend)


def _before(side: Side, model: Model, one: Served | None) -> float | None:
    covered = _cover(side.models[model.name], ("", ""), one) if one else None
    return round(covered.cost, 2) if covered else None
