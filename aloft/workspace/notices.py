"""What a person is told besides their list: what came to them by whose hand, and which sources are late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from aloft.act.models import Verdict
from aloft.engine.models import DataAlert
from aloft.records.models import Person
from aloft.workspace.models import Seen
from aloft.workspace.news import because_of
from aloft.workspace.selectors import numbers_of

KEPT = timedelta(days=14)
SHOWN = 50
CAME = {
    "opened": ("circle-dot", "{title} opened for you"),
    "reassigned": ("user", "{title} was handed to you"),
    "escalated": ("circle-arrow-up", "{title} was escalated to you"),
}


@dataclass(frozen=True)
class Notice:
    at: datetime
    title: str
    says: str
    icon: str
    url: str
    fresh: bool


@dataclass(frozen=True)
class Told:
    """The newest first; `fresh` counts all that are unread, shown or not."""

    notices: list[Notice]
    fresh: int


def seen_by(person: Person | None) -> Seen:
    found = Seen.objects.filter(person=person).first() if person else None
    return found or Seen(person=person)


def fresh_for(person: Person | None, now: datetime, seen: Seen | None = None) -> int:
    """`seen`: what the person has seen, where it is known already."""
    seen = seen or seen_by(person)
    if person is None:
        return 0
    unread = (
        _verdicts(person, now).filter(pk__gt=seen.verdict),
        _alerts(person, now).filter(pk__gt=seen.alert),
    )
    return sum(numbers_of(person, unread))


def told_to(person: Person | None, now: datetime, names: Mapping[str, str]) -> Told:
    """`names` are those of the team, by handle."""
    seen = seen_by(person)
    rows = _verdicts(person, now).select_related("account", "occurrence").order_by("-at", "-pk")[:SHOWN]
    came = [_of_verdict(row, names, row.pk > seen.verdict) for row in rows]
    late = [_of_alert(row, row.pk > seen.alert) for row in _alerts(person, now)[:SHOWN]]
    newest = sorted([*came, *late], key=lambda notice: notice.at, reverse=True)
    return Told(newest[:SHOWN], fresh_for(person, now, seen))


def read_all(*, person: Person, at: datetime) -> None:
    """Every notice that is there now counts as read."""
    marks = {
        "verdict": _verdicts(person, at).aggregate(last=Max("pk"))["last"],
        "alert": _alerts(person, at).aggregate(last=Max("pk"))["last"],
    }
    Seen.objects.update_or_create(person=person, defaults={name: pk for name, pk in marks.items() if pk})


def _verdicts(person: Person | None, now: datetime) -> QuerySet[Verdict]:
    """What brought something to the person; not what they did themselves."""
    if person is None:
        return Verdict.objects.none()
    mine, by_engine = Q(occurrence__owner=person), Q(details__by__isnull=True)
    came = (
        Q(verdict="opened") & by_engine & mine
        | Q(verdict="reassigned") & mine & (by_engine | ~Q(details__by=person.handle))
        | Q(verdict="escalated", occurrence__escalated_to=person)
    )
    return Verdict.objects.filter(came, at__gt=now - KEPT, at__lte=now)


def _alerts(person: Person | None, now: datetime) -> QuerySet[DataAlert]:
    """For who sees everything: sources concern nobody's accounts in particular."""
    if person is None or not person.sees_everything:
        return DataAlert.objects.none()
    return DataAlert.objects.filter(since__gt=now - KEPT)


def _of_verdict(row: Verdict, names: Mapping[str, str], fresh: bool) -> Notice:
    assert row.occurrence is not None
    icon, saying = CAME[row.verdict]
    because = because_of(row, names)
    return Notice(
        at=row.at,
        title=saying.format(title=row.occurrence.title),
        says=f"{row.account.name}: {because}" if because else row.account.name,
        icon=icon,
        url=reverse("why", args=[row.occurrence.public_id]),
        fresh=fresh,
    )


def _of_alert(row: DataAlert, fresh: bool) -> Notice:
    says = "What depends on it waits, and opens nothing" if row.ended_at is None else "It has come in again"
    return Notice(row.since, f"{row.source} is late", says, "triangle-alert", reverse("today"), fresh)
