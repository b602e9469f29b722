"""A model without what is not read: for a plan, how outcomes are judged, escalations and health."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from aloft.engagement.expressions import Boolean, Expression, Name
from aloft.engagement.model import (
    ExpectTrigger,
    ManualTrigger,
    Metric,
    Model,
    Moment,
    Rule,
    ScheduleTrigger,
    Trigger,
    WhenTrigger,
)
from aloft.measures.names import calls_in, names_read, rules

TRUE = Rule(Boolean(True), "true", 0)


def lean(model: Model, further: Iterable[Expression] = ()) -> Model:
    """What places accounts, dates schedules and reads conditions, and the metrics below that."""
    moments = {name: _lean(moment) for name, moment in model.moments.items()}
    return _with_metrics(
        replace(model, moments=moments, health=None, experiments={}, exceptions=None), tuple(further)
    )


def opening(model: Model) -> Model:
    """What opens, and all that this rests on: health, signals, expectations. Nothing is done with what has opened."""
    moments = {name: _unworked(moment) for name, moment in model.moments.items()}
    return _with_metrics(replace(model, moments=moments), ())


def dating(model: Model) -> Model:
    """What dates schedules alone: accounts stand where they stand."""
    moments = {
        name: _lean(moment)
        for name, moment in model.moments.items()
        if isinstance(moment.trigger, ScheduleTrigger)
    }
    others = {
        name: replace(_lean(moment), condition=None, trigger=_without_condition(moment))
        for name, moment in model.moments.items()
        if name not in moments
    }
    kept = {name: moments.get(name) or others[name] for name in model.moments}
    phases = {name: replace(phase, enters=None, leaves=None) for name, phase in model.phases.items()}
    segments = {name: replace(one, when=None, exit=None) for name, one in model.segments.items()}
    bare = replace(
        model,
        moments=kept,
        phases=phases,
        segments=segments,
        applies_to=None,
        health=None,
        experiments={},
        exceptions=None,
    )
    return _with_metrics(bare, ())


def applying(model: Model) -> Model:
    """Only to whom it applies, and nothing that happens there."""
    return _with_metrics(replace(dating(model), moments={}, applies_to=model.applies_to), ())


def placing(model: Model) -> Model:
    """What the rules of phases read, and to whom the model applies."""
    moments = {
        name: replace(_lean(moment), trigger=ManualTrigger(), condition=None, transaction=None, to=None)
        for name, moment in model.moments.items()
    }
    segments = {name: replace(one, when=None, exit=None) for name, one in model.segments.items()}
    bare = replace(
        model,
        moments=moments,
        segments=segments,
        health=None,
        experiments={},
        exceptions=None,
        ownership=None,
    )
    return _with_metrics(bare, ())


def _lean(moment: Moment) -> Moment:
    trigger = moment.trigger
    if isinstance(trigger, ExpectTrigger):
        trigger = replace(trigger, condition=TRUE)
    return replace(_unworked(moment), trigger=trigger)


def _unworked(moment: Moment) -> Moment:
    outcome = replace(moment.outcome, expect=TRUE)
    return replace(moment, outcome=outcome, escalations=(), steps=(), guests=None)


def _without_condition(moment: Moment) -> Trigger:
    trigger = _lean(moment).trigger
    return replace(trigger, condition=TRUE) if isinstance(trigger, WhenTrigger) else trigger


def _with_metrics(model: Model, further: tuple[Expression, ...]) -> Model:
    """The metrics that something left over reads, and those that they rest on."""
    bare = replace(model, metrics={})
    wanted = set(names_read(bare, further))
    kept: dict[str, Metric] = {}
    while fresh := [m for name, m in model.metrics.items() if name in wanted and name not in kept]:
        kept |= {metric.name: metric for metric in fresh}
        wanted |= names_read(replace(bare, metrics=kept), further)
    if model.value_metrics:
        kept |= {one.metric: model.metrics[one.metric] for one in model.value_metrics.values()}
    return replace(model, metrics={name: kept[name] for name in model.metrics if name in kept})


def read_alike(old: Model, new: Model) -> tuple[Expression, ...]:
    """The names that date the schedules of `old`, where a frame of `new` tells the same of each; else nothing."""
    bare = dating(old)
    calls = any(calls_in(rule.expression) for rule in rules(bare))
    wanted = sorted(names_read(bare) | {"phase_start"})
    if calls or old.clock != new.clock or not all(_alike(name, old, new) for name in wanted):
        return ()
    return tuple(Name(tuple(name.split("."))) for name in wanted)


def _alike(name: str, old: Model, new: Model) -> bool:
    moment, dot, _instant = name.partition(".")
    if dot and moment in old.moments:
        return moment in new.moments
    same_metric = _unplaced(old.metrics.get(name)) == _unplaced(new.metrics.get(name))
    return same_metric and old.fields.get(name) == new.fields.get(name)


def _unplaced(metric: Metric | None) -> str:
    """What it says, wherever in the text it says it."""
    return re.sub(r"line=\d+", "", repr(metric))
