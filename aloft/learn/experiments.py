"""What experiments tell so far: arms by intention to treat, their difference, and whether one may say anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Avg, Count, Max, Q

from aloft.act.models import OutcomeState
from aloft.engagement.economy import Experiment
from aloft.engagement.model import Model
from aloft.learn.effect import LEAST, Difference, Seen, detectable, difference, imbalance, needed
from aloft.learn.models import Arm, Assignment

Says = Literal["void", "nobody", "early", "helps", "harms", "nothing"]

BROKEN = 0.001
SURE = 0.05


@dataclass(frozen=True)
class Side:
    """An arm: units assigned, judged, of those met, and those of whom it is unknown for good."""

    assigned: int = 0
    judged: int = 0
    met: int = 0
    unknown: int = 0

    @property
    def seen(self) -> Seen:
        return Seen(self.judged, self.met)

    @property
    def share(self) -> float | None:
        return self.seen.share if self.judged else None


@dataclass(frozen=True)
class Trial:
    """An experiment as it stands. `experiment` None: no model in force has it, and nobody is held out any more.

    `balance`: how likely the arms are by the draw. `smallest`: the difference that so many units can show. `until`:
    when the last window that is open ends. `excluded` and `contaminated` count units."""

    moment: str
    title: str
    start: date
    holdout: float
    experiment: Experiment | None
    treated: Side
    held_out: Side
    excluded: int
    contaminated: int
    until: datetime | None

    @property
    def runs(self) -> bool:
        return self.experiment is not None

    @property
    def units(self) -> int:
        return self.treated.assigned + self.held_out.assigned

    @property
    def balance(self) -> float | None:
        if not self.units:
            return None
        return imbalance(self.treated.assigned, self.held_out.assigned, self.holdout)

    @property
    def difference(self) -> Difference | None:
        if not self.treated.judged or not self.held_out.judged:
            return None
        return difference(self.treated.seen, self.held_out.seen)

    @property
    def smallest(self) -> float | None:
        """At the share of who is held out, or at a half, where most units are needed, while that is not known."""
        if not self.treated.assigned or not self.held_out.assigned:
            return None
        base = self.held_out.share
        return detectable(base if base and base < 1 else 0.5, self.treated.assigned, self.held_out.assigned)

    @property
    def enough(self) -> int | None:
        """So many judged in each of two equal arms would show a difference of `LEAST`."""
        base = self.held_out.share
        return None if base is None else needed(base, base + LEAST if base + LEAST <= 1 else base - LEAST)

    @property
    def weight(self) -> float:
        """As many as two equal arms would have that tell as much as these."""
        judged = self.treated.judged, self.held_out.judged
        return 2 * judged[0] * judged[1] / sum(judged) if all(judged) else 0.0

    @property
    def says(self) -> Says:
        """Nothing is read out of a broken draw; and no difference is none only once enough were judged to show it."""
        if self.balance is None:
            return "nobody"
        if self.balance < BROKEN:
            return "void"
        found = self.difference
        if found is not None and found.p < SURE:
            return "helps" if found.points > 0 else "harms"
        return "nothing" if self.enough is not None and self.weight >= self.enough else "early"


SENTENCES: Mapping[Says, str] = {
    "void": "the arms are not as they were drawn: nothing can be read from it",
    "nobody": "nobody has come to the moment yet",
    "early": "too early to say",
    "helps": "it helps",
    "harms": "it does harm",
    "nothing": "no difference of 5 points is seen",
}


def trials(models: Iterable[Model]) -> list[Trial]:
    """The experiments of these models, in their order, then those that have ended, the newest first."""
    told: dict[tuple[str, date], Mapping[str, Any]] = {
        (row["moment"], row["start"]): row for row in _counted()
    }
    touched = _contaminated()
    found = []
    for model in models:
        for experiment in model.experiments.values():
            key = (experiment.moment, experiment.start)
            title = model.moments[experiment.moment].title
            found.append(_trial(key, title, experiment, told.pop(key, {}), touched))
    ended = sorted(told, key=lambda key: (key[1], key[0]), reverse=True)
    return [*found, *(_trial(key, key[0], None, told[key], touched) for key in ended)]


def _trial(
    key: tuple[str, date],
    title: str,
    experiment: Experiment | None,
    row: Mapping[str, Any],
    touched: Mapping[tuple[str, date], int],
) -> Trial:
    moment, start = key
    share, until = row.get("share"), row.get("until")
    drawn = share if share is not None else experiment.holdout if experiment else 0.0
    return Trial(
        moment=moment,
        title=title,
        start=start,
        holdout=drawn,
        experiment=experiment,
        treated=_side(row, Arm.TREATED),
        held_out=_side(row, Arm.HELD_OUT),
        excluded=row.get("excluded", 0),
        contaminated=touched.get(key, 0),
        until=until,
    )


def _side(row: Mapping[str, Any], arm: Arm) -> Side:
    return Side(*(row.get(f"{arm}_{what}", 0) for what in ("assigned", "judged", "met", "unknown")))


def _counted() -> Iterable[Mapping[str, Any]]:
    counts = {"excluded": Count("pk", filter=Q(excluded_at__isnull=False))}
    for arm in Arm.values:
        ours = Q(arm=arm, excluded_at=None)
        counts |= {
            f"{arm}_assigned": Count("pk", filter=ours),
            f"{arm}_judged": Count(
                "pk", filter=ours & Q(outcome__in=(OutcomeState.MET, OutcomeState.MISSED))
            ),
            f"{arm}_met": Count("pk", filter=ours & Q(outcome=OutcomeState.MET)),
            f"{arm}_unknown": Count("pk", filter=ours & Q(outcome=OutcomeState.UNKNOWN)),
        }
    counted = Q(excluded_at=None)
    return (
        Assignment.objects.order_by()
        .values("moment", "start")
        .annotate(
            share=Avg("holdout", filter=counted),
            until=Max("outcome_until", filter=counted & Q(outcome=OutcomeState.WATCHED)),
            **counts,
        )
    )


def _contaminated() -> dict[tuple[str, date], int]:
    rows = Assignment.objects.filter(excluded_at=None, contaminations__isnull=False).order_by()
    counted = rows.values_list("moment", "start").annotate(units=Count("pk", distinct=True))
    return {(moment, start): units for moment, start, units in counted}
