"""What health asks of the accounts of a frame: who scores them, values, weights, how old they are (F18)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from aloft.engagement.model import Metric, Model
from aloft.engagement.scorecards import Dimension, Health, Profile
from aloft.measures.compile import frame_scope, sql
from aloft.measures.groups import texts
from aloft.measures.health.profiles import taken
from aloft.measures.names import metrics_behind

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Columns = Mapping[str, npt.NDArray[np.float64]]

LASTING = frozenset({"latest", "mean", "min", "max"})
"""What was said stays as said, and ages; a count over a window is as fresh as its source."""


@dataclass(frozen=True)
class Part:
    """A dimension as a profile has it. `place` tells its columns from those of the others."""

    place: int
    profile: Profile
    dimension: Dimension

    @property
    def key(self) -> str:
        """What its score is kept by from reading to reading: a profile knows nothing of what another found."""
        return score_key(self.profile, self.dimension)

    @property
    def day_key(self) -> str:
        return f"{self.key}.day"


@dataclass(frozen=True)
class Fetched:
    """A row for each account that follows the model; `takes` has a column for each profile, as `choose` reads it."""

    accounts: Integers
    segments: npt.NDArray[np.object_]
    takes: Floats
    columns: Columns


def score_key(profile: Profile, dimension: Dimension) -> str:
    return f"health.{profile.name}:{dimension.name}" if profile.name else f"health.{dimension.name}"


def parts(health: Health) -> list[Part]:
    """Every dimension of every profile, in order."""
    every = [(profile, one) for profile in health.every for one in profile.dimensions.values()]
    return [Part(place, profile, one) for place, (profile, one) in enumerate(every)]


def fetch(connection: duckdb.DuckDBPyConnection, model: Model, health: Health) -> Fetched:
    """Of the accounts of the view `frame` that follow the model, all that any profile asks."""
    asked = parts(health)
    seen = {name for (name,) in connection.execute("select name from event_name").fetchall()}
    columns = [column for part in asked for column in _columns(part, model, seen)]
    takes = [f"{one} as takes_{i}" for i, one in enumerate(taken(health, frame_scope(model)))]
    found = connection.execute(
        f"select f._account, f.segment, f._day::double as _today, {', '.join([*takes, *columns])} from frame f "
        f"{_kept(asked)} on k._of = f._account {_newest(asked, model)} "
        "where f.segment is not null and f.phase is not null order by f._account"
    ).fetchnumpy()
    return Fetched(
        accounts=np.asarray(found["_account"], dtype=np.int64),
        segments=np.asarray(found["segment"], dtype=object),
        takes=side_by_side(found, "takes", range(len(takes))),
        columns=found,
    )


def side_by_side(found: Columns, name: str, places: Sequence[int]) -> Floats:
    """The columns of that name at some places, NaN where nothing is known."""
    told = [floats(found[f"{name}_{place}"]) for place in places]
    return np.stack(told, axis=1) if told else np.empty((len(found["_account"]), 0))


def floats(column: npt.NDArray[np.float64]) -> Floats:
    return np.asarray(np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan))


def _columns(part: Part, model: Model, seen: Collection[str]) -> list[str]:
    """Value, newest fact, weight, ceiling, and what was known before."""
    i, dimension = part.place, part.dimension
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


def _kept(asked: Sequence[Part]) -> str:
    """What was known before, a row for each account. Its columns, as those of `_newest`, begin with an underscore:
    a model may call a field `value`, `day` or `key`."""
    columns = [
        f"max(value) filter (where key = '{key}') as _{name}_{part.place}"
        for part in asked
        for name, key in (("kept", part.key), ("kept_day", part.day_key))
    ]
    return f"left join (select account as _of, {', '.join(columns)} from decided_daily group by account) k"


def _newest(asked: Sequence[Part], model: Model) -> str:
    """The newest day of the events that each dimension which lasts is read from; nothing where none lasts."""
    lasting = {
        part.place: _events(part.dimension, model) or [""] for part in asked if _lasts(part.dimension, model)
    }
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


def _was_seen(metric: Metric, seen: Collection[str]) -> bool:
    """Whether such an event ever came from anybody: a count of what nobody sends is not 0, it is not known."""
    return bool(seen) if not metric.events else any(event in seen for event in metric.events)


def _weight(dimension: Dimension) -> str:
    by_level = [
        f"when '{level}' then {weight}" for level, weight in dimension.weights.items() if level != "*"
    ]
    otherwise = f"{dimension.weights.get('*', 0)}::double"
    return f"case f.touch {' '.join(by_level)} else {otherwise} end" if by_level else otherwise
