"""The health of the accounts of a frame, as of its instant: who scores them, and what the values make (F18)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from aloft.engagement.model import Duration, Model
from aloft.engagement.scorecards import Dimension, Health, Profile
from aloft.facts.completeness import sources_of
from aloft.measures.health.fetching import (
    Fetched,
    Floats,
    Integers,
    floats,
    parts,
    score_key,
    side_by_side,
)
from aloft.measures.health.profiles import UNFIT
from aloft.measures.health.score import Composite, anchored, compose, freshness
from aloft.measures.names import metrics_behind

DAYS = {"min": 1 / 1440, "h": 1 / 24, "bh": 1 / 24, "d": 1.0, "bd": 1.4, "w": 7.0, "mo": 30.4375, "y": 365.25}


@dataclass(frozen=True)
class Read:
    """Of the accounts that one profile scores. Rows are accounts by the store's numbers, columns its dimensions in
    their order. `days` are the local days (since 1970-01-01) of which the scores are true."""

    profile: Profile
    accounts: Integers
    segments: npt.NDArray[np.object_]
    values: Floats
    scores: Floats
    days: Floats
    ages: Floats
    weights: Floats
    ceilings: Floats
    made: Composite

    @property
    def dimensions(self) -> list[Dimension]:
        return list(self.profile.dimensions.values())


def read(
    fetched: Fetched, model: Model, health: Health, behind: Collection[str], chosen: Integers
) -> list[Read]:
    """A reading for each profile that is `chosen` for somebody. What depends on a source that is `behind` keeps its
    last score, and ages."""
    asked = parts(health)
    return [
        _put_together(
            fetched,
            profile,
            chosen == place,
            [part.place for part in asked if part.profile.name == profile.name],
            [_waits(one, model, behind) for one in profile.dimensions.values()],
        )
        for place, profile in enumerate((*health.every, UNFIT))
        if (chosen == place).any()
    ]


def _put_together(
    fetched: Fetched,
    profile: Profile,
    ours: npt.NDArray[np.bool_],
    places: Sequence[int],
    waits: Sequence[bool],
) -> Read:
    dimensions = list(profile.dimensions.values())
    values, days, weights, ceilings, kept, kept_days = (
        side_by_side(fetched.columns, name, places)[ours]
        for name in ("value", "day", "weight", "ceiling", "kept", "kept_day")
    )
    segments, weights = fetched.segments[ours], np.nan_to_num(weights)
    scores = _each([_scored(one, values[:, i], segments) for i, one in enumerate(dimensions)], values)
    stale = np.isnan(values) & np.array(waits, dtype=bool)
    scores, days = np.where(stale, kept, scores), np.where(stale, kept_days, days)
    ages = np.where(np.isnan(scores), np.nan, floats(fetched.columns["_today"])[ours, None] - days)
    fresh = _each([freshness(ages[:, i], _days(one.half_life)) for i, one in enumerate(dimensions)], values)
    lowest = np.fmin.reduce(ceilings, axis=1, initial=np.nan)
    made = compose(scores, weights, fresh, lowest)
    return Read(profile, fetched.accounts[ours], segments, values, scores, days, ages, weights, lowest, made)


def _each(columns: Sequence[Floats], like: Floats) -> Floats:
    return np.stack(columns, axis=1) if columns else like


def _waits(dimension: Dimension, model: Model, behind: Collection[str]) -> bool:
    metrics = metrics_behind(dimension.score.expression, model)
    return any(sources_of(metric.events, model.sources) & set(behind) for metric in metrics)


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


def medians(
    connection: duckdb.DuckDBPyConnection, profile: Profile, segments: npt.NDArray[np.object_]
) -> Floats:
    """The middle score of each dimension in each account's segment, of the newest of everybody whom the profile
    scores; a row per account."""
    rows = connection.execute(
        """select p.segment, d.key, median(d.value) from decided_daily d
        join everybody p on p.account = d.account
        where d.key like 'health.%' and d.value is not null group by all"""
    ).fetchall()
    middle = {(segment, key): value for segment, key, value in rows}
    keys = [score_key(profile, one) for one in profile.dimensions.values()]
    by_segment = {name: [middle.get((name, key), np.nan) for key in keys] for name in set(segments)}
    return np.array([by_segment[name] for name in segments], dtype=np.float64).reshape(
        len(segments), len(keys)
    )
