"""Which names a model reads: what a frame must carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aloft.engagement import playbook
from aloft.engagement.economy import ONSITE
from aloft.engagement.expressions import Call, Expression, Name, walk
from aloft.engagement.model import (
    Anchor,
    Every,
    ExpectTrigger,
    Metric,
    Model,
    Moment,
    Offsets,
    Rule,
    ScheduleTrigger,
    WhenTrigger,
)
from aloft.engagement.scorecards import Profile

MOMENT_INSTANTS = ("opened", "due", "done", "met")


def names_in(node: Expression) -> list[str]:
    """The dotted names that an expression reads, in order, each once."""
    return list(dict.fromkeys(part.dotted for part in walk(node) if isinstance(part, Name)))


def calls_in(node: Expression) -> list[Call]:
    return [part for part in walk(node) if isinstance(part, Call)]


def moment_rules(moment: Moment) -> Iterator[Rule]:
    """Every rule of a moment that is read over a frame (not the `where` of its event)."""
    if isinstance(moment.trigger, WhenTrigger | ExpectTrigger):
        yield moment.trigger.condition
    if moment.condition:
        yield moment.condition
    yield moment.outcome.expect
    yield from (step.condition for step in moment.escalations if step.condition)
    yield from playbook.rules(moment.steps).values()
    yield from playbook.audiences(moment.guests, moment.to, moment.steps)


def rules(model: Model) -> Iterator[Rule]:
    """Every rule of a model that is read over a frame."""
    if model.applies_to:
        yield model.applies_to
    for phase in model.phases.values():
        yield from (rule for rule in (phase.enters, phase.leaves) if rule)
    for segment in model.segments.values():
        yield from (rule for rule in (segment.when, segment.exit) if rule)
    for moment in model.moments.values():
        yield from moment_rules(moment)
    if model.exceptions:
        yield model.exceptions.rank_by
    yield from (experiment.expect for experiment in model.experiments.values())
    if model.ownership and any(moment.transaction for moment in model.moments.values()):
        yield model.ownership.shift
    for profile in model.health.every if model.health else ():
        yield from profile_rules(profile)


def profile_rules(profile: Profile) -> Iterator[Rule]:
    """Every rule by which a profile of health chooses its accounts and scores them."""
    if profile.when:
        yield profile.when
    for dimension in profile.dimensions.values():
        yield from (rule for rule in (dimension.score, dimension.cap and dimension.cap.when) if rule)


def metrics_behind(expression: Expression, model: Model) -> list[Metric]:
    """The metrics over events that an expression rests on: those it names, and those their formulas name."""
    found: dict[str, Metric] = {}
    waiting = [expression]
    while waiting:
        for name in names_in(waiting.pop()):
            metric = model.metrics.get(name)
            if metric and name not in found:
                found[name] = metric
                waiting += [metric.formula.expression] if metric.formula else []
    return [metric for metric in found.values() if not metric.formula]


def moment_anchor(moment: Moment) -> Anchor | None:
    """The instant that a scheduled moment or an expectation counts from."""
    trigger = moment.trigger
    if isinstance(trigger, ScheduleTrigger) and isinstance(trigger.schedule, Offsets | Every):
        return trigger.schedule.anchor
    return trigger.of if isinstance(trigger, ExpectTrigger) else None


def instants_counted_from(model: Model) -> frozenset[str]:
    """The instants of moments that schedules and expectations count from (`kickoff.done`)."""
    anchors = (moment_anchor(moment) for moment in model.moments.values())
    names = {anchor.name for anchor in anchors if anchor and anchor.name}
    return frozenset(name for name in names if "." in name)


def expressions(model: Model, further: Iterable[Expression] = ()) -> Iterator[Expression]:
    """All that is read over a frame: rules, formulas, and `further` ones."""
    yield from (rule.expression for rule in rules(model))
    yield from (metric.formula.expression for metric in model.metrics.values() if metric.formula)
    yield from further


def names_read(model: Model, further: Iterable[Expression] = ()) -> frozenset[str]:
    """Dotted names that any rule, metric or anchor of the model reads."""
    read: set[str] = set()
    for expression in expressions(model, further):
        read |= {*names_in(expression), *(call.function for call in calls_in(expression))}
    if model.ownership and any(case.product for case in model.ownership.cases):
        read.add("product")
    if model.region and any(ONSITE in moment.channel for moment in model.moments.values()):
        read.add("mrr")  # whether a visit pays
    anchors = [moment_anchor(moment) for moment in model.moments.values()]
    anchors += [metric.since for metric in model.metrics.values()]
    return frozenset(read | {anchor.name for anchor in anchors if anchor and anchor.name})


def anchor_moments(names: Iterable[str], model: Model) -> list[str]:
    """The moments whose instants are read (`kickoff.done`)."""
    owners = (
        name.partition(".")[0] for name in names if name.rpartition(".")[2] in MOMENT_INSTANTS and "." in name
    )
    return [name for name in dict.fromkeys(owners) if name in model.moments]
