"""Which due rows stand: an account is planned anew only where what its due rows rest on has changed.

They rest on what a frame says of it, on what was decided of it, and on time: once one of them has come, or what is
next has passed, they are made again. What was planned is stored with them, and the next process goes on from there
if it is of the same code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q

from aloft.act.models import Due, DueKind, Occurrence, Verdict
from aloft.engine.models import Planned
from aloft.records.rows import among, batched, put, told

PLANNED = (DueKind.OPEN, DueKind.DEADLINE, DueKind.PHASE)
RESOLVED = ("satisfied", "opened", "skipped", "absorbed", "suppressed")
FAR = datetime(9000, 1, 1, tzinfo=UTC)


def digest_of(*told: object) -> int:
    """63 bits of what `repr` says of each, the same in every process of this code."""
    said = blake2b(repr(told).encode(), digest_size=8, key=_code()).digest()
    return int.from_bytes(said, "big") >> 1


@cache
def _code() -> bytes:
    """Of all that dates: our own rooms for it, and whose calendars they read."""
    ours = Path(__file__).parent
    files = sorted([*ours.glob("*.py"), *(ours.parent / "decide").glob("*.py")])
    told = [
        *(file.read_bytes() for file in files),
        *(version(name).encode() for name in ("holidays", "tzdata")),
    ]
    return blake2b(b"".join(told), digest_size=16).digest()


class Said(NamedTuple):
    """What a frame says of an account: whether each moment meets it, and absorbs nothing there, a byte each; and a
    digest of all else that its due rows rest on."""

    flags: bytes
    digest: int


class Layout(NamedTuple):
    """What `Said` is of: the moment of each flag, those that absorb others once more; and what else was read."""

    flags: tuple[str, ...]
    read: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """`decided`: a digest of what was decided on the account. `newest`: no key of its rows is above. `until`: when what
    is next passes."""

    said: Said
    decided: int
    rows: int
    newest: int
    until: datetime

    def stored(self) -> tuple[object, ...]:
        return (*self.said, self.decided, self.rows, self.newest, self.until)


class Plans:
    """What was planned by one version of a model; accounts are rows of `records`."""

    def __init__(self, version: int | None = None) -> None:
        """`version`: of the database; what one that is not there plans is stored nowhere."""
        self._version = version
        self._known: dict[int, _Plan] | None = None
        self._layout = Layout((), ())
        self._before: tuple[Plans, frozenset[str]] | None = None

    @property
    def _made(self) -> dict[int, _Plan]:
        if self._known is None:
            self._known = {} if self._version is None else _stored(self._version)
        return self._known

    def reread(self) -> None:
        """What was planned may not have been stored."""
        self._known = self._before = None

    def forget(self) -> None:
        """It holds no more."""
        self._known, self._before = {}, None
        if self._version is not None:
            Planned.objects.filter(version=self._version).delete()

    def follow(self, before: Plans, alike: frozenset[str]) -> None:
        """The version takes the place of one that makes the due rows of these moments alike of the same ground."""
        self._before = (before, alike) if alike else None

    def stand_alone(self) -> None:
        """What the version before has planned holds no more."""
        if self._before is not None:
            self._before[0].forget()
        self._before = None

    def standing(self, at: datetime, said: Mapping[int, Said]) -> set[int]:
        """The accounts whose due rows stand. `said`: of those in question, what a frame says."""
        return self._standing(at, {row: one for row, one in said.items() if self._says(row) == one})

    def _says(self, row: int) -> Said | None:
        plan = self._made.get(row)
        return plan.said if plan else None

    def _standing(self, at: datetime, asked: Collection[int]) -> set[int]:
        """Of accounts of which the frame says what it said, those for which nothing was decided and nothing is due."""
        known = [row for row in asked if at < self._made[row].until]
        decided, rows = _decided(known), _rows(known, at)
        return {row for row in known if _stands(self._made[row], decided[row], rows.get(row, _NONE), at)}

    def but_for(self, at: datetime, said: Mapping[int, Said], layout: Layout) -> tuple[set[int], set[str]]:
        """The accounts whose due rows stand as the version before has made them but for those of some moments, which
        are named beside them."""
        if self._before is None or self._before[0]._layout.read != layout.read:
            return set(), set()
        before, alike = self._before
        was, now = _flags(before._layout, alike), _flags(layout, alike)
        same = [
            row
            for row, one in said.items()
            if (plan := before._made.get(row)) is not None
            and plan.said.digest == one.digest
            and was(plan.said.flags) == now(one.flags)
        ]
        return before._standing(at, same), {*before._layout.flags, *layout.flags} - alike

    def keep(
        self, said: Mapping[int, Said], layout: Layout, made: Mapping[int, int], until: Mapping[int, datetime]
    ) -> None:
        """These were planned just now: how many due rows they have, and when what is next passes, by account."""
        self._layout = layout
        newest = _newest()
        self._keep(
            {
                row: _Plan(said[row], decided, made[row], newest, until.get(row, FAR))
                for row, decided in _decided(said).items()
            }
        )

    def keep_partly(
        self, said: Mapping[int, Said], layout: Layout, more: Mapping[int, int], until: Mapping[int, datetime]
    ) -> None:
        """The same of those that stood but for some moments, and on which nothing was decided; `more`: how many more
        due rows they have than before."""
        assert self._before is not None
        self._layout = layout
        newest, before = _newest(), self._before[0]._made
        made: dict[int, _Plan] = {}
        for row, one in said.items():
            was = before[row]
            first = min(until.get(row, FAR), was.until)
            made[row] = _Plan(one, was.decided, was.rows + more[row], newest, first)
        self._keep(made)

    def _keep(self, made: Mapping[int, _Plan]) -> None:
        self._made.update(made)
        if self._version is not None:
            rows = ((self._version, row, *one.stored()) for row, one in made.items())
            put(Planned, ("version_id", "account_id", *_PLAN), rows, unique=("version_id", "account_id"))


_PLAN = ("flags", "digest", "decided", "rows", "newest", "until")
"""The columns of a plan, in the order of `_Plan.stored`."""


def _stored(version: int) -> dict[int, _Plan]:
    stored = told(Planned.objects.filter(version=version), ("account_id", *_PLAN))
    return {
        row: _Plan(Said(bytes(flags), digest), decided, rows, newest, until.replace(tzinfo=UTC))
        for row, flags, digest, decided, rows, newest, until in stored
    }


def _newest() -> int:
    newest: int | None = Due.objects.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


_Rows = tuple[int, int, datetime]
_NONE: _Rows = (0, 0, FAR)


def _flags(layout: Layout, moments: Collection[str]) -> Callable[[bytes], object]:
    """What the flags of these moments say, in an order that no text decides."""
    return itemgetter(
        *(i for _, i in sorted((name, i) for i, name in enumerate(layout.flags) if name in moments))
    )


def _stands(plan: _Plan, decided: int, rows: _Rows, at: datetime) -> bool:
    how_many, newest, first = rows
    return plan.decided == decided and how_many == plan.rows and newest <= plan.newest and first > at


def _rows(accounts: Collection[int], at: datetime) -> dict[int, _Rows]:
    """By account: how many due rows of those planned there are, the newest of them, and the instant of the first."""
    planned = Q(kind__in=PLANNED) | Q(kind=DueKind.WARN, at__gt=at)
    found: dict[int, _Rows] = {}
    for some in batched(accounts):
        theirs = Due.objects.filter(planned, account__in=among(some)).values_list("account").order_by()
        rows = theirs.annotate(Count("pk"), Max("pk"), Min("at"))
        found |= {account: (how_many, newest, first) for account, how_many, newest, first in rows}
    return found


def _decided(accounts: Collection[int]) -> dict[int, int]:
    """By account, a digest of what was decided on it."""
    verdicts: dict[int, tuple[int, int]] = {}
    for some in batched(accounts):
        found = Verdict.objects.filter(account__in=among(some), verdict__in=(*RESOLVED, "deferred"))
        rows = found.values_list("account").annotate(Count("pk"), Max("pk")).order_by()
        verdicts |= {row: (how_many, newest) for row, how_many, newest in rows}
    opened: defaultdict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for (row, moment), due in last_due(accounts).items():
        opened[row].append((moment, due))
    return {row: digest_of(verdicts.get(row), sorted(opened[row], key=itemgetter(0))) for row in accounts}


def last_due(accounts: Collection[int], at: datetime = FAR) -> dict[tuple[int, str], datetime]:
    """By account and moment, the last instant at which one that a schedule opened up to `at` is due."""
    found: dict[tuple[int, str], datetime] = {}
    for some in batched(accounts):
        opened = Occurrence.objects.filter(account__in=among(some), trigger="schedule", opened_at__lte=at)
        last = opened.values_list("account", "moment").annotate(Max("due_at")).order_by()
        found |= {(account, moment): due for account, moment, due in last}
    return found
