"""How often moments without a schedule open: as they did in the last 90 days under the same rule, as a range; and
where a rule was not in force for long enough, as it would have in a backtest of those days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from aloft.coverage.rate import weekly
from aloft.decide.ownership import may_own
from aloft.engagement.load import load_published
from aloft.engagement.model import (
    AnswerTrigger,
    EventTrigger,
    ExpectTrigger,
    ManualTrigger,
    Metric,
    Model,
    Moment,
    Rule,
    ScheduleTrigger,
    WhenTrigger,
)
from aloft.engagement.problems import InvalidModel
from aloft.engine.backtest.run import Lately
from aloft.engine.plan import experiments
from aloft.engine.plan.history import LOOKED_BACK
from aloft.engine.plan.sides import Side
from aloft.engine.plan.values import Rate
from aloft.engine.plan.work import Rates
from aloft.engine.versions import Running
from aloft.facts.store import FactStore
from aloft.measures.names import names_in
from aloft.records.models import ModelVersion

DAY = timedelta(days=1)
_TOLD = pa.schema([("external", pa.string()), ("moment", pa.string()), ("called", pa.string())])
LEAST = 7
"""Days: of less nobody tells a rate."""
UNSEEN = "its rule has not been in force for a week: how often it fires is not known"
BY_HAND = "it is opened by hand, and nobody has seen how often"
REPLAYED = "by replaying the last {days} days under this text"


@dataclass(frozen=True)
class Seen:
    """A version of the model, and from when until when it was live."""

    model: Model
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Rated:
    """Openings a week; of a moment by whom it would lie with, and of all of them together."""

    by_moment: Mapping[str, Rate] = field(default_factory=dict)
    by_role: Rates = field(default_factory=dict)


def seen(name: str, at: datetime, live: Sequence[Running]) -> list[Seen]:
    """The versions that were live within the time looked back at, the newest first."""
    compiled = {one.version.pk: one.program.model for one in live}
    versions = list(ModelVersion.objects.filter(name=name, live_from__lte=at).order_by("-live_from", "-pk"))
    found, until = [], at
    for version in versions:
        if until <= at - LOOKED_BACK:
            break
        try:
            model = compiled.get(version.pk) or load_published(version.document, f"{name}.yaml")
            found.append(Seen(model, version.live_from, until))
        except InvalidModel:
            break
        until = min(until, version.live_from)
    return found


def rates(
    store: FactStore,
    model: Model,
    side: Side,
    live: Iterable[Seen],
    at: datetime,
    lately: Lately | None = None,
) -> Rated:
    """Only openings at accounts that a moment meets on that side, and that no experiment holds out now, count.
    `lately`: what a backtest of the text has opened, for rules that have not been in force for a week."""
    versions = list(live)
    experiments.leave_out_now(store, model, at.date())
    counted = _counted(store, side, model.name, "fired")
    tested = _tested(store, side, model.name, lately) if lately else {}
    by_moment: dict[str, Rate] = {}
    by_role: dict[tuple[str, str], Rate] = {}
    for name, moment in model.moments.items():
        if isinstance(moment.trigger, ScheduleTrigger):
            continue
        days = _observed(moment, model, versions, at) if side.meets.get((model.name, name)) else None
        seen, says = counted, ""
        if lately and days is not None and days < LEAST and not isinstance(moment.trigger, ManualTrigger):
            seen, days, says = tested, lately.days, REPLAYED.format(days=lately.days)
        roles = {role: seen.get((name, role), 0) for role in may_own(model, moment)}
        by_moment[name] = _rate(moment, sum(roles.values()), days, says)
        by_role |= {(name, role): _rate(moment, number, days, says) for role, number in roles.items()}
    return Rated(by_moment, by_role)


def _tested(store: FactStore, side: Side, model: str, lately: Lately) -> Mapping[tuple[str, str], int]:
    """As `_counted`, of what a backtest has opened."""
    moments = [one.moment for one in lately.opened]
    told = {"external": [one.account for one in lately.opened], "moment": moments, "called": moments}
    store.load("told", pa.table(told, schema=_TOLD))
    store.run(
        """create or replace temp table tested as
        select c.account, t.moment, t.called from told t join concerned c using (external)"""
    )
    return _counted(store, side, model, "tested")


def _counted(store: FactStore, side: Side, model: str, table: str) -> Mapping[tuple[str, str], int]:
    """Openings by moment and role: each as it would be owned on that side, under the name that it has there."""
    named = "called" if side.name == "before" else "moment"
    found = store.run(
        f"""select f.{named}, coalesce(e.role, o.role), count(*) from {table} f join {side.stands} s using (account)
        join {side.owned} o on o.model = s.model and o.moment = f.{named} and o.touch = s.touch
        left join {side.dealt} e on e.account = f.account and e.model = s.model and e.moment = f.{named}
        join {side.met} m on m.account = f.account and m.moment = f.{named}
        anti join held_out h on h.account = f.account and h.moment = f.{named}
        where s.model = $model group by all""",
        {"model": model},
    )
    return {(moment, role): int(number) for moment, role, number in found}


def _observed(moment: Moment, model: Model, versions: list[Seen], at: datetime) -> float:
    """Days for which the rule was in force as it stands in the text."""
    since = at
    wanted = _rule(moment, model)
    for one in versions:
        was = one.model.moments.get(moment.name) or one.model.moments.get(moment.was or "")
        if was is None or _rule(was, one.model) != wanted:
            break
        since = max(one.since, at - LOOKED_BACK)
    return (at - since) / DAY


def _rate(moment: Moment, number: int, days: float | None, says: str = "") -> Rate:
    """`days` None: it meets nobody."""
    if days is None:
        return Rate(0, 0, 0.0, 0.0, 0.0, "it meets no account")
    if days < LEAST:
        return _unknown(BY_HAND if isinstance(moment.trigger, ManualTrigger) else UNSEEN)
    return Rate(number, round(days), *_rounded(number, days), says)


def _unknown(says: str) -> Rate:
    return Rate(None, 0, 0.0, 0.0, 0.0, says)


def _rounded(number: int, days: float) -> tuple[float, float, float]:
    low, week, high = weekly(number, days)
    return round(low, 2), round(week, 2), round(high, 2)


def _rule(moment: Moment, model: Model) -> object:
    """What decides when the moment opens, wherever it is written: its trigger, its `if` and the metrics they read."""
    trigger = moment.trigger
    rules = [*_rules(trigger), *([moment.condition] if moment.condition else [])]
    metrics = {name: _bare(model.metrics[name]) for name in _metrics(rules, model)}
    bare: Any = trigger
    for name in ("condition", "where"):
        if isinstance(getattr(trigger, name, None), Rule):
            bare = replace(bare, **{name: None})
    return bare, [rule.expression for rule in rules], sorted(metrics.items(), key=lambda one: one[0])


def _rules(trigger: object) -> list[Rule]:
    match trigger:
        case WhenTrigger(condition=condition) | ExpectTrigger(condition=condition):
            return [condition]
        case EventTrigger(where=where) if where:
            return [where]
        case AnswerTrigger(expect=expect, of=of):
            return [one.where for one in (expect, of) if one.where]
    return []


def _metrics(rules: Iterable[Rule], model: Model) -> set[str]:
    waiting = [name for rule in rules for name in names_in(rule.expression)]
    found: set[str] = set()
    while waiting:
        metric = model.metrics.get(name := waiting.pop())
        if metric and name not in found:
            found.add(name)
            waiting += names_in(metric.formula.expression) if metric.formula else []
    return found


def _bare(metric: Metric) -> object:
    rules = (metric.where, metric.formula)
    return replace(metric, line=0, where=None, formula=None), [one.expression for one in rules if one]
