"""Who needs me now?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from aloft.act.models import Verdict
from aloft.engine.models import DataAlert, Decided
from aloft.ui import words
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb
from aloft.workspace.horizon import Horizon, horizon
from aloft.workspace.news import News, news_of
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.rows import Row, row

SHOWN, NEWS_SHOWN = 50, 8


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
    return frame.whole(request, main(reader_of(request), opened=request.GET.get("open", "")))


def main(reader: Reader, opened: str = "") -> frame.Main:
    ahead = horizon(reader.now, reader.zone)
    load = selectors.load_of(reader.person, ahead)
    context: dict[str, object] = {
        "crumbs": [Crumb("Today")],
        "sentence": sentences.needs_you(load, team=reader.sees_everything),
        "sub": sentences.closes_the_sum(load),
        "load": load,
        "sections": sections(reader, ahead),
        "news": recent(reader),
        "alerts": alerts(reader),
        "as_of": decided_at(),
        "opened": opened,
        "show_owner": reader.sees_everything,
    }
    return frame.Main("today", "Today", context)


def sections(reader: Reader, ahead: Horizon) -> list[Section]:
    tallies = selectors.tallies(reader.person, ahead)
    return [
        Section(name, tallies[name].moments, words.effort(tallies[name].minutes), rows_of(reader, within))
        for name, within in ahead.sections().items()
        if tallies[name].moments
    ]


def rows_of(reader: Reader, within: Q) -> list[Row]:
    waiting = selectors.work_of(reader.person).filter(within)
    full = waiting.select_related("account__projection", "owner", "escalated_to", "model_version")
    return [row(occurrence, reader.now) for occurrence in full.order_by("due_at", "id")[:SHOWN]]


def recent(reader: Reader) -> list[News]:
    verdicts: list[Verdict] = selectors.recent_verdicts(reader.person, reader.now, NEWS_SHOWN)
    names = selectors.names_of_the_team()
    return [news_of(verdict, names) for verdict in verdicts]


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


def decided_at() -> datetime | None:
    decided = Decided.objects.order_by("pk").first()
    return decided.at if decided else None
