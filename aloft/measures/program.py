"""A model compiled once per version: the SQL of each of its rules over a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from aloft.engagement import playbook
from aloft.engagement.economy import Experiment
from aloft.engagement.expressions import Call, Expression
from aloft.engagement.model import EventTrigger, Model, Moment, Phase, Rule, Segment
from aloft.engagement.render import render
from aloft.facts.state import Kept
from aloft.measures.compile import EVENT, frame_scope, sql
from aloft.measures.groups import texts
from aloft.measures.metrics import definitions, metrics_read
from aloft.measures.names import calls_in, instants_counted_from, moment_rules

Spell = Callable[[Expression], str]
"""The SQL of an expression over a frame of the model."""


@dataclass(frozen=True)
class CompiledMoment:
    """`narrows` is where the moment meets an account: phase, segment, touch and `if`. `opening` are the
    texts of `at_opening(...)` with the SQL that reads them as the occurrence opens."""

    moment: Moment
    narrows: str
    place: str
    outcome: str
    condition: str | None
    where: str | None
    escalations: tuple[str | None, ...]
    opening: Mapping[str, str]
    steps: Mapping[str, str] = field(default_factory=dict)
    """What its steps ask, called as in `playbook.rules`."""


@dataclass(frozen=True)
class CompiledExperiment:
    """`primary` is its outcome; `opening` as of a moment, read as a unit is assigned."""

    experiment: Experiment
    primary: str
    opening: Mapping[str, str]


@dataclass(frozen=True)
class Program:
    model: Model
    applies: str
    next_phase: str
    next_segment: str
    touch: str
    enters: Mapping[str, str]
    leaves: Mapping[str, str]
    moments: Mapping[str, CompiledMoment]
    kept: tuple[Kept, ...]
    experiments: Mapping[str, CompiledExperiment] = field(default_factory=dict)
    """By their moment."""
    shift: str = "null"
    """By how much the value of a deal moves the lines of `ownership`."""
    rank: str | None = None
    """By which the exception report ranks."""
    counted_from: frozenset[str] = frozenset()
    """The instants of moments that others are due after (`kickoff.done`)."""


def compile_model(model: Model) -> Program:
    scope = frame_scope(model)

    def spell(expression: Expression) -> str:
        return sql(expression, scope)

    applies = spell(model.applies_to.expression) if model.applies_to else "true"
    ours = f"_is_relationship = {'true' if model.unit == 'relationship' else 'false'}"
    followed = f"(({applies}) and ({_present(model)}) and {ours})"
    return Program(
        model=model,
        applies=followed,
        next_phase=_next_phase(spell, list(model.phases.values()), followed),
        next_segment=_next_segment(spell, list(model.segments.values()), followed),
        touch=_touch(model),
        enters={phase.name: _holds(spell, phase.enters, "true") for phase in model.phases.values()},
        leaves={phase.name: _holds(spell, phase.leaves, "true") for phase in model.phases.values()},
        moments={name: _moment(spell, moment) for name, moment in model.moments.items()},
        kept=definitions(metrics_read(model).values()),
        shift=spell(model.ownership.shift.expression) if model.ownership else "null",
        counted_from=instants_counted_from(model),
        rank=spell(model.exceptions.rank_by.expression) if model.exceptions else None,
        experiments={name: _experiment(spell, one) for name, one in model.experiments.items()},
    )


def _present(model: Model) -> str:
    """An account that churned or merged is in no phase, unless an `enters` names `status`."""
    named = any("status" in phase.enters.text for phase in model.phases.values() if phase.enters)
    return "true" if named else "coalesce(status, '') not in ('churned', 'merged')"


def _holds(spell: Spell, rule: Rule | None, otherwise: str) -> str:
    return f"(({spell(rule.expression)}) is true)" if rule else otherwise


def _next_phase(spell: Spell, phases: list[Phase], followed: str) -> str:
    """The phase after this reading: forward only, to the nearest later one, once the own `leaves` holds."""
    branches = [
        f"when ({followed}) is false then null",
        f"when phase is null and ({followed}) is not true then null",
    ]
    branches.append(f"when phase is null then {_first_phase(spell, phases)}")
    for i, phase in enumerate(phases):
        stay = f"'{phase.name}'"
        onward = _nearest(spell, phases, i, stay)
        back = _back(spell, phases, i)
        branches.append(
            f"when phase = '{phase.name}' then case {back} "
            f"when {_holds(spell, phase.leaves, 'true')} then {onward} else {stay} end"
        )
    return f"case {' '.join(branches)} else {_first_phase(spell, phases)} end"


def _first_phase(spell: Spell, phases: list[Phase]) -> str:
    tests = [
        f"when {_holds(spell, phase.enters, 'true' if i == 0 else 'false')} then '{phase.name}'"
        for i, phase in enumerate(phases)
    ]
    return f"case {' '.join(tests)} end"


def _nearest(spell: Spell, phases: list[Phase], i: int, stay: str) -> str:
    tests = [
        f"when {_holds(spell, phase.enters, 'true' if j == i + 1 else 'false')} then '{phase.name}'"
        for j, phase in enumerate(phases)
        if j > i
    ]
    return f"case {' '.join(tests)} else {stay} end" if tests else stay


def _back(spell: Spell, phases: list[Phase], i: int) -> str:
    """`may_return`: back to an earlier phase whose `enters` holds when this one's no longer does."""
    own = f"({spell(rule.expression)}) is false" if (rule := phases[i].enters) else "true"
    earlier = [phase for phase in phases[:i] if phase.may_return and phase.enters]
    return " ".join(
        f"when {own} and {_holds(spell, phase.enters, 'false')} then '{phase.name}'" for phase in earlier
    )


