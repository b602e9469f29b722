"""How accounts stand under a model: in which segment and phase, with what MRR, and what is open at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from aloft.act.models import Occurrence, OccurrenceState, OutcomeState
from aloft.act.selectors import IN_WORK
from aloft.engine.models import Decided
from aloft.measures.models import AccountProjection, Listing
from aloft.records.models import Person
from aloft.workspace import selectors

NO_MONEY = Decimal(0)
NOT_CLOSED = [state for state in OccurrenceState if state != OccurrenceState.CLOSED]
"""Named one by one, for an index finds them by their state."""


@dataclass(frozen=True)
class Standing:
    """Of the accounts that a person sees. `accounts` by segment and phase (empty: in none), `mrr` by segment,
    `open` by moment and segment. `as_of` is None where nobody follows the model."""

    accounts: Mapping[tuple[str, str], int]
    mrr: Mapping[str, Decimal]
    open: Mapping[tuple[str, str], int]
    as_of: datetime | None

    @property
    def following(self) -> int:
        return sum(self.accounts.values())

    def in_segment(self, segment: str) -> int:
        return sum(n for (one, _), n in self.accounts.items() if one == segment)

    def in_phase(self, phase: str) -> int:
        return sum(n for (_, one), n in self.accounts.items() if one == phase)

    def open_at(self, moment: str) -> int:
        return sum(n for (one, _), n in self.open.items() if one == moment)


def standing(person: Person | None, model: str) -> Standing:
    """Few queries, however many accounts there are."""
    followers = _followers(person, model)
    rows = list(followers.values_list("segment", "phase").annotate(n=Count("pk"), mrr=Sum("mrr")))
    money: dict[str, Decimal] = {}
    for segment, _, _, mrr in rows:
        money[segment] = money.get(segment, NO_MONEY) + (mrr or NO_MONEY)
    return Standing(
        accounts={(segment, phase): n for segment, phase, n, _ in rows},
        mrr=money,
        open=_open(person, model),
        as_of=Decided.objects.values_list("at", flat=True).first() if rows else None,
    )


def _followers(person: Person | None, model: str) -> QuerySet[AccountProjection]:
    rows = projections_of(person)
    if person is None or person.sees_everything:
        return rows.filter(model=model)
    # Theirs are few, and followers nearly all: told so that no index finds these first.
    return rows.alias(followed=Coalesce("model", Value(""))).filter(followed=model)


def projections_of(person: Person | None) -> QuerySet[AccountProjection]:
    return selectors.seen_by(person, AccountProjection.objects.order_by())


def _open(person: Person | None, model: str) -> Mapping[tuple[str, str], int]:
    rows = seen_occurrences(person).filter(state__in=IN_WORK, model_version__name=model)
    listed = Listing.objects.filter(pk=OuterRef("account")).values("segment")
    counted = rows.values_list("moment", Subquery(listed)).annotate(n=Count("pk"))
    return {(moment, segment): n for moment, segment, n in counted}


def seen_occurrences(person: Person | None) -> QuerySet[Occurrence]:
    return selectors.seen_by(person, Occurrence.objects.order_by())


def following(person: Person | None) -> dict[str, int]:
    """How many accounts follow each model, by its name; those that follow none by the empty one."""
    counted = dict(projections_of(person).values_list("model").annotate(n=Count("pk")))
    unread = selectors.never_read(person) if person else 0
    return {**counted, "": counted.get("", 0) + unread} if unread else counted


@dataclass(frozen=True)
class Course:
    """What became of a moment's occurrences so far."""

    open: int
    met: int
    missed: int
    unknown: int


def course(person: Person | None, moment: str, model: str) -> Course:
    rows = seen_occurrences(person).filter(moment=moment, model_version__name=model)
    counts = rows.aggregate(
        open=Count("pk", filter=Q(state__in=IN_WORK)),
        met=Count("pk", filter=Q(outcome=OutcomeState.MET)),
        missed=Count("pk", filter=Q(outcome=OutcomeState.MISSED)),
        unknown=Count("pk", filter=Q(outcome=OutcomeState.UNKNOWN)),
    )
    return Course(**counts)


def open_of(person: Person | None, moment: str, model: str) -> QuerySet[Occurrence]:
    """Those in work, the earliest due first."""
    rows = seen_occurrences(person).filter(moment=moment, model_version__name=model, state__in=IN_WORK)
    return rows.select_related("account", "owner").order_by("due_at", "pk")


def pinned() -> dict[int, int]:
    """How many occurrences that are not closed keep to each version, by its key."""
    rows = Occurrence.objects.filter(state__in=NOT_CLOSED).order_by()
    return dict(rows.values_list("model_version").annotate(n=Count("pk")))
