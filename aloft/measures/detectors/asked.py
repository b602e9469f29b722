"""Which signals a model reads: what depends on everybody at once, judged in the daily pass."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from aloft.engagement.expressions import Call, Expression, Name, Number, Text
from aloft.engagement.model import Metric, Model
from aloft.engagement.render import render
from aloft.measures.compile import sql
from aloft.measures.metrics import kept
from aloft.measures.names import calls_in, names_in, rules

Function = Literal["declined", "grew", "silent", "rank"]
FUNCTIONS: tuple[Function, ...] = ("declined", "grew", "silent", "rank")


@dataclass(frozen=True)
class Detector:
    """`text` is the call as rules spell it; `key` is the same for calls that mean the same.

    Of `rank` there is `value`, the SQL of what is ranked; the others read the counts of `events`, or the state
    of a definition of its own (`digest`, with the `where` of a metric). `level` is a share: 0.30 is 30 %.
    """

    function: Function
    text: str
    key: str
    events: tuple[str, ...] = ()
    digest: int | None = None
    level: float = 0.0
    value: str = ""

    @property
    def subject(self) -> str:
        """What is counted, in words."""
        return " or ".join(self.events) or "any event"


def detectors(model: Model, further: Iterable[Expression] = ()) -> tuple[Detector, ...]:
    """Each once, in the model's order."""
    found = {call.text: call for call in _calls(model, further)}
    return tuple(found.values())


def _calls(model: Model, further: Iterable[Expression]) -> Iterator[Detector]:
    for expression in (*_expressions(model), *further):
        for call in calls_in(expression):
            detector = of_call(call, model)
            if detector:
                yield detector


def _expressions(model: Model) -> Iterator[Expression]:
    yield from (rule.expression for rule in rules(model))
    yield from (metric.formula.expression for metric in model.metrics.values() if metric.formula)


def of_call(call: Call, model: Model) -> Detector | None:
    """The detector that a call names; None of any other function."""
    if call.function not in FUNCTIONS:
        return None
    function: Function = call.function
    text = render(call)
    if function == "rank":
        value = sql(call.arguments[0])
        return Detector(function, text, _key(function, value), value=value)
    events, digest = _counted(call.arguments[0], model)
    level = _level(call)
    return Detector(
        function, text, _key(function, *events, str(digest or ""), str(level)), events, digest, level
    )


def rests_on_signals(expression: Expression, model: Model) -> bool:
    """Whether it reads what the daily pass judges, itself or by a formula."""
    waiting, known = [expression], set[str]()
    while waiting:
        read = waiting.pop()
        if any(call.function in FUNCTIONS for call in calls_in(read)):
            return True
        named = set(names_in(read)) - known
        known |= named
        metrics = (model.metrics[name] for name in named if name in model.metrics)
        waiting += [metric.formula.expression for metric in metrics if metric.formula]
    return False


def _counted(subject: Expression, model: Model) -> tuple[tuple[str, ...], int | None]:
    """An event, or a count metric for its events and `where`."""
    if isinstance(subject, Text):
        return (subject.value,), None
    assert isinstance(subject, Name)
    metric: Metric = model.metrics[subject.dotted]
    state = kept(metric)
    return metric.events, state.digest if state else None


def _level(call: Call) -> float:
    argument = call.arguments[1] if len(call.arguments) > 1 else None
    return float(argument.value) if isinstance(argument, Number) else 0.0


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
