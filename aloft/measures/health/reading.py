"""The health of the accounts of a frame, as of its instant: values, how old they are, and what they make (F18)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from aloft.engagement.model import Dimension, Duration, Health, Metric, Model
from aloft.facts.completeness import sources_of
from aloft.measures.compile import frame_scope, sql
from aloft.measures.health.score import Composite, anchored, compose, freshness
from aloft.measures.names import metrics_behind

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LASTING = frozenset({"latest", "mean", "min", "max"})
"""What was said stays as said, and ages; a count over a window is as fresh as its source."""
DAYS = {"min": 1 / 1440, "h": 1 / 24, "bh": 1 / 24, "d": 1.0, "bd": 1.4, "w": 7.0, "mo": 30.4375, "y": 365.25}


@dataclass(frozen=True)
class Read:
    """Rows are accounts by the store's numbers, columns the dimensions in the model's order. `days` are the
    local days (since 1970-01-01) of which the scores are true."""

    accounts: Integers
    segments: npt.NDArray[np.object_]
    values: Floats
    scores: Floats
    days: Floats
    ages: Floats
    weights: Floats
    ceilings: Floats
    made: Composite


def read(
    connection: duckdb.DuckDBPyConnection, model: Model, health: Health, behind: Collection[str]
) -> Read:
    """Of the accounts of the view `frame` that follow the model. What depends on a source that is `behind`
    keeps its last score, and ages."""
    dimensions = list(health.dimensions.values())
    seen = {name for (name,) in connection.execute("select name from event_name").fetchall()}
    columns, joins = [], []
    for i, dimension in enumerate(dimensions):
        columns += _columns(i, dimension, model, seen)
        joins += _joins(i, dimension, model)
    found = connection.execute(
        f"select f._account, f.segment, f._day::double as _today, {', '.join(columns)} from frame f "
        f"{' '.join(joins)} where f.segment is not null and f.phase is not null order by f._account"
    ).fetchnumpy()
    return _put_together(found, dimensions, [_waits(one, model, behind) for one in dimensions])


def _columns(i: int, dimension: Dimension, model: Model, seen: Collection[str]) -> list[str]:
    """Value, newest fact, weight, ceiling, and what was known before."""
    metrics = metrics_behind(dimension.score.expression, model)
    known = all(_was_seen(metric, seen) for metric in metrics)
    scope = frame_scope(model)
    value = f"try_cast(({sql(dimension.score.expression, scope)}) as double)" if known else "null::double"
    lasting = bool(metrics) and all(metric.verb in LASTING for metric in metrics)
    ceiling = "null::double"
    if dimension.cap:
        ceiling = (
            f"case when ({sql(dimension.cap.when.expression, scope)}) is true then {dimension.cap.at} end"
        )
    return [
        f"{value} as value_{i}",
        f"{f'l{i}._last' if lasting else 'f._day'}::double as day_{i}",
        f"{_weight(dimension)} as weight_{i}",
        f"{ceiling} as ceiling_{i}",
        f"s{i}._kept as kept_{i}",
        f"d{i}._kept as kept_day_{i}",
    ]


def _joins(i: int, dimension: Dimension, model: Model) -> list[str]:
    """Their columns begin with an underscore: a model may call a field `value`, `day` or `key`."""
    events = {
        event for metric in metrics_behind(dimension.score.expression, model) for event in metric.events
    }
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(events)) or "''"
    kept = "left join (select account as _of, value as _kept from decided_daily where key ="
    return [
        f"left join (select account as _of, max(day) as _last from day_count where name in (select id "
        f"from event_name where name in ({names})) group by account) l{i} on l{i}._of = f._account",
        f"{kept} '{score_key(dimension)}') s{i} on s{i}._of = f._account",
        f"{kept} '{day_key(dimension)}') d{i} on d{i}._of = f._account",
    ]


def score_key(dimension: Dimension) -> str:
    return f"health.{dimension.name}"


def day_key(dimension: Dimension) -> str:
    return f"health.{dimension.name}.day"


def _was_seen(metric: Metric, seen: Collection[str]) -> bool:
    """Whether such an event ever came from anybody: a count of what nobody sends is not 0, it is not known."""
    return bool(seen) if not metric.events else any(event in seen for event in metric.events)


def _weight(dimension: Dimension) -> str:
    by_level = [
        f"when '{level}' then {weight}" for level, weight in dimension.weights.items() if level != "*"
    ]
    otherwise = f"{dimension.weights.get('*', 0)}::double"
    return f"case f.touch {' '.join(by_level)} else {otherwise} end" if by_level else otherwise


def _waits(dimension: Dimension, model: Model, behind: Collection[str]) -> bool:
    metrics = metrics_behind(dimension.score.expression, model)
    return any(sources_of(metric.events, model.sources) & set(behind) for metric in metrics)


def _put_together(
    found: dict[str, npt.NDArray[np.float64]], dimensions: Sequence[Dimension], waits: Sequence[bool]
) -> Read:
    many = range(len(dimensions))
    values, days, weights, ceilings, kept, kept_days = (
        np.stack([_floats(found[f"{name}_{i}"]) for i in many], axis=1)
        for name in ("value", "day", "weight", "ceiling", "kept", "kept_day")
    )
    segments = np.asarray(found["segment"], dtype=object)
    scores = np.stack([_scored(one, values[:, i], segments) for i, one in enumerate(dimensions)], axis=1)
    stale = np.isnan(values) & np.array(waits)
    scores, days = np.where(stale, kept, scores), np.where(stale, kept_days, days)
    ages = np.where(np.isnan(scores), np.nan, _floats(found["_today"])[:, None] - days)
    fresh = np.stack(
        [freshness(ages[:, i], _days(one.half_life)) for i, one in enumerate(dimensions)], axis=1
    )
    lowest = np.fmin.reduce(ceilings, axis=1)
    made = compose(scores, np.nan_to_num(weights), fresh, lowest)
    accounts = np.asarray(found["_account"], dtype=np.int64)
    return Read(accounts, segments, values, scores, days, ages, np.nan_to_num(weights), lowest, made)


def _scored(dimension: Dimension, values: Floats, segments: npt.NDArray[np.object_]) -> Floats:
    """By the anchors of each account's segment, where they differ."""
    if not dimension.by_segment:
        return anchored(values, dimension.anchors)
    scores = np.full_like(values, np.nan)
    for segment, anchors in dimension.by_segment.items():
        ours = segments == segment
        scores[ours] = anchored(values[ours], anchors)
    return scores


def _days(half_life: Duration | None) -> float | None:
    return half_life.number * DAYS[half_life.unit] if half_life else None


def _floats(column: npt.NDArray[np.float64]) -> Floats:
    return np.asarray(np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan))


def medians(
    connection: duckdb.DuckDBPyConnection, dimensions: Sequence[Dimension], segments: npt.NDArray[np.object_]
) -> Floats:
    """The middle score of each dimension in each account's segment, of everybody's newest; a row per account."""
    rows = connection.execute(
        """select p.segment, d.key, median(d.value) from decided_daily d
        join everybody p on p.account = d.account
        where d.key like 'health.%' and d.value is not null group by all"""
    ).fetchall()
    middle = {(segment, key): value for segment, key, value in rows}
    keys = [score_key(one) for one in dimensions]
    by_segment = {name: [middle.get((name, key), np.nan) for key in keys] for name in set(segments)}
    return np.array([by_segment[name] for name in segments], dtype=np.float64).reshape(
        len(segments), len(keys)
    )
