"""Group sessions: the occurrences of a moment that are due at one instant are one effort, of one owner."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from aloft.act.models import Occurrence, OccurrenceState

UNDONE = (OccurrenceState.PLANNED, OccurrenceState.OPEN, OccurrenceState.STARTED)
TELLS_APART = ("moment", "due_at", "role")


def all_of(one: Occurrence) -> QuerySet[Occurrence]:
    """Every occurrence that the same session serves, the first opened first; without a session none."""
    same = Occurrence.objects.filter(group=True, **{name: getattr(one, name) for name in TELLS_APART})
    return same.order_by("pk") if one.group else same.none()


def others(one: Occurrence) -> QuerySet[Occurrence]:
    return all_of(one).exclude(pk=one.pk)


def once(rows: QuerySet[Occurrence], states: Collection[str]) -> QuerySet[Occurrence]:
    """Of these rows, each session by its first occurrence in one of these states: its effort counts once."""
    same = {name: OuterRef(name) for name in TELLS_APART}
    earlier = Occurrence.objects.filter(group=True, state__in=states, pk__lt=OuterRef("pk"), **same)
    return rows.filter(Q(group=False) | ~Exists(earlier))
