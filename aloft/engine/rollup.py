"""Health of an account whose model runs per relationship: theirs, each weighted by its ARR (`domain.md` 1.1).

It is put together as a score is of its dimensions: what is missing is left out, and too little of the ARR known is
grey. An account that follows a model of its own has the health that this model scores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from aloft.engagement.scorecards import Bands, Profile
from aloft.engine import scoring
from aloft.engine.turn import Turn
from aloft.measures.frame import naive
from aloft.measures.health.bands import NAMES, settle, standing
from aloft.measures.health.score import Composite, compose
from aloft.measures.models import AccountHealth


@dataclass(frozen=True)
class Part:
    """A relationship of the frame. `arr` is 0 where nothing is paid, `score` None where it is grey.

    `day` is the local one that has just ended.
    """

    day: date
    name: str
    product: str
    arr: float
    score: float | None


def roll_up(turn: Turn, bands: Bands) -> None:
    """Keep the health of the accounts whose relationships are in the frame, once these are scored."""
    parts = _parts(turn)
    if not parts:
        return
    made = {row: _made(of_it) for row, of_it in parts.items()}
    rows, scores = list(parts), np.array([float(one.score[0]) for one in made.values()])
    settled = settle(standing(scoring.before(rows), Profile("", {}, bands)), scores, bands)
    scoring.write(
        [
            AccountHealth(
                account_id=row,
                day=parts[row][0].day,
                at=turn.at,
                score=scoring.plain(scores[i]),
                band=NAMES[settled.shown[i]],
                held=int(settled.held[i]),
                recent=[scoring.plain(one) for one in settled.recent[i]],
                coverage=float(made[row].coverage[0]),
                dimensions=[_told(part, made[row], j) for j, part in enumerate(parts[row])],
            )
            for i, row in enumerate(rows)
        ]
    )


def _parts(turn: Turn) -> Mapping[int, Sequence[Part]]:
    """By the row of the whole account; of those that follow no model themselves."""
    found = turn.frames.connection.execute(
        """select f._account, date '1970-01-01' + (aloft_day($at::timestamp, f._zone) - 1)::integer, a.product,
          coalesce(f.arr, 0)::double
        from frame f join account a on a.id = f._account
        where a.whole is not null
          and a.whole not in (select account from decided_position where phase is not null)
        order by a.whole, a.product""",
        {"at": naive(turn.at)},
    ).fetchall()
    known = [(turn.directory[part], *told) for part, *told in found if part in turn.directory]
    scores = scoring.scores_of([one.row for one, *_ in known])
    parts: defaultdict[int, list[Part]] = defaultdict(list)
    for one, day, product, arr in known:
        parts[one.customer].append(Part(day, one.name, product, arr, scores.get(one.row)))
    return parts


def _made(parts: Sequence[Part]) -> Composite:
    scores = np.array([[np.nan if part.score is None else part.score for part in parts]])
    weights = np.array([[part.arr for part in parts]])
    return compose(scores, weights, np.ones_like(weights))


def _told(part: Part, made: Composite, place: int) -> dict[str, Any]:
    """As of a dimension; `points` are by how much it moves the whole from where it would be without it."""
    share, total = float(made.shares[0, place]), float(made.score[0])
    known = part.score is not None and not np.isnan(total)
    return {
        "name": part.product,
        "says": f"health of {part.name}, by ARR",
        "value": part.score,
        "score": part.score,
        "weight": part.arr,
        "share": share,
        "points": share * (part.score - total) if known and part.score is not None else 0.0,
        "age": None,
    }
