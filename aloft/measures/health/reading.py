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
from aloft.measures.groups import texts
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
    columns = [column for i, one in enumerate(dimensions) for column in _columns(i, one, model, seen)]
    found = connection.execute(
        f"select f._account, f.segment, f._day::double as _today, {', '.join(columns)} from frame f "
        f"{_kept(dimensions)} on k._of = f._account {_newest(dimensions, model)} "
        "where f.segment is not null and f.phase is not null order by f._account"
    ).fetchnumpy()
    return _put_together(found, dimensions, [_waits(one, model, behind) for one in dimensions])


def _columns(i: int, dimension: Dimension, model: Model, seen: Collection[str]) -> list[str]:
    """Value, newest fact, weight, ceiling, and what was known before."""
    metrics = metrics_behind(dimension.score.expression, model)
    known = all(_was_seen(metric, seen) for metric in metrics)
    scope = frame_scope(model)
    value = f"try_cast(({sql(dimension.score.expression, scope)}) as double)" if known else "null::double"
    ceiling = "null::double"
    if dimension.cap:
        ceiling = (
            f"case when ({sql(dimension.cap.when.expression, scope)}) is true then {dimension.cap.at} end"
        )
    return [
        f"{value} as value_{i}",
        f"{f'l._last_{i}' if _lasts(dimension, model) else 'f._day'}::double as day_{i}",
        f"{_weight(dimension)} as weight_{i}",
        f"{ceiling} as ceiling_{i}",
        f"k._kept_{i} as kept_{i}",
        f"k._kept_day_{i} as kept_day_{i}",
    ]


def _kept(dimensions: Sequence[Dimension]) -> str:
    """What was known before, a row for each account. Its columns, as those of `_lasting`, begin with an underscore:
    a model may call a field `value`, `day` or `key`."""
    columns = [
        f"max(value) filter (where key = '{key}') as _{name}_{i}"
        for i, one in enumerate(dimensions)
        for name, key in (("kept", score_key(one)), ("kept_day", day_key(one)))
    ]
    return f"left join (select account as _of, {', '.join(columns)} from decided_daily group by account) k"


def _newest(dimensions: Sequence[Dimension], model: Model) -> str:
    """The newest day of the events that each dimension which lasts is read from; nothing where none lasts."""
    lasting = {i: _events(one, model) or [""] for i, one in enumerate(dimensions) if _lasts(one, model)}
    if not lasting:
        return ""
    days = [
        f"max(day) filter (where called in ({texts(names)})) as _last_{i}" for i, names in lasting.items()
    ]
    every = texts(sorted({name for names in lasting.values() for name in names}))
    return f"""left join (select account as _of, {", ".join(days)} from day_count
        join (select id, name as called from event_name where name in ({every})) n on n.id = day_count.name
        group by account) l on l._of = f._account"""


def _events(dimension: Dimension, model: Model) -> list[str]:
    metrics = metrics_behind(dimension.score.expression, model)
    return sorted({event for metric in metrics for event in metric.events})


def _lasts(dimension: Dimension, model: Model) -> bool:
    metrics = metrics_behind(dimension.score.expression, model)
    return bool(metrics) and all(metric.verb in LASTING for metric in metrics)


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
