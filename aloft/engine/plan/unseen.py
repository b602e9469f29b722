"""Names in a text that nothing has ever borne out: events that never came, templates that have no approved text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from aloft.act import texts
from aloft.engagement.expressions import Text
from aloft.engagement.model import AnswerTrigger, EventTrigger, Model, Moment
from aloft.engagement.templates import templates_of
from aloft.engine.plan.values import Lack
from aloft.facts.changes import TITLED, fact_title
from aloft.facts.store import FactStore
from aloft.measures.features import REQUESTED
from aloft.measures.names import calls_in, rules

OF_EVENTS = ("declined", "grew", "silent", "used")
"""Functions whose first argument may be the name of an event."""


_NONE = "no text is kept by that name: nothing is sent"
_DRAFT = "its text is a draft that nobody has approved: nothing is sent"


def lacks(store: FactStore, model: Model) -> list[Lack]:
    return [*_events(store, model), *_templates(model)]


def _events(store: FactStore, model: Model) -> list[Lack]:
    seen = {name for (name,) in store.run("select name from event_name")}
    ours = {fact_title(fact) for fact in (*TITLED, *model.records)} | {REQUESTED}
    used: defaultdict[str, list[str]] = defaultdict(list)
    for where, name in _named(model):
        if name not in seen | ours and where not in used[name]:
            used[name].append(where)
    return [
        Lack("event", name, tuple(where), 0, "no event of that name has ever arrived")
        for name, where in sorted(used.items())
        if where
    ]


def _named(model: Model) -> Iterator[tuple[str, str]]:
    """Where an event is named, and its name."""
    for metric in model.metrics.values():
        yield from ((metric.name, name) for name in (*metric.events, *metric.until))
    for moment in model.moments.values():
        yield from ((moment.name, name) for name in _triggers(moment))
    for rule in rules(model):
        for call in calls_in(rule.expression):
            if call.function in OF_EVENTS and isinstance(call.arguments[0], Text):
                yield rule.text, call.arguments[0].value


def _triggers(moment: Moment) -> tuple[str, ...]:
    match moment.trigger:
        case EventTrigger(events=events):
            return events
        case AnswerTrigger(expect=expect, of=of):
            return (*expect.events, *of.events)
    return ()


def _templates(model: Model) -> list[Lack]:
    """Those without an approved text in any language."""
    used = templates_of(model)
    drafts = texts.waiting(used)
    return [
        Lack("template", name, used[name], 0, _DRAFT if name in drafts else _NONE)
        for name in sorted(texts.lacking(used))
    ]
