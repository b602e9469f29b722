"""Health at the daily reading: the score of each account, its band, its trend, and what drives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from aloft.engagement.model import Bands, Dimension, Health
from aloft.engine.turn import Turn
from aloft.measures.health.bands import NAMES, Settled, settle
from aloft.measures.health.reading import Read, day_key, medians, score_key
from aloft.measures.health.reading import read as read_frame
from aloft.measures.health.score import drivers
from aloft.measures.health.trend import WEEKS, slope
from aloft.measures.listing import list_health
from aloft.measures.models import AccountHealth, HealthDay
from aloft.records.rows import put, upsert

Floats = npt.NDArray[np.float64]
Values = dict[str, float | None]
DAY_ZERO = date(1970, 1, 1)
AT_ONCE = 5_000
"""Rows asked for in one statement."""


@dataclass(frozen=True)
class Scored:
    """`values` are by account of the store, as `decided_daily` keeps them."""

    read: Read
    bands: Settled
    values: dict[int, Values]


Stood = Callable[[Sequence[int], Bands], Settled]
"""The bands that stand, and the last scores, by row of the accounts."""


def score(turn: Turn, health: Health, stood: Stood) -> Scored:
    """Of the accounts of the frame, by what stood before; to be kept once the values are mirrored."""
    read = read_frame(turn.frames.connection, turn.program.model, health, turn.frames.behind)
    bands = settle(stood(_rows(turn, read), health.bands), read.made.score, health.bands)
    dimensions = list(health.dimensions.values())
    values = {
        int(account): _values(read, bands, dimensions, row) for row, account in enumerate(read.accounts)
    }
    return Scored(read, bands, values)


def _values(read: Read, bands: Settled, dimensions: Sequence[Dimension], row: int) -> Values:
    told: Values = {"health": plain(read.made.score[row]), "band": float(bands.shown[row])}
    for i, dimension in enumerate(dimensions):
        told[score_key(dimension)] = plain(read.scores[row, i])
        told[day_key(dimension)] = plain(read.days[row, i])
    return told


def before(rows: Sequence[int], bands: Bands) -> Settled:
    """The bands that stand, and the last scores, by row of the accounts."""
    kept: dict[int, tuple[int, list[float | None]]] = {}
    for start in range(0, len(rows), AT_ONCE):
        found = AccountHealth.objects.filter(account__in=rows[start : start + AT_ONCE])
        told = found.values_list("account", "held", "recent")
        kept |= {account: (held, recent) for account, held, recent in told}
    held = np.array([kept.get(row, (0, []))[0] for row in rows], dtype=np.int8)
    scores = [_padded(kept.get(row, (0, []))[1], bands.settle) for row in rows]
    return Settled(held, np.array(scores, dtype=np.float64).reshape(len(rows), bands.settle), held)


def _padded(recent: Sequence[float | None], size: int) -> list[float]:
    known = [np.nan if one is None else one for one in recent[-size:]]
    return [np.nan] * (size - len(known)) + known


def _rows(turn: Turn, read: Read) -> list[int]:
    return [turn.directory[int(account)].row for account in read.accounts]


def keep(turn: Turn, health: Health, scored: Scored, last: Mapping[int, int]) -> None:
    """`last` is the local day that has just ended, by account of the store."""
    rows = _rows(turn, scored.read)
    days = [DAY_ZERO + timedelta(days=last[int(account)]) for account in scored.read.accounts]
    write(_projections(turn, health, scored, rows, days))


def write(standing: Sequence[AccountHealth]) -> None:
    """A row of the history for each, and with it the trend; then how each stands, and whether its band has turned."""
    days = ((one.account_id, one.day, one.score, one.band, one.coverage) for one in standing)
    put(HealthDay, ["account_id", "day", "score", "band", "coverage"], days, unique=["account_id", "day"])
    trends = slope(_weekly([one.account_id for one in standing], [one.day for one in standing]))
    for one, trend in zip(standing, trends, strict=True):
        one.trend = plain(trend)
    _turn(standing)
    upsert(standing, unique=["account_id"])
    list_health(standing)


def _turn(standing: Sequence[AccountHealth]) -> None:
    """Tell since when the band is what it is, and what it was; the same reading made again turns nothing back."""
    stood: dict[int, list[Any]] = {}
    rows = [one.account_id for one in standing]
    for start in range(0, len(rows), AT_ONCE):
        found = AccountHealth.objects.filter(account__in=rows[start : start + AT_ONCE])
        told = found.values_list("account", "band", "score", "turned_at", "was", "score_was")
        stood |= {account: rest for account, *rest in told}
    for one in standing:
        if one.account_id in stood:
            band, score, *turned = stood[one.account_id]
            same = band == one.band
            one.turned_at, one.was, one.score_was = turned if same else (one.at, band, score)


def _projections(
    turn: Turn, health: Health, scored: Scored, rows: Sequence[int], days: Sequence[date]
) -> list[AccountHealth]:
    dimensions = list(health.dimensions.values())
    read, bands = scored.read, scored.bands
    middle = medians(turn.frames.connection, dimensions, read.segments)
    points = drivers(read.scores, read.made.shares, middle)
    return [
        AccountHealth(
            account_id=account,
            day=days[row],
            at=turn.at,
            score=plain(read.made.score[row]),
            band=NAMES[bands.shown[row]],
            held=int(bands.held[row]),
            recent=[plain(one) for one in bands.recent[row]],
            coverage=float(read.made.coverage[row]),
            ceiling=plain(read.ceilings[row]),
            dimensions=[_told(read, points, one, row, i) for i, one in enumerate(dimensions)],
        )
        for row, account in enumerate(rows)
    ]


def _told(read: Read, points: Floats, dimension: Dimension, row: int, i: int) -> dict[str, Any]:
    return {
        "name": dimension.name,
        "says": dimension.score.text,
        "value": plain(read.values[row, i]),
        "score": plain(read.scores[row, i]),
        "weight": float(read.weights[row, i]),
        "share": float(read.made.shares[row, i]),
        "points": float(points[row, i]),
        "age": plain(read.ages[row, i]),
    }


def _weekly(rows: Sequence[int], days: Sequence[date]) -> Floats:
    """The scores of the same day of the last eight weeks, oldest first; NaN where grey or not known."""
    wanted = {day - timedelta(weeks=week) for day in set(days) for week in range(WEEKS)}
    found: dict[tuple[int, date], float | None] = {}
    for start in range(0, len(rows), AT_ONCE):
        told = HealthDay.objects.filter(account__in=rows[start : start + AT_ONCE], day__in=wanted)
        found |= {
            (account, day): score for account, day, score in told.values_list("account", "day", "score")
        }
    weekly = [
        [found.get((row, day - timedelta(weeks=week))) for week in reversed(range(WEEKS))]
        for row, day in zip(rows, days, strict=True)
    ]
    return np.array(weekly, dtype=np.float64).reshape(len(rows), WEEKS)


def plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def scores_of(rows: Sequence[int]) -> dict[int, float | None]:
    """The newest score by row of the account; None where it is grey."""
    found: dict[int, float | None] = {}
    for start in range(0, len(rows), AT_ONCE):
        some = AccountHealth.objects.filter(account__in=rows[start : start + AT_ONCE])
        found |= dict(some.values_list("account", "score"))
    return found
