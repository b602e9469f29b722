"""Who are we? The people of the team: role, hours, what they know, speak and serve, and when they are away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.records.models import Leave, Person
from aloft.records.policies import may_staff
from aloft.ui.words import counted
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of


@dataclass(frozen=True)
class Member:
    """`away`: their leave that is not over, the next first; days are theirs, both included."""

    person: Person
    away: tuple[Leave, ...]
    on_leave: bool
    may_change: bool


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    found = members(reader)
    away = sum(one.on_leave for one in found)
    says = f"{counted(len(found), 'person', 'people')} on the team" + (f", {away} away" if away else "")
    crumbs = [Crumb("Model", reverse("model")), Crumb("The team")]
    return frame.whole(
        request, frame.Main("team", "The team", {"crumbs": crumbs, "sentence": says, "members": found})
    )


def members(reader: Reader) -> list[Member]:
    today = reader.now.date()
    coming: defaultdict[int, list[Leave]] = defaultdict(list)
    for leave in Leave.objects.filter(last_day__gte=today).order_by("first_day", "last_day", "pk"):
        coming[leave.person_id].append(leave)
    return [
        Member(one, tuple(coming[one.pk]), _away(coming[one.pk], today), may_staff(reader.person, one))
        for one in Person.objects.select_related("backup").order_by("role", "name", "pk")
    ]


def _away(leaves: list[Leave], today: date) -> bool:
    return any(leave.first_day <= today < leave.last_day + timedelta(days=1) for leave in leaves)
