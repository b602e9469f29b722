"""Who needs me now?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from aloft.act import sessions
from aloft.act.models import Occurrence
from aloft.engine.models import DataAlert, Decided
from aloft.records.models import Change, Person
from aloft.ui import words
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb
from aloft.workspace.next_in_line import next_in_line
from aloft.workspace.pages import frame
from aloft.workspace.playbook import tasks_of
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.rows import Row, row
from aloft.workspace.since import since_yesterday
from aloft.workspace.week import my_week

SHOWN, OF_THE_TEAM, NEWS_SHOWN = 50, 15, 8
UNREAD = timedelta(minutes=1)
BY_PRIORITY = ("rank", "due_at", "id")
"""Among what is late, due today or due this week (`domain.md` 3.7)."""


@dataclass(frozen=True)
class Section:
    title: str
    moments: int
    note: str
    rows: list[Row]

    @property
    def hidden(self) -> int:
        return self.moments - len(self.rows)


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    asked = request.GET
    page = main(reader_of(request), opened=asked.get("open", ""), all_news="news" in asked)
    return frame.whole(request, page)


def main(reader: Reader, opened: str = "", all_news: bool = False) -> frame.Main:
    load = reader.load
    as_of, unread = decided_at(reader.now)
    team = list(Person.objects.order_by())
    news = since_yesterday(reader, {one.handle: one.name for one in team})
    context: dict[str, object] = {
        "crumbs": [Crumb("Today")],
        "sentence": sentences.needs_you(load, team=reader.sees_everything),
        "sub": sentences.closes_the_sum(load),
        "load": load,
        "sections": sections(reader),
        "tasks": tasks_of(reader.person)[:SHOWN],
        "news": news if all_news else news[:NEWS_SHOWN],
        "more_news": 0 if all_news else max(0, len(news) - NEWS_SHOWN),
        "all_news": len(news),
        "week": my_week(reader, team),
        "next_in_line": next_in_line(reader),
        "behind_since": unread,
        "alerts": alerts(reader),
        "as_of": as_of,
        "opened": opened,
        "show_owner": reader.sees_everything,
    }
    return frame.Main("today", "Today", context)


def sections(reader: Reader) -> list[Section]:
    tallies = selectors.tallies(reader.person, reader.ahead, reader.automated)
    rows = rows_of(reader, [name for name, tally in tallies.items() if tally.moments])
    return [
        Section(name, tallies[name].moments, words.effort(tallies[name].minutes), found)
        for name, found in rows.items()
    ]


def rows_of(reader: Reader, names: Sequence[str]) -> dict[str, list[Row]]:
    """By section. The first are found among narrow rows, and only they are read whole."""
    most = OF_THE_TEAM if reader.sees_everything else SHOWN
    work = sessions.once(selectors.work_of(reader.person, reader.automated), selectors.WAITING)
    firsts = work.order_by(*BY_PRIORITY).values_list("pk", flat=True)
    within = reader.ahead.sections()
    keys = {name: list(firsts.filter(within[name])[:most]) for name in names}
    section = {key: name for name, some in keys.items() for key in some}
    full = Occurrence.objects.select_related("account__health", *selectors.WITH_A_ROW)
    listed = list(full.filter(pk__in=section).order_by(*BY_PRIORITY))
    served = selectors.served_with(reader.person, listed)
    found: dict[str, list[Row]] = {name: [] for name in names}
    for one in listed:
        found[section[one.pk]].append(row(one, reader.now, served.get(one.pk, ())))
    return found


@dataclass(frozen=True)
class Alert:
    """A source that is late; `usual`: within what time something usually arrives, in words."""

    source: str
    last: datetime | None
    mark: datetime
    usual: str


def alerts(reader: Reader) -> list[Alert]:
    """For who sees everything: sources concern nobody's accounts in particular."""
    if not reader.sees_everything:
        return []
    standing = DataAlert.objects.filter(ended_at=None).order_by("source")
    return [Alert(row.source, row.last, row.mark, _usual(row.usual_seconds)) for row in standing]


def _usual(seconds: int | None) -> str:
    return words.effort(round(seconds / 60)) if seconds else ""


def decided_at(now: datetime) -> tuple[datetime | None, datetime | None]:
    """Up to when the engine has decided; and since when it has left edits unread, if that is longer than it takes
    when it runs and is not busy."""
    waiting = Change.objects.filter(at__lt=now - UNREAD).order_by("pk")
    unread = Subquery(waiting.filter(pk__gt=OuterRef("changes")).values("at")[:1])
    found = Decided.objects.order_by("pk").values_list("at", unread).first()
    return found or (None, waiting.values_list("at", flat=True).first())
