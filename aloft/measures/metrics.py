"""What each metric of a model is read from, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from aloft.engagement.expressions import Expression
from aloft.engagement.model import Metric, Model
from aloft.facts.state import Kept
from aloft.measures import features
from aloft.measures.compile import EVENT, property_text, sql
from aloft.measures.names import calls_in, expressions, names_read

COUNTED = frozenset({"count", "days", "first", "last"})
NUMERIC = frozenset({"sum", "min", "max", "mean"})
TOTALS = frozenset({"count", "users", "days", "open", "distinct", "sum"})
"""Of nothing these are 0; the others are unknown."""
INSTANTS = frozenset({"first", "last"})

SEEN = Metric("last_seen", "last", (), 0)
"""When anybody of the account was last seen: what no user did (a ticket that a connector opens) is not."""


@lru_cache(maxsize=4096)
def kept(metric: Metric) -> Kept | None:
    """The state of its own that a metric needs, if the common state does not serve it."""
    names = tuple(sorted(metric.events))
    where = sql(metric.where.expression, EVENT) if metric.where else None
    if metric is SEEN:
        where = "app_user IS NOT NULL"
    of = property_text(metric.property) if metric.property else None
    if metric.verb in COUNTED:
        return Kept("day", names, where) if where else None
    if metric.verb == "users":
        return Kept("word", names, where) if where or names else None
    if metric.verb == "open":
        key = property_text(metric.by) if metric.by else None
        return Kept("turn", names, where, until=tuple(sorted(metric.until)), key_sql=key)
    if metric.verb in NUMERIC:
        return Kept("day", names, where, of)
    if metric.verb == "distinct":
        return Kept("value", names, where, of)
    return Kept("latest", names, where, of) if metric.verb == "latest" else None


def metrics_read(model: Model, further: Iterable[Expression] = ()) -> dict[str, Metric]:
    """The metrics of a model, and those that its rules rest on without a name: of features, and `last_seen`."""
    further = tuple(further)
    found = dict(model.metrics)
    for expression in expressions(model, further):
        for call in calls_in(expression):
            if call.function in features.FUNCTIONS:
                found |= features.metrics_of(call)
    return found | ({SEEN.name: SEEN} if SEEN.name in names_read(model, further) else {})


def rounds(metrics: Mapping[str, Metric]) -> list[list[Metric]]:
    """Metrics in the order in which they can be read: one that counts since another's instant comes after it."""
    read = [metric for metric in metrics.values() if metric.verb != "formula"]
    depth: dict[str, int] = {}

    def deep(metric: Metric) -> int:
        if metric.name not in depth:
            since = metrics.get(metric.since.name or "") if metric.since else None
            depth[metric.name] = 1 + deep(since) if since is not None and since.verb in INSTANTS else 0
        return depth[metric.name]

    levels = [deep(metric) for metric in read]
    return [
        [metric for metric, level in zip(read, levels, strict=True) if level == wanted]
        for wanted in range(max(levels, default=-1) + 1)
    ]


def definitions(metrics: Iterable[Metric]) -> tuple[Kept, ...]:
    """The state that these metrics need of their own, each once."""
    found = {state.digest: state for metric in metrics if (state := kept(metric))}
    return tuple(found.values())


def names_of(metrics: Sequence[Metric]) -> frozenset[str] | None:
    """The events that these metrics read; None means any."""
    if any(not metric.events for metric in metrics):
        return None
    return frozenset(name for metric in metrics for name in (*metric.events, *metric.until))
