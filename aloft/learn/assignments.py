"""Experiments are drawn, judged and spoiled here. Nothing of it is ever drawn again, or taken out of the log."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from django.db.models import Q, QuerySet

from aloft.act.models import OutcomeState
from aloft.decide.experiments import arm_of
from aloft.engagement.economy import Experiment, ExperimentUnit
from aloft.learn.models import Arm, Assignment, Contamination
from aloft.learn.outcomes import Judged
from aloft.measures.frame import Ask
from aloft.records.models import Account, ModelVersion
from aloft.records.rows import batched

AT_ONCE = 5_000


@dataclass(frozen=True)
class Unit:
    """Whom is drawn for: a row of accounts, and its external id."""

    row: int
    name: str


def units_of(accounts: Iterable[int], unit: ExperimentUnit) -> dict[int, Unit]:
    """By account (row): the whole account, or of a family its top."""
    known = _lineage(set(accounts), with_parents=unit == "family")
    return {account: _top(account, known) for account in accounts if account in known}


Lineage = Mapping[int, tuple[str, int | None]]
"""The external id of each row, and the row above it."""


def _lineage(rows: set[int], *, with_parents: bool) -> Lineage:
    known: dict[int, tuple[str, int | None]] = {}
    while rows:
        some = [rows.pop() for _ in range(min(len(rows), AT_ONCE))]
        told = Account.objects.filter(pk__in=some).values_list("pk", "external_id", "whole", "parent")
        for pk, external, whole, parent in told:
            known[pk] = external, whole or (parent if with_parents else None)
            if known[pk][1] not in (None, *known):
                rows.add(known[pk][1] or 0)
    return known


def _top(account: int, known: Lineage) -> Unit:
    seen = {account}
    while (above := known[account][1]) is not None and above in known and above not in seen:
        account = above
        seen.add(account)
    return Unit(account, known[account][0])


def held_out(experiment: Experiment, accounts: Iterable[int]) -> set[int]:
    """Those of the accounts (rows) that are held out: as they were drawn, or as they will be."""
    units = units_of(list(accounts), experiment.unit)
    drawn = drawn_for(experiment, {unit.row for unit in units.values()})
    return {account for account, unit in units.items() if _is_held_out(experiment, unit, drawn.get(unit.row))}


def _is_held_out(experiment: Experiment, unit: Unit, drawn: Assignment | None) -> bool:
    if drawn is not None:
        return drawn.holds_out
    return arm_of(experiment.moment, experiment.start, unit.name, experiment.holdout) == "held_out"


def drawn_for(experiment: Experiment, units: Iterable[int]) -> dict[int, Assignment]:
    """The assignments of these units (rows) in an experiment, by unit."""
    rows = sorted(units)
    ours = Assignment.objects.filter(moment=experiment.moment, start=experiment.start).select_related("unit")
    return {one.unit_id: one for some in batched(rows) for one in ours.filter(unit__in=some)}


def assign(
    experiment: Experiment,
    *,
    account: int,
    version: ModelVersion,
    at: datetime,
    until: datetime,
    opening: Mapping[str, float | None],
) -> Assignment:
    """The assignment of the unit that an account (a row) belongs to, drawn now if it has none.

    The primary is judged up to `until`.
    """
    unit = units_of([account], experiment.unit)[account]
    drawn = arm_of(experiment.moment, experiment.start, unit.name, experiment.holdout)
    assignment, _ = Assignment.objects.select_related("unit").get_or_create(
        moment=experiment.moment,
        start=experiment.start,
        unit_id=unit.row,
        defaults={
            "called": experiment.moment,
            "account_id": account,
            "model_version": version,
            "arm": Arm(drawn),
            "holdout": experiment.holdout,
            "at": at,
            "outcome_until": until,
            "opening": dict(opening),
        },
    )
    return assignment


def watched(accounts: Collection[int], at: datetime, *, late: bool) -> QuerySet[Assignment]:
    """Those at these rows that are not judged yet; `late`: and those missed, which a late fact may turn."""
    standing = Q(outcome=OutcomeState.WATCHED)
    if late:
        standing |= Q(outcome=OutcomeState.MISSED, outcome_until__lte=at)
    return Assignment.objects.filter(standing, account__in=accounts, excluded_at=None).order_by("id")


def question(one: Assignment, account: int, at: datetime) -> Ask:
    """How the primary stands at `at`, or at the end of its window if that is over; `account` is the store's number."""
    return Ask(
        key=one.pk,
        account=account,
        at=min(at, one.outcome_until - datetime.resolution),
        moment=one.called,
        opened=one.at,
        opening=json.dumps(one.opening),
    )


def settle(one: Assignment, judged: Judged, at: datetime) -> None:
    one.outcome, one.outcome_at = OutcomeState(judged), at
    one.save(update_fields=["outcome", "outcome_at"])


def contaminate(account: int, change: int, at: datetime, what: str, moments: Iterable[str] | None) -> None:
    """A person has approached an account (a row) by hand: log it where it is held out and its primary still watched.

    `moments`: only in experiments on these; None: in all.
    """
    units = {units_of([account], unit)[account].row for unit in get_args(ExperimentUnit)}
    held = Assignment.objects.filter(
        arm=Arm.HELD_OUT, excluded_at=None, at__lte=at, outcome_until__gt=at, unit__in=units
    )
    if moments is not None:
        held = held.filter(moment__in=moments)
    for one in held:
        told = {"account_id": account, "at": at, "what": what[:300]}
        Contamination.objects.get_or_create(assignment=one, change=change, defaults=told)


def join(account: Account, into: Account, at: datetime) -> None:
    """Two units have become one: of mixed arms neither says anything (T22); of one arm they count once."""
    ours = {(one.moment, one.start): one for one in _standing(account)}
    theirs = {(one.moment, one.start): one for one in _standing(into)}
    for key, one in ours.items():
        other = theirs.get(key)
        if other is None:
            one.unit = into
            one.save(update_fields=["unit"])
        elif other.arm != one.arm:
            _exclude(one, at, f"merged into {into}, which was in the other arm")
            _exclude(other, at, f"{account} was merged into it, and was in the other arm")
        else:
            _exclude(one, at, f"merged into {into}, which is counted")
    parts = Q(account=account) | Q(account__whole=account)
    Assignment.objects.filter(parts).update(account=into)


def _standing(unit: Account) -> QuerySet[Assignment]:
    return Assignment.objects.filter(unit=unit, excluded_at=None)


def _exclude(one: Assignment, at: datetime, because: str) -> None:
    one.excluded_at, one.excluded_because = at, because[:300]
    one.save(update_fields=["excluded_at", "excluded_because"])
