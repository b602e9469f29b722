"""Whether people are met on site: where they want to be met so, and where it pays (domain.md 4.5, F21)."""

from __future__ import annotations

from dataclasses import dataclass

from aloft.coverage.cost import cover
from aloft.decide.policy.load import minutes_of
from aloft.engagement.economy import ONSITE, Region, Travel
from aloft.engagement.model import Every, Model, Moment, ScheduleTrigger

INSTEAD = "video"
"""Of a moment that names no other channel than a visit."""
_PERIODS = {"d": 365, "bd": 261, "w": 52, "mo": 12, "y": 1}
"""How many there are in a year."""


@dataclass(frozen=True)
class Approach:
    """The channels of a moment, the best first. `visited`: whether a visit that it asks for is made (None: it asks for
    none), `because` of what."""

    channels: tuple[str, ...]
    visited: bool | None = None
    because: str = ""


def customary(model: Model, moment: Moment) -> tuple[str, ...]:
    """The channels of a moment where every visit pays."""
    wanted = moment.channel[:1] != (ONSITE,) or (model.region is not None and model.region.visits)
    return moment.channel if wanted else _without_visit(moment)


def approach(
    model: Model, moment: Moment, *, phase: str | None, arr: float | None, rate: float | None
) -> Approach:
    """`arr`: a year's revenue of the account; `rate`: what an hour of the owner costs. Both in one currency."""
    if moment.channel[:1] != (ONSITE,):
        return Approach(moment.channel)
    if model.region is None:
        return Approach(
            _without_visit(moment), False, "no region says that people want to be met face to face"
        )
    if not model.region.visits:
        told = f"face_to_face is {model.region.face_to_face:g}, and visits are made from 0.5 on"
        return Approach(_without_visit(moment), False, told)
    pays, told = _pays(model, moment, model.region, phase or "", arr, rate)
    return Approach(moment.channel if pays else _without_visit(moment), pays, told)


def _without_visit(moment: Moment) -> tuple[str, ...]:
    return tuple(channel for channel in moment.channel if channel != ONSITE) or (INSTEAD,)


def _pays(
    model: Model, moment: Moment, region: Region, phase: str, arr: float | None, rate: float | None
) -> tuple[bool, str]:
    """Whether a year of these visits fits what the phase may spend; it does where the model does not say how much."""
    economics, times = model.economics, times_a_year(moment)
    spend = (economics.spend or {}).get(phase) if economics else None
    if economics is None or economics.gross_margin is None or spend is None or rate is None:
        return True, "the model does not say what a visit may cost"
    if arr is None:
        return False, "MRR is not known, nor whether a visit pays"
    travel = region.travel or Travel(0, 0)
    hours = travel.hours / travel.visits_per_trip + (minutes_of(moment.effort) / 60 if moment.effort else 0)
    year = cover(
        arr=arr,
        hours=times * hours,
        rate=rate,
        margin=economics.gross_margin,
        spend=spend,
        tools=times * travel.fare / travel.visits_per_trip,
    )
    most = spend * economics.gross_margin * arr
    told = f"{times:g} a year cost {year.cost:,.0f}, and {most:,.0f} may be spent"
    return bool(year.passes), told


def times_a_year(moment: Moment) -> float:
    """As its schedule recurs; 1 where it does not."""
    trigger = moment.trigger
    if not isinstance(trigger, ScheduleTrigger) or not isinstance(trigger.schedule, Every):
        return 1
    period = trigger.schedule.period
    return _PERIODS.get(period.unit, 365) / period.number
