"""What models read of events, so that it is remembered as they are rolled up; and what of that was forgotten before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from aloft.engagement.model import AnswerTrigger, EventTrigger, Metric, Model, Rule
from aloft.facts.rolling import ALWAYS, Memory
from aloft.measures import features
from aloft.measures.metrics import metrics_read
from aloft.measures.names import expressions, names_in
from aloft.measures.windows import window

if TYPE_CHECKING:
    import duckdb

Read = tuple[Collection[str], frozenset[str]]
"""Names of events, none for any, with the properties that are read of them."""


def memory_of(models: Iterable[Model]) -> Memory:
    """What all of these read. Books read metrics of the models."""
    properties: defaultdict[str, set[str]] = defaultdict(set)
    instants: set[str] = set()
    for model in models:
        for names, read in _read(model):
            for name in names or ("",):
                properties[name] |= read
        instants.update(*(names or ("",) for names in _each_instant(model)))
    return Memory({name: frozenset(read) for name, read in properties.items()}, frozenset(instants))


def forgotten(connection: duckdb.DuckDBPyConnection, metrics: Collection[Metric]) -> Mapping[str, int]:
    """By metric that reads what is no longer known: the last day (since 1970-01-01) on which it is not."""
    rows = connection.execute(
        """select n.name, r.properties, r.merged, max(r.day) from rolled_up r join event_name n on n.id = r.name
        group by n.name, r.properties, r.merged"""
    ).fetchall()
    found: dict[str, int] = {}
    for metric in metrics if rows else ():
        names, read = (*metric.events, *metric.until), _of_metric(metric) | {ALWAYS}
        days = [
            day
            for name, known, merged, day in rows
            if (not names or name in names) and (read - set(known) or (merged and _is_exact(metric)))
        ]
        if days and metric.verb != "formula":
            found[metric.name] = max(days)
    return found


def _read(model: Model) -> Iterator[Read]:
    for metric in metrics_read(model).values():
        yield (*metric.events, *metric.until), _of_metric(metric)
    for moment in model.moments.values():
        match moment.trigger:
            case EventTrigger(events, where, by):
                yield events, _of_rule(where) | _tops(by)
            case AnswerTrigger(expect=expect, of=of):
                yield from ((one.events, _of_rule(one.where) | _tops(one.by)) for one in (expect, of))
    if features.named(expressions(model)):
        yield (features.REQUESTED,), frozenset({"feature"})


def _each_instant(model: Model) -> Iterator[Collection[str]]:
    """The events of which a model asks more than the first and the last instant of a day."""
    for metric in metrics_read(model).values():
        if _is_exact(metric):
            yield (*metric.events, *metric.until)
    for moment in model.moments.values():
        if isinstance(moment.trigger, AnswerTrigger):
            yield from (moment.trigger.expect.events, moment.trigger.of.events)


def _is_exact(metric: Metric) -> bool:
    """Whether its window may begin within a day, or openings and closings take turns within one."""
    return metric.verb == "open" or (metric.verb != "formula" and not window(metric).whole)


def _of_metric(metric: Metric) -> frozenset[str]:
    return _of_rule(metric.where) | _tops(metric.property) | _tops(metric.by)


def _of_rule(rule: Rule | None) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in names_in(rule.expression)) if rule else frozenset()


def _tops(dotted: str | None) -> frozenset[str]:
    return frozenset({dotted.partition(".")[0]}) if dotted else frozenset()
