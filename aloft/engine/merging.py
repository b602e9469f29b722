"""What is due close to what opens: read for all candidates at once, so that the larger takes the smaller in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from aloft.act.models import Due, DueKind, Occurrence, OccurrenceState
from aloft.act.states import check
from aloft.decide.calendar import WorkCalendar
from aloft.decide.merging import Absorbers, Near, absorber, absorbers, is_close, within
from aloft.decide.values import Reason
from aloft.engagement.model import Duration
from aloft.engine import words
from aloft.engine.directory import Known
from aloft.engine.turn import Turn
from aloft.records.rows import batched

GONE = ("absorbed", "cancelled", "retracted", "skipped", "suppressed")
"""Closed so, an occurrence took nobody's time, and takes nothing in."""

AT_ONCE = 500
"""So many accounts in one statement."""

Key = tuple[int, str, str, int]
"""The row of an account, a moment, an anchor and a number: of each there is one occurrence."""


@dataclass(frozen=True)
class Surroundings:
    """What stands or is planned at the accounts of some candidates, by the accounts' rows.

    `untouched`: at least those where something stands that one of the candidates may take in.
    """

    by: Absorbers
    within: Duration
    near: Mapping[int, Sequence[Near]] = field(default_factory=dict)
    untouched: set[int] = field(default_factory=set)

    def into(self, moment: str, account: int, due: datetime, calendar: WorkCalendar) -> Near | None:
        """What takes in an occurrence that is due at `due`."""
        return absorber(moment, due, self.near.get(account, ()), self.by, self.within, calendar)


def look_around(turn: Turn, candidates: Iterable[tuple[int, str]]) -> Surroundings:
    """`candidates`: the row of an account and a moment, each."""
    model = turn.program.model
    by, apart = absorbers(model.moments), within(model)
    asked = list(candidates)
    untouched = _untouched(by, asked)
    absorbed = [(account, moment) for account, moment in asked if moment in by]
    if not absorbed:
        return Surroundings(by, apart, untouched=untouched)
    accounts, larger = sorted({account for account, _ in absorbed}), _asked(by, absorbed)
    near: dict[int, list[Near]] = {}
    for some in batched(accounts, AT_ONCE):
        near |= _near(some, larger)
    return Surroundings(by, apart, near, untouched)


def _untouched(by: Absorbers, candidates: Iterable[tuple[int, str]]) -> set[int]:
    """The accounts where something stands untouched that one of the candidates absorbs."""
    larger = frozenset[str]().union(*by.values())
    asked = {(account, moment) for account, moment in candidates if moment in larger}
    smaller = {name for name, found in by.items() if any(moment in found for _, moment in asked)}
    accounts, there = sorted({account for account, _ in asked}), set[int]()
    for some in batched(accounts, AT_ONCE):
        standing = _standing(some, smaller)
        there.update(standing.order_by().values_list("account", flat=True).distinct())
    return there


def _standing(accounts: Sequence[int], moments: Iterable[str]) -> QuerySet[Occurrence]:
    """What of these moments nobody has begun or been told of at these accounts."""
    return Occurrence.objects.filter(
        account__in=accounts,
        moment__in=sorted(moments),
        state__in=(OccurrenceState.PLANNED, OccurrenceState.OPEN),
        owner__isnull=False,
        escalations=0,
    )


def _asked(by: Absorbers, absorbed: Iterable[tuple[int, str]]) -> frozenset[str]:
    """All that may take one of these in, and what may take that in: a larger one of a larger one is among them."""
    return frozenset[str]().union(*(by[moment] for _, moment in absorbed))


def _near(accounts: Sequence[int], moments: Iterable[str]) -> dict[int, list[Near]]:
    where = Q(account__in=accounts, moment__in=sorted(moments))
    found: dict[int, list[Near]] = {}
    known: set[Key] = set()
    rows = Occurrence.objects.filter(where).order_by("due_at", "id")
    for pk, account, moment, anchor, n, due, closed_as in rows.values_list(
        "pk", "account", "moment", "anchor", "n", "due_at", "closed_as"
    ):
        known.add((account, moment, anchor, n))
        if closed_as not in GONE:
            found.setdefault(account, []).append(Near(moment, due, pk))
    planned = Due.objects.filter(where, kind=DueKind.OPEN).order_by("at", "id")
    for account, moment, anchor, n, details in planned.values_list(
        "account", "moment", "anchor", "n", "details"
    ):
        if (account, moment, anchor, n) not in known and not details.get("unmet"):
            found.setdefault(account, []).append(Near(moment, datetime.fromisoformat(details["due"])))
    return found


def reason(turn: Turn, moment: str, into: Near, surroundings: Surroundings) -> Reason:
    larger = turn.program.model.moments[into.moment]
    says = f"{into.moment} absorbs {moment} within {surroundings.within}"
    return Reason("absorbs", True, says, f"“{larger.title}” is due {words.instant(into.due)}", larger.line)


def take_in(turn: Turn, larger: Occurrence, known: Known, surroundings: Surroundings) -> None:
    """What stands untouched at the account, and is absorbed by an occurrence that has just opened, closes."""
    smaller = [name for name, by in surroundings.by.items() if larger.moment in by]
    if not smaller or known.row not in surroundings.untouched:
        return
    calendar = known.calendar(turn.program.model.clock)
    standing = _standing([known.row], smaller).exclude(pk=larger.pk)
    into = Near(larger.moment, larger.due_at, larger.pk)
    for one in standing.order_by("due_at", "id"):
        if is_close(one.due_at, larger.due_at, surroundings.within, calendar):
            _absorb(turn, one, known, into, surroundings)


def _absorb(turn: Turn, one: Occurrence, known: Known, into: Near, surroundings: Surroundings) -> None:
    one.state = check(one, "absorb")
    one.closed_as, one.closed_at = "absorbed", turn.at
    one.save(update_fields=["state", "closed_as", "closed_at"])
    one.dues.all().delete()
    turn.say(
        "absorbed", known, one.moment, one.anchor, one.n, [reason(turn, one.moment, into, surroundings)], one.pk,
        by=turn.versions.get(one.model_version_id), into=into.moment,
    )  # fmt: skip
