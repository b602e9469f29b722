"""The exception report (domain.md 3.6): of all accounts that are watched those that need somebody, the dearest first.

What opens by a moment with the channel `list` is an exception while it is open. Each owner is shown so many per
period as the model says, what was finished within it included; the rest is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aloft.act.models import Occurrence
from aloft.act.selectors import IN_WORK
from aloft.decide.durations import add
from aloft.engagement.model import Moment
from aloft.engine.directory import Known
from aloft.engine.turn import Turn


@dataclass(frozen=True)
class Exceptional:
    """An open occurrence on the list. `rank` is what `rank_by` reads at the account now; None is unknown."""

    occurrence: Occurrence
    rank: float | None

    @property
    def holder(self) -> str:
        return self.occurrence.owner.handle if self.occurrence.owner else self.occurrence.role


@dataclass(frozen=True)
class ExceptionList:
    """`shown` fit the budgets of their owners, `waiting` do not; the rest are numbers of accounts, and add up to
    `monitored` with those that have an exception. Who is without data is never normal."""

    rank_by: str
    most: int
    per: str
    shown: tuple[Exceptional, ...]
    waiting: tuple[Exceptional, ...]
    snoozed: int
    monitored: int
    exceptional: int
    no_data: int

    @property
    def normal(self) -> int:
        return self.monitored - self.exceptional - self.no_data


def exception_list(turn: Turn, accounts: Collection[str] | None = None) -> ExceptionList | None:
    """Of everybody who follows the turn's model, or of these accounts (external ids); None: it asks for no list."""
    asked = turn.program.model.exceptions
    rank = turn.program.rank
    if asked is None or rank is None:
        return None
    listed = [one for one in turn.program.model.moments.values() if "list" in one.channel]
    turn = replace(turn, everyone=True)
    turn.ask()
    ours = {
        known.row: known.store
        for known in map(turn.directory.get, turn.everybody())
        if known and (accounts is None or _customer(turn, known) in accounts)
    }
    ranks = turn.frames.values(rank)
    standing = _standing(listed, ours.keys())
    awake = [one for one in standing if one.snoozed_until is None or one.snoozed_until <= turn.at]
    lines = sorted((Exceptional(one, ranks.get(ours[one.account_id])) for one in awake), key=_dearest)
    shown, waiting = _within(lines, asked.most, _finished(turn, listed))
    met, unknown = _watched(turn, listed, ours.values())
    exceptional = {ours[one.account_id] for one in standing}
    return ExceptionList(
        rank_by=asked.rank_by.text,
        most=asked.most,
        per=str(asked.per),
        shown=shown,
        waiting=waiting,
        snoozed=len(standing) - len(awake),
        monitored=len(met | exceptional),
        exceptional=len(exceptional),
        no_data=len(unknown - exceptional),
    )


def _customer(turn: Turn, known: Known) -> str:
    """The external id of the whole account."""
    whole = turn.directory.of_row(known.customer)
    return whole.external if whole else known.external


def _standing(listed: Iterable[Moment], rows: Collection[int]) -> list[Occurrence]:
    found = Occurrence.objects.filter(moment__in=[one.name for one in listed], state__in=IN_WORK)
    return [
        one
        for one in found.select_related("account__whole", "owner").order_by("due_at", "id")
        if one.account_id in rows
    ]


def _dearest(one: Exceptional) -> tuple[bool, float, datetime, int]:
    return one.rank is None, -(one.rank or 0), one.occurrence.due_at, one.occurrence.pk


def _finished(turn: Turn, listed: Iterable[Moment]) -> Counter[str]:
    """How many of the list each owner has finished within the period that ends now."""
    asked = turn.program.model.exceptions
    assert asked is not None
    rows = Occurrence.objects.filter(moment__in=[one.name for one in listed], done_at__lte=turn.at)
    done: Counter[str] = Counter()
    for one in rows.select_related("owner").order_by("-done_at"):
        known = turn.directory.of_row(one.account_id)
        if (
            known
            and one.done_at
            and add(one.done_at, asked.per, known.calendar(turn.program.model.clock)) > turn.at
        ):
            done[Exceptional(one, None).holder] += 1
    return done


def _within(
    lines: Sequence[Exceptional], most: int, finished: Counter[str]
) -> tuple[tuple[Exceptional, ...], tuple[Exceptional, ...]]:
    taken = Counter(finished)
    shown: list[Exceptional] = []
    waiting: list[Exceptional] = []
    for one in lines:
        taken[one.holder] += 1
        (shown if taken[one.holder] <= most else waiting).append(one)
    return tuple(shown), tuple(waiting)


def _watched(turn: Turn, listed: Iterable[Moment], accounts: Iterable[int]) -> tuple[set[int], set[int]]:
    """The accounts that a moment of the list is about, and those of them at which one cannot tell."""
    met: set[int] = set()
    unknown: set[int] = set()
    keys = list(accounts)
    for moment in listed:
        compiled = turn.program.moments[moment.name]
        here = turn.frames.true(compiled.place, keys)
        met.update(here)
        if compiled.condition is not None:
            judged = turn.frames.judged(compiled.condition, here)
            unknown.update(account for account, value in judged.items() if value is None)
    return met, unknown
