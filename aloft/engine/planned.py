"""Which due rows stand: an account is planned anew only where what its due rows rest on has changed.

They rest on what a frame says of it, on what was decided of it, and on time: once one of them has come, or what is
next has passed, they are made again. What was planned is known to a process alone: the next one plans all anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Max, Min, Q

from aloft.act.models import Due, DueKind, Occurrence, Verdict

PLANNED = (DueKind.OPEN, DueKind.DEADLINE, DueKind.PHASE)
AT_ONCE = 5_000
RESOLVED = ("satisfied", "opened", "skipped", "absorbed", "suppressed")
FAR = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Plan:
    """`newest`: no key of its rows is above. `until`: when what is next passes."""

    rests_on: int
    rows: int
    newest: int
    until: datetime


class Plans:
    """What was planned by one version of a model; accounts are rows of `records`."""

    def __init__(self) -> None:
        self._made: dict[int, _Plan] = {}

    def forget(self) -> None:
        """What was planned may not have been stored."""
        self._made.clear()

    def standing(self, at: datetime, said: Mapping[int, int]) -> set[int]:
        """The accounts whose due rows stand. `said`: of those in question, what a frame says, as a digest."""
        known = {
            row: digest for row, digest in said.items() if row in self._made and at < self._made[row].until
        }
        rests_on, rows = _rests_on(known), _rows(known, at)
        return {row for row in known if _stands(self._made[row], rests_on[row], rows.get(row, _NONE), at)}

    def keep(self, said: Mapping[int, int], made: Counter[int], until: Mapping[int, datetime]) -> None:
        """These were planned just now: how many due rows were made, and when what is next passes, by account."""
        newest = Due.objects.aggregate(newest=Max("pk"))["newest"] or 0
        for row, digest in _rests_on(said).items():
            self._made[row] = _Plan(digest, made[row], newest, until.get(row, FAR))


_Rows = tuple[int, int, datetime]
_NONE: _Rows = (0, 0, FAR)


def _stands(plan: _Plan, rests_on: int, rows: _Rows, at: datetime) -> bool:
    how_many, newest, first = rows
    return plan.rests_on == rests_on and how_many == plan.rows and newest <= plan.newest and first > at


def _rows(accounts: Collection[int], at: datetime) -> dict[int, _Rows]:
    """By account: how many due rows of those planned there are, the newest of them, and the instant of the first."""
    planned = Q(kind__in=PLANNED) | Q(kind=DueKind.WARN, at__gt=at)
    told: dict[int, _Rows] = {}
    for some in batched(accounts):
        found = Due.objects.filter(planned, account__in=some).values_list("account").order_by()
        rows = found.annotate(Count("pk"), Max("pk"), Min("at"))
        told |= {account: (how_many, newest, first) for account, how_many, newest, first in rows}
    return told


def _rests_on(said: Mapping[int, int]) -> dict[int, int]:
    """The same digests, with what was decided on the accounts."""
    verdicts: dict[int, tuple[int, int]] = {}
    for some in batched(said):
        told = Verdict.objects.filter(account__in=some, verdict__in=(*RESOLVED, "deferred"))
        rows = told.values_list("account").annotate(Count("pk"), Max("pk")).order_by()
        verdicts |= {row: (how_many, newest) for row, how_many, newest in rows}
    opened: defaultdict[int, list[object]] = defaultdict(list)
    for (row, moment), due in last_due(said).items():
        opened[row].append((moment, due))
    return {
        row: hash((digest, *verdicts.get(row, ()), frozenset(opened[row]))) for row, digest in said.items()
    }


def last_due(accounts: Collection[int], at: datetime = FAR) -> dict[tuple[int, str], datetime]:
    """By account and moment, the last instant at which one that a schedule opened up to `at` is due."""
    found: dict[tuple[int, str], datetime] = {}
    for some in batched(accounts):
        opened = Occurrence.objects.filter(account__in=some, trigger="schedule", opened_at__lte=at)
        told = opened.values_list("account", "moment").annotate(Max("due_at")).order_by()
        found |= {(account, moment): due for account, moment, due in told}
    return found


def batched(accounts: Collection[int]) -> Iterator[list[int]]:
    """As many at a time as one statement may name."""
    listed = list(accounts)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))
