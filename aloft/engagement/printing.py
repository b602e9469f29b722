"""A model as a document again: reading what is printed gives the same model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aloft.engagement.model import (
    TOUCH_LEVELS,
    AnswerTrigger,
    EventRef,
    EventTrigger,
    ExpectTrigger,
    Metric,
    Model,
    Moment,
    Phase,
    Role,
    ScheduleTrigger,
    Segment,
    TouchLevel,
    Trigger,
    WhenTrigger,
    WorkingTime,
)
from aloft.engagement.playbook import Branch, Goal, Message, Split, Step, Survey, Task, Wait, Webhook, Who
from aloft.engagement.printing_sections import (
    contact_policy,
    duration,
    economy,
    number,
    percent,
    rule,
    without_none,
)
from aloft.engagement.schedules import WEEKDAYS
from aloft.engagement.scorecards import Bands, Dimension, Health
from aloft.engagement.writing import written

Data = dict[str, Any]


def printed(model: Model) -> str:
    """The document of a model, with everything in it that the model holds."""
    document = _document(model)
    return written({key: value for key, value in document.items() if value != {}})


def _document(model: Model) -> Data:
    return without_none(
        {
            "engagement_model": model.name,
            "title": model.title,
            "applies_to": rule(model.applies_to),
            "unit": model.unit,
            "clock": _clock(model.clock),
            "sources": {name: {"events": list(events)} for name, events in model.sources.items()},
            "roles": {name: _role(role) for name, role in model.roles.items()},
            "fields": _noted(model, model.fields),
            "records": _noted(model, model.records),
            "metrics": {name: _metric(metric) for name, metric in model.metrics.items()},
            "phases": {name: _phase(phase) for name, phase in model.phases.items()},
            "touch_levels": _touch_levels(model.touch_levels),
            "segments": {name: _segment(segment) for name, segment in model.segments.items()},
            "moments": {name: _moment(moment) for name, moment in model.moments.items()},
            "health": _health(model.health),
            "contact_policy": contact_policy(model.contact_policy),
            **economy(model),
        }
    )


def _clock(clock: WorkingTime) -> Data:
    return without_none(
        {
            "timezone": clock.zone or "account",
            "home": without_none({"timezone": clock.home_zone, "country": clock.home_country}),
            "business_hours": {
                "days": [WEEKDAYS[day] for day in clock.days],
                "from": f"{clock.opens:%H:%M}",
                "to": f"{clock.closes:%H:%M}",
            },
            "holidays": clock.holidays,
            "closed": [f"{first}..{last}" for first, last in clock.closed] or None,
            "lateness": str(clock.lateness),
            "roll": clock.roll,
        }
    )


def _role(role: Role) -> Data:
    return without_none(
        {
            "hours_per_week": number(role.hours_per_week),
            "rate": number(role.rate),
            "reports_to": role.reports_to,
            "automated": _flag(role.automated),
            "pool": _flag(role.pool),
            "choose": role.choose,
            "match": list(role.match) or None,
        }
    )


def _flag(value: bool) -> str | None:
    return "true" if value else None


def _noted(model: Model, kinds: Mapping[str, str]) -> Data:
    return {name: list(model.choices[name]) if kind == "choice" else kind for name, kind in kinds.items()}


def _metric(metric: Metric) -> Data:
    data: Data = {}
    if metric.formula is not None:
        return {"formula": metric.formula.text}
    if metric.property is None:
        data[metric.verb] = _events(metric.events)
    else:
        data = {metric.verb: metric.property, "of": _events(metric.events)}
    return without_none(
        {
            **data,
            "until": list(metric.until) or ("any" if metric.verb == "open" else None),
            "by": metric.by,
            "where": rule(metric.where),
            "over": duration(metric.over),
            "since": str(metric.since) if metric.since else None,
        }
    )


def _events(events: tuple[str, ...]) -> list[str]:
    return list(events) or ["any"]


def _phase(phase: Phase) -> Data:
    return without_none(
        {
            "enters": rule(phase.enters),
            "leaves": rule(phase.leaves),
            "expected": duration(phase.expected),
            "keep_segment": _flag(phase.keep_segment),
            "may_return": _flag(phase.may_return),
        }
    )


def _segment(segment: Segment) -> Data:
    return without_none(
        {
            "when": rule(segment.when),
            "exit": rule(segment.exit),
            "touch": {phase: list(levels) for phase, levels in segment.touch.items()},
        }
    )


def _touch_levels(levels: tuple[TouchLevel, ...]) -> Data:
    found: Data = {}
    for before, level in zip((None, *levels), levels, strict=False):
        after = before.name if before and level.name not in TOUCH_LEVELS else None
        data = without_none({"after": after, "ratio": level.ratio, "hours": number(level.hours)})
        if data:
            found[level.name] = data
    return found


def _health(health: Health | None) -> Data | None:
    if health is None:
        return None
    profiles = {
        name: without_none({"when": rule(one.when), **_scored(one.dimensions, one.bands)})
        for name, one in health.profiles.items()
    }
    return without_none({**_scored(health.dimensions, health.bands), "profiles": profiles or None})


def _scored(dimensions: Mapping[str, Dimension], bands: Bands) -> Data:
    told = {
        "red": f"< {number(bands.red)}",
        "green": f">= {number(bands.green)}",
        "settle": f"{bands.settle} readings",
        "climb": number(bands.climb),
    }
    return {**{name: _dimension(one) for name, one in dimensions.items()}, "bands": told}


def _dimension(dimension: Dimension) -> Data:
    weights = {level: number(weight) for level, weight in dimension.weights.items()}
    cap = dimension.cap
    return without_none(
        {
            "weight": weights.get("*", weights),
            "score": dimension.score.text,
            "anchors": {name: _curve(one) for name, one in dimension.by_segment.items()}
            or _curve(dimension.anchors),
            "half_life": duration(dimension.half_life),
            "cap": {"when": cap.when.text, "at": number(cap.at)} if cap else None,
        }
    )


def _curve(anchors: Iterable[tuple[float, float]]) -> Data:
    return {str(number(value)): number(score) for value, score in anchors}


def _moment(moment: Moment) -> Data:
    return without_none(
        {
            "was": moment.was,
            **_trigger(moment.trigger),
            "phase": list(moment.phases) or None,
            "segment": list(moment.segments) or None,
            "touch": list(moment.touch) or None,
            "if": rule(moment.condition),
            "per": moment.per,
            "owner": _owner(moment),
            "with": _who(moment.guests),
            "to": _who(moment.to),
            "channel": list(moment.channel) or None,
            "purpose": moment.purpose,
            "priority": moment.priority,
            "objective": moment.objective,
            "outcome": _outcome(moment),
            "complete_within": duration(moment.complete_within),
            "escalate": _escalate(moment) or None,
            "steps": _steps(moment.steps) or None,
            "absorbs": list(moment.absorbs) or None,
            "group": _flag(moment.group),
            "skills": list(moment.skills) or None,
            "effort": duration(moment.effort),
            "length": duration(moment.length),
        }
    )


def _owner(moment: Moment) -> Any:
    if moment.transaction is not None:
        return {"transaction": moment.transaction}
    if "*" not in moment.owners:
        return dict(moment.owners)
    return [moment.owners["*"], *moment.participants] if moment.participants else moment.owners["*"]


def _outcome(moment: Moment) -> Data:
    outcome = moment.outcome
    data = {"expect": outcome.expect.text, "within": str(outcome.within)}
    return without_none({**data, "holds_for": duration(outcome.holds_for)})


def _escalate(moment: Moment) -> list[Data]:
    return [
        without_none({"after": str(one.after), "to": one.to, "if": rule(one.condition), "risk": one.risk})
        for one in moment.escalations
    ]


def _trigger(trigger: Trigger) -> Data:
    match trigger:
        case ScheduleTrigger():
            return {"schedule": trigger.text, "lead": duration(trigger.lead), "roll": trigger.roll}
        case EventTrigger():
            data = {"event": _events(trigger.events), "where": rule(trigger.where), "by": trigger.by}
            return {**data, "cooldown": duration(trigger.cooldown)}
        case WhenTrigger():
            held = trigger.holds_for
            holds = f"{held} readings" if isinstance(held, int) else duration(held)
            return {
                "when": trigger.condition.text,
                "holds_for": holds,
                "cooldown": duration(trigger.cooldown),
            }
        case ExpectTrigger():
            warned = [percent(share) for share in trigger.warn_at] or None
            expected = {"expect": trigger.condition.text, "within": str(trigger.within)}
            return {**expected, "of": str(trigger.of), "warn_at": warned}
        case AnswerTrigger():
            answered = {"expect": _event(trigger.expect), "of": _event(trigger.of)}
            return {**answered, "within": str(trigger.within)}
        case _:
            return {"manual": "true"}


def _event(event: EventRef) -> Data:
    return without_none({"event": _events(event.events), "by": event.by, "where": rule(event.where)})


def _who(who: Who | None) -> Any:
    if who is None:
        return None
    if who.every:
        return without_none({"every": list(who.personas), "where": rule(who.where)})
    return list(who.personas)


def _steps(steps: tuple[Step, ...]) -> list[Data]:
    return [without_none(_step(step)) for step in steps]


def _step(step: Step) -> Data:
    if isinstance(step, Branch):
        then = {"if": step.condition.text, "then": _steps(step.then)}
        return {**then, "else": _steps(step.otherwise) or None}
    return {**_thing(step), "if": rule(step.condition)}


def _thing(step: Message | Task | Survey | Webhook | Wait | Goal | Split) -> Data:
    match step:
        case Message():
            told: Data = {"template": step.template, "channel": step.channel, "to": _who(step.to)}
            return {"message": without_none({**told, "purpose": step.purpose})}
        case Task():
            told = {"title": step.title, "owner": step.owner, "within": duration(step.within)}
            return {"task": without_none({**told, "effort": duration(step.effort)})}
        case Survey():
            asked: Data = {"kind": step.kind, "to": _who(step.to)}
            return {"survey": without_none(asked)}
        case Webhook():
            return {"webhook": step.name}
        case Wait(at_most, None):
            return {"wait": str(at_most)}
        case Wait():
            return {"wait": {"until": rule(step.until), "at_most": str(step.at_most)}}
        case Goal():
            return {"goal": step.reached.text}
        case Split():
            shares = {way: percent(share) for way, share in step.shares.items()}
            return {"split": shares, **{way: _steps(steps) for way, steps in step.branches.items()}}
