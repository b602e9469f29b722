"""Health at the daily reading: the score of each account, its band, its trend, and what drives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from aloft.engagement.scorecards import Dimension, Health
from aloft.engine.turn import Turn
from aloft.measures.daily import PROFILE, code_of
from aloft.measures.health.bands import NAMES, Settled, Stood, settle, standing
from aloft.measures.health.fetching import Floats, Integers, fetch, score_key
from aloft.measures.health.fetching import parts as asked
from aloft.measures.health.profiles import choose
from aloft.measures.health.reading import Read, medians, read
from aloft.measures.health.score import drivers
from aloft.measures.health.trend import WEEKS, slope
from aloft.measures.listing import list_health
from aloft.measures.models import AccountHealth, HealthDay
from aloft.records.rows import among, batched, put, upsert

Values = dict[str, float | None]
DAY_ZERO = date(1970, 1, 1)
"""Rows asked for in one statement."""


@dataclass(frozen=True)
class Part:
    """What one profile made of the accounts that it scores."""

    read: Read
    bands: Settled


@dataclass(frozen=True)
class Scored:
    """`values` are by account of the store, as `decided_daily` keeps them."""

    parts: Sequence[Part]
    values: dict[int, Values]


Before = Callable[[Sequence[int]], Sequence[Stood]]
"""How accounts stood at the reading before, by their rows."""


def score(turn: Turn, health: Health, before: Before) -> Scored:
    """Of the accounts of the frame, by what stood before; to be kept once the values are mirrored."""
    model = turn.program.model
    fetched = fetch(turn.frames.connection, model, health)
    stood = dict(zip(fetched.accounts.tolist(), before(_rows(turn, fetched.accounts)), strict=True))
    chosen = choose(fetched.takes, health, [one.profile for one in stood.values()])
    parts = [
        _settled(one, [stood[account] for account in one.accounts.tolist()])
        for one in read(fetched, model, health, turn.frames.behind, chosen)
    ]
    keys = [key for part in asked(health) for key in (part.key, part.day_key)]
    nothing: Values = dict.fromkeys([PROFILE, *keys] if health.profiles else keys)
    return Scored(parts, {account: nothing | told for part in parts for account, told in _values(part)})


def _settled(read: Read, stood: Sequence[Stood]) -> Part:
    bands = settle(standing(stood, read.profile), read.made.score, read.profile.bands)
    return Part(read, bands)


def _values(part: Part) -> Iterator[tuple[int, Values]]:
    read, profile = part.read, part.read.profile
    keys = [score_key(profile, one) for one in read.dimensions]
    for row, account in enumerate(read.accounts.tolist()):
        told: Values = {"health": plain(read.made.score[row]), "band": float(part.bands.shown[row])}
        if profile.name:
            told[PROFILE] = float(code_of(profile.name))
        for i, key in enumerate(keys):
            told[key] = plain(read.scores[row, i])
            told[f"{key}.day"] = plain(read.days[row, i])
        yield account, told


def before(rows: Sequence[int]) -> list[Stood]:
    kept: dict[int, Stood] = {}
    for some in batched(rows):
        found = AccountHealth.objects.filter(account__in=among(some))
        told = found.values_list("account", "profile", "held", "recent")
        kept |= {account: Stood(*stood) for account, *stood in told}
    return [kept.get(row, Stood()) for row in rows]


def _rows(turn: Turn, accounts: Integers) -> list[int]:
    return [turn.directory[account].row for account in accounts.tolist()]


def keep(turn: Turn, scored: Scored, last: Mapping[int, int]) -> None:
    """`last` is the local day that has just ended, by account of the store."""
    write([one for part in scored.parts for one in _projections(turn, part, last)])


def write(standing: Sequence[AccountHealth]) -> None:
    """A row of the history for each, and with it the trend; then how each stands, and whether its band has turned."""
    days = ((one.account_id, one.day, one.score, one.band, one.coverage, one.profile) for one in standing)
    columns = ["account_id", "day", "score", "band", "coverage", "profile"]
    put(HealthDay, columns, days, unique=["account_id", "day"])
    _turn(standing)
    for one, trend in zip(standing, slope(_weekly(standing)), strict=True):
        one.trend = plain(trend)
    upsert(standing, unique=["account_id"])
    list_health(standing)


def _turn(standing: Sequence[AccountHealth]) -> None:
    """Tell since when the profile and the band are what they are, and what the band was; the same reading made again
    turns nothing back."""
    stood: dict[int, list[Any]] = {}
    rows = [one.account_id for one in standing]
    for some in batched(rows):
        found = AccountHealth.objects.filter(account__in=among(some))
        told = found.values_list(
            "account", "profile", "profile_since", "band", "score", "turned_at", "was", "score_was"
        )
        stood |= {account: rest for account, *rest in told}
    for one in standing:
        if one.account_id not in stood:
            one.profile_since = one.day
            continue
        profile, since, band, score, *turned = stood[one.account_id]
        one.profile_since = since if profile == one.profile else one.day
        one.turned_at, one.was, one.score_was = turned if band == one.band else (one.at, band, score)


def _projections(turn: Turn, part: Part, last: Mapping[int, int]) -> list[AccountHealth]:
    read, bands = part.read, part.bands
    middle = medians(turn.frames.connection, read.profile, read.segments)
    points = drivers(read.scores, read.made.shares, middle)
    return [
        AccountHealth(
            account_id=account,
            day=DAY_ZERO + timedelta(days=last[int(read.accounts[row])]),
            at=turn.at,
            profile=read.profile.name,
            score=plain(read.made.score[row]),
            band=NAMES[bands.shown[row]],
            held=int(bands.held[row]),
            recent=[plain(one) for one in bands.recent[row]],
            coverage=float(read.made.coverage[row]),
            ceiling=plain(read.ceilings[row]),
            dimensions=[_told(read, points, one, row, i) for i, one in enumerate(read.dimensions)],
        )
        for row, account in enumerate(_rows(turn, read.accounts))
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


def _weekly(standing: Sequence[AccountHealth]) -> Floats:
    """The scores of the same day of the last eight weeks, oldest first; NaN where grey or not known, and where another
    profile scored: what two of them find is not compared."""
    rows = [one.account_id for one in standing]
    wanted = {one.day - timedelta(weeks=week) for one in standing for week in range(WEEKS)}
    found: dict[tuple[int, date], float | None] = {}
    for some in batched(rows):
        told = HealthDay.objects.filter(account__in=among(some), day__in=wanted)
        found |= {
            (account, day): score for account, day, score in told.values_list("account", "day", "score")
        }
    weekly = [
        [
            found.get((one.account_id, day))
            if one.profile_since is None or day >= one.profile_since
            else None
            for day in (one.day - timedelta(weeks=week) for week in reversed(range(WEEKS)))
        ]
        for one in standing
    ]
    return np.array(weekly, dtype=np.float64).reshape(len(rows), WEEKS)


def plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def scores_of(rows: Sequence[int]) -> dict[int, float | None]:
    """The newest score by row of the account; None where it is grey."""
    found: dict[int, float | None] = {}
    for some in batched(rows):
        scored = AccountHealth.objects.filter(account__in=among(some))
        found |= dict(scored.values_list("account", "score"))
    return found