def _next_segment(spell: Spell, segments: list[Segment], followed: str) -> str:
    """Up as soon as an earlier `when` holds; down only when the own `exit` holds; unknown stays."""
    branches = [
        f"when ({followed}) is false then null",
        f"when segment is null and ({followed}) is not true then null",
    ]
    for i, segment in enumerate(segments):
        up = " ".join(f"when {_holds(spell, s.when, 'true')} then '{s.name}'" for s in segments[:i])
        later = segments[i + 1 :]
        down = ""
        if later:
            leaves = _leaves(spell, segment)
            first = " ".join(f"when {_holds(spell, s.when, 'true')} then '{s.name}'" for s in later)
            down = f"when {leaves} then case {first} end"
        choice = f"case {up} {down} else '{segment.name}' end" if up or down else f"'{segment.name}'"
        branches.append(f"when segment = '{segment.name}' then {choice}")
    first = " ".join(f"when {_holds(spell, s.when, 'true')} then '{s.name}'" for s in segments)
    return f"case {' '.join(branches)} else case {first} end end"


def _touch(model: Model) -> str:
    """The touch levels of `_to_phase` and `_segment_now`, as a list; empty in no phase or no segment."""
    tests = " ".join(
        f"when _to_phase = '{phase}' and _segment_now = '{segment.name}' then [{texts(levels)}]"
        for segment in model.segments.values()
        for phase, levels in segment.touch.items()
    )
    return f"case {tests} else []::text[] end"


def _leaves(spell: Spell, segment: Segment) -> str:
    if segment.exit:
        return _holds(spell, segment.exit, "false")
    return f"(({spell(segment.when.expression)}) is false)" if segment.when else "false"


def _moment(spell: Spell, moment: Moment) -> CompiledMoment:
    trigger = moment.trigger
    condition = getattr(trigger, "condition", None)
    where = trigger.where if isinstance(trigger, EventTrigger) else None
    place = _place(moment)
    narrows = f"{place} and {_holds(spell, moment.condition, 'true')}"
    return CompiledMoment(
        moment=moment,
        narrows=narrows,
        place=place,
        outcome=spell(moment.outcome.expect.expression),
        condition=spell(condition.expression) if condition else None,
        where=sql(where.expression, EVENT) if where else None,
        escalations=tuple(
            spell(step.condition.expression) if step.condition else None for step in moment.escalations
        ),
        opening=_opening(spell, moment_rules(moment)),
        steps={name: spell(rule.expression) for name, rule in playbook.rules(moment.steps).items()},
    )


def _place(moment: Moment) -> str:
    """Phase, segment, touch and the top of a family; an account in no phase meets no moment."""
    tests = ["phase is not null"]
    if moment.phases:
        tests.append(f"phase in ({texts(moment.phases)})")
    if moment.segments:
        tests.append(f"segment in ({texts(moment.segments)})")
    if moment.touch:
        tests.append(f"list_has_any(_touch_set, [{texts(moment.touch)}])")
    if moment.per == "family":
        tests.append("_is_top")
    return " and ".join(tests)


def _experiment(spell: Spell, experiment: Experiment) -> CompiledExperiment:
    primary = experiment.expect
    return CompiledExperiment(experiment, spell(primary.expression), _opening(spell, [primary]))


def _opening(spell: Spell, rules: Iterable[Rule]) -> dict[str, str]:
    calls: list[Call] = [call for rule in rules for call in calls_in(rule.expression)]
    read = [call.arguments[0] for call in calls if call.function == "at_opening"]
    return {render(argument): spell(argument) for argument in read}
