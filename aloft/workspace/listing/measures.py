"""What accounts can be compared by: money, health, dates, and every metric of the models in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from aloft.engagement.model import Metric, Model
from aloft.measures.models import ListedMetric
from aloft.ui.words import humanised

OPERATORS: Mapping[str, tuple[str, str]] = {
    "ge": ("at least", "gte"),
    "le": ("at most", "lte"),
    "gt": ("more than", "gt"),
    "lt": ("less than", "lt"),
    "eq": ("exactly", "exact"),
    "ne": ("other than", "exact"),
    "known": ("is known", ""),
    "unknown": ("has no data", ""),
}
"""By name: the word for it, and how Django calls it."""

BEFORE_AND_AFTER = {"ge": "on or after", "le": "by", "gt": "after", "lt": "before", "eq": "exactly at"}
NO_VALUE = frozenset({"known", "unknown"})


@dataclass(frozen=True)
class Measure:
    """`kind`: number, instant (a date is given for it) or text. `lookup` is from an account's row.

    `seconds`: instants are kept as seconds since 1970. `stored` is the name in a projection's values, if it is there.
    """

    name: str
    title: str
    kind: str
    lookup: str
    unit: str = ""
    seconds: bool = False
    stored: str = ""

    def says(self, operator: str, value: str) -> str:
        """“sign_ins_28d less than 5”."""
        words = BEFORE_AND_AFTER if self.kind == "instant" else {}
        word = words.get(operator, OPERATORS[operator][0])
        return f"{self.title} {word} {value}".strip() + (f" {self.unit}" if self.unit and value else "")


class NotComparable(ValueError):
    """What was given is no value of the measure; the text says what would be."""


BUILT_IN = (
    Measure("mrr", "MRR", "number", "listing__mrr"),
    Measure("score", "Health", "number", "listing__score", "points"),
    Measure("trend", "Health trend", "number", "listing__trend", "points a week"),
    Measure("renews", "Renewal", "instant", "listing__renews_at"),
)


def measures(models: Iterable[Model]) -> dict[str, Measure]:
    """By name: the built-in ones, then the metrics of the models."""
    return measures_in(models, {one.name: one.column for one in ListedMetric.objects.all()})


def measures_in(models: Iterable[Model], columns: Mapping[str, str]) -> dict[str, Measure]:
    """`columns`: where lists hold a metric, by its name."""
    found = {one.name: one for one in BUILT_IN}
    for model in models:
        units = _units(model)
        for name, metric in model.metrics.items():
            lookup = f"listing__{columns[name]}" if name in columns else ""
            found.setdefault(name, _of_metric(metric, lookup, units.get(name, "")))
    return found


def _of_metric(metric: Metric, lookup: str, unit: str) -> Measure:
    kinds = {"first": "instant", "last": "instant", "latest": "text"}
    kind = kinds.get(metric.verb, "number")
    return Measure(
        metric.name, humanised(metric.name), kind, lookup, unit, seconds=kind == "instant", stored=metric.name
    )


def _units(model: Model) -> dict[str, str]:
    """Users and days count themselves; what customers measure us by has the unit that the model gives."""
    told = {name: metric.verb for name, metric in model.metrics.items() if metric.verb in ("users", "days")}
    return {**told, **{value.metric: value.unit for value in model.value_metrics.values()}}


def read_value(measure: Measure, text: str, zone: tzinfo) -> object:
    """As the database compares it; a date is the start of that day in `zone`. Raises NotComparable."""
    reads: dict[str, Callable[[], object]] = {
        "number": lambda: _number(text),
        "instant": lambda: _instant(measure, text, zone),
    }
    return reads.get(measure.kind, lambda: _number_or_text(text))()


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        raise NotComparable(f"“{text}” is no number; give one such as 12.5") from None


def _instant(measure: Measure, text: str, zone: tzinfo) -> object:
    try:
        at = datetime.combine(date.fromisoformat(text), time(), zone)
    except ValueError:
        raise NotComparable(f"“{text}” is no date; give one such as 2026-03-31") from None
    return at.timestamp() if measure.seconds else at


def _number_or_text(text: str) -> object:
    try:
        return _number(text)
    except NotComparable:
        return text
