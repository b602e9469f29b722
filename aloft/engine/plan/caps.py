"""What schedules bring each account, against the caps of the contact policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from aloft.coverage.visits import customary
from aloft.decide.policy.channels import is_of
from aloft.engagement.model import Duration, Model, Moment
from aloft.engagement.policy import ContactCap
from aloft.engine.opening import minutes_of
from aloft.engine.plan.places import named, people
from aloft.engine.plan.sides import Side
from aloft.engine.plan.values import CapPlan
from aloft.facts.store import FactStore

_UNITS = {
    "min": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
    "mo": "month",
    "y": "year",
}


_WORKING = {"bd": 24 * 7 / 5, "bh": 24 / 8 * 7 / 5}
"""Hours that go by with one of working time, in a week of five days of eight."""


@dataclass(frozen=True)
class Counted:
    """A cap with the moments that it counts, each with what one contact is: 1, or its minutes."""

    cap: ContactCap
    moments: Mapping[str, float]
    limits: Mapping[str, float]

    @property
    def in_minutes(self) -> bool:
        return not isinstance(self.cap.most, int)


def caps(store: FactStore, model: Model, side: Side) -> tuple[CapPlan, ...]:
    policy = model.contact_policy
    return tuple(_plan(store, model, side, cap) for cap in (policy.caps if policy else ()))


def _plan(store: FactStore, model: Model, side: Side, cap: ContactCap) -> CapPlan:
    counted = _counted(model, cap)
    accounts, worst, who = _over(store, model, side, counted) if counted.moments else (0, 0.0, [])
    return CapPlan(
        channel=cap.channel or "",
        purpose=cap.purpose or "",
        unit="min" if counted.in_minutes else "contacts",
        most=", ".join(
            f"{level}: {most:g}" if level != "*" else f"{most:g}" for level, most in counted.limits.items()
        ),
        per=str(cap.per),
        accounts=accounts,
        worst=worst,
        who=people(who),
    )


def _counted(model: Model, cap: ContactCap) -> Counted:
    in_minutes = not isinstance(cap.most, int)
    moments = {
        name: float(minutes_of(moment.length or moment.effort)) if in_minutes else 1.0
        for name, moment in model.moments.items()
        if _falls_under(model, moment, cap)
    }
    return Counted(cap, moments, _limits(cap))


def _limits(cap: ContactCap) -> Mapping[str, float]:
    """By touch level; `*` is every one."""
    if isinstance(cap.most, int):
        return {"*": float(cap.most)}
    if isinstance(cap.most, Duration):
        return {"*": float(minutes_of(cap.most))}
    return {level: float(minutes_of(most)) for level, most in cap.most.items()}


def _falls_under(model: Model, moment: Moment, cap: ContactCap) -> bool:
    preferred = next(iter(customary(model, moment)), "")
    if not is_of(preferred, cap.channel):
        return False
    who = moment.guests or moment.to
    if cap.persona and not (who and cap.persona in who.personas):
        return False
    return not cap.purpose or cap.purpose == moment.purpose


def _span(per: Duration) -> str:
    if per.unit in _WORKING:
        return f"interval {ceil(per.number * _WORKING[per.unit])} hour"
    return f"interval {per.number} {_UNITS[per.unit]}"


def _over(
    store: FactStore, model: Model, side: Side, counted: Counted
) -> tuple[int, float, list[dict[str, Any]]]:
    """The accounts that get more within any `per`, the most that one gets, and who gets most.

    Of several levels of touch the first counts that the cap names.
    """
    cap = counted.cap
    sizes = " ".join(f"when '{name}' then {size}" for name, size in counted.moments.items())
    limits = " ".join(f"when '{level}' then {most}" for level, most in counted.limits.items() if level != "*")
    limit = (
        f"list_filter([case level {limits} end for level in string_split(s.touch, ',')], lambda n: n is not null)[1]"
        if limits
        else counted.limits["*"]
    )
    found = store.run(
        f"""with contacts as (
          select account, due, case moment {sizes} end as size from {side.due}
          where model = $model and moment in ({", ".join(f"'{name}'" for name in counted.moments)})),
        rolling as (
          select account, sum(size) over (partition by account order by due
            range between {_span(cap.per)} - interval 1 microsecond preceding and current row) as size from contacts),
        most as (select account, max(size) as size from rolling group by account),
        over as (select m.account, m.size, s.mrr from most m join {side.stands} s using (account)
          where m.size > {limit})
        select (select count(*) from over), (select coalesce(max(size), 0) from most),
          (select {named("o.mrr")} from over o join concerned c using (account))""",
        {"model": model.name},
    )
    number, worst, who = found[0]
    return int(number), float(worst), who or []
