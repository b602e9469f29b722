"""Momentum: how long customers take from one moment of a phase to the next, in working days (`domain.md` F13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from aloft.act.models import Occurrence, OutcomeState
from aloft.act.selectors import opened
from aloft.decide.calendar import for_account
from aloft.engagement.model import Model, Moment, Offsets, ScheduleTrigger
from aloft.learn.survival import Wait


@dataclass(frozen=True)
class Leg:
    """From the end of one moment to the end of the next: what every account of the phase goes through once."""

    phase: str
    before: str
    after: str


@dataclass(frozen=True)
class Passed:
    """What an account took for a leg; `account` is its row."""

    account: int
    leg: Leg
    wait: Wait


def legs(model: Model) -> list[Leg]:
    """In the order of the document. Of what comes by occasion, or again and again, there is no next."""
    found: list[Leg] = []
    for phase in model.phases:
        once = [one.name for one in model.moments.values() if one.phases == (phase,) and _is_once(one)]
        found += [Leg(phase, before, after) for before, after in pairwise(once)]
    return found


def _is_once(moment: Moment) -> bool:
    trigger = moment.trigger
    schedule = trigger.schedule if isinstance(trigger, ScheduleTrigger) else None
    return isinstance(schedule, Offsets) and len(schedule.offsets) == 1


def passed(model: Model, first: datetime, until: datetime) -> list[Passed]:
    """Of whoever ended the first moment of a leg in [first, until), as it was known at `until`.

    A moment has ended where its outcome is met, or its owner has said that the work is done, whichever was first.
    What was closed without either is a wait that went on until then.
    """
    of = legs(model)
    latest = _latest({name for leg in of for name in (leg.before, leg.after)}, until)
    return [one for leg in of for one in _along(leg, latest, model, first, until)]


def _latest(moments: Iterable[str], until: datetime) -> dict[tuple[int, str], Occurrence]:
    rows = opened().filter(moment__in=list(moments), opened_at__lt=until, contact=None)
    listed = rows.select_related("account").order_by("opened_at", "pk")
    return {(row.account_id, row.moment): row for row in listed}


def _along(
    leg: Leg, latest: dict[tuple[int, str], Occurrence], model: Model, first: datetime, until: datetime
) -> Iterator[Passed]:
    for (account, moment), one in latest.items():
        began = _ended(one, until) if moment == leg.before else None
        if began is None or began < first:
            continue
        following = latest.get((account, leg.after))
        ended = _ended(following, until) if following else None
        gone = following.closed_at if following else None
        days = _working_days(one, model, began, ended or min(gone or until, until - datetime.resolution))
        yield Passed(account, leg, Wait(days, ended is not None))


def _ended(one: Occurrence, until: datetime) -> datetime | None:
    met = one.outcome_at if one.outcome == OutcomeState.MET else None
    known = [at for at in (met, one.done_at) if at is not None and at < until]
    return min(known, default=None)


def _working_days(one: Occurrence, model: Model, began: datetime, ended: datetime) -> int:
    account = one.account
    calendar = for_account(model.clock, account.timezone, account.country, account.subdivision)
    return calendar.working_days_between(calendar.local_date(began), calendar.local_date(ended))
