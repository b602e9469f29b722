"""Metrics that are made of other names: columns over a frame, each after those that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from aloft.engagement.expressions import Call as Called
from aloft.engagement.expressions import Expression, walk
from aloft.engagement.model import Metric
from aloft.measures.names import names_in

Spell = Callable[[Expression], str]


def formulas(metrics: Mapping[str, Metric]) -> list[Metric]:
    """In an order in which each can be read."""
    made = {name: metric for name, metric in metrics.items() if metric.formula}
    ordered: dict[str, Metric] = {}

    def add(metric: Metric) -> None:
        for name in read_by(metric):
            if name in made and name not in ordered:
                add(made[name])
        ordered[metric.name] = metric

    for metric in made.values():
        add(metric)
    return list(ordered.values())


def read_by(metric: Metric) -> list[str]:
    return names_in(metric.formula.expression) if metric.formula else []


def apart(
    made: Sequence[Metric], late: Iterable[str], functions: frozenset[str]
) -> tuple[list[Metric], list[Metric]]:
    """Those that can be read with the facts; and those that rest on `late` names or `functions`."""
    waits = set(late)
    first, last = [], []
    for metric in made:
        expression = metric.formula.expression if metric.formula else None
        calls = (
            {part.function for part in walk(expression) if isinstance(part, Called)} if expression else set()
        )
        if waits & set(read_by(metric)) or functions & calls:
            waits.add(metric.name)
            last.append(metric)
        else:
            first.append(metric)
    return first, last


def with_formulas(source: str, made: Sequence[Metric], spell: Spell) -> str:
    """The query `source` with a column for each of these: numbers, as doubles; what is none is unknown."""
    for metric in made:
        if metric.formula:
            value = f"try_cast(({spell(metric.formula.expression)}) as double)"
            source = f'select *, {value} as "{metric.name}" from ({source})'
    return source
