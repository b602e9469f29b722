"""The sources of data: what came of their messages, how complete each is, and what has to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count

from aloft.collect import tally
from aloft.collect.models import DeadLetter, Quarantined, Source
from aloft.collect.place import inbox_of
from aloft.engine.models import DataAlert
from aloft.ui.words import counted, effort, number

WEEK = timedelta(days=7)
OUTCOMES: Mapping[str, str] = {
    "stored": "stored", "duplicate": "duplicate", "conflict": "in conflict", "rejected": "rejected",
}  # fmt: skip
"""What becomes of a message, with the word for it: every one that is received is one of these."""


@dataclass(frozen=True)
class Came:
    """Messages of a source by what became of them, in a span of time."""

    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def received(self) -> int:
        return sum(self.counts.values())

    @property
    def closes(self) -> str:
        """“1,204 received = 1,200 stored + 4 duplicate + 0 in conflict + 0 rejected”."""
        parts = (f"{number(self.counts.get(name, 0))} {word}" for name, word in OUTCOMES.items())
        return f"{number(self.received)} received = {' + '.join(parts)}"

    @property
    def stored(self) -> int:
        return self.counts.get("stored", 0)


@dataclass(frozen=True)
class Standing:
    """How complete a source is, as the engine says or, where it does not answer, as its alert was kept."""

    last: datetime | None = None
    complete_to: datetime | None = None
    usual: timedelta | None = None
    late_since: datetime | None = None

    @property
    def is_late(self) -> bool:
        return self.late_since is not None

    @property
    def gap(self) -> str:
        """“2 h”: within which something usually arrives."""
        return effort(round(self.usual.total_seconds() / 60)) if self.usual else ""


@dataclass(frozen=True)
class Line:
    """A source in the list; `sender` is None for one that only a model names."""

    name: str
    sender: Source | None
    standing: Standing | None
    last: datetime | None
    today: Came
    week: Came
    problems: int
    quarantined: int


def lines(answer: Mapping[str, Any] | None, now: datetime, midnight: datetime) -> list[Line]:
    """Of every source that sends, or that a model names; `answer` is the engine's. Raises InboxUnavailable."""
    senders = {source.name: source for source in Source.objects.all()}
    standings = standings_of(answer.get("sources") if answer else None)
    lasts = answer.get("senders", {}) if answer else {}
    week, today = came(now - WEEK), came(midnight)
    kept, aside = problems(), quarantined()
    return [
        Line(
            name=name,
            sender=senders.get(name),
            standing=standings.get(name),
            last=_last(standings.get(name), lasts.get(name)),
            today=today.get(name, Came()),
            week=week.get(name, Came()),
            problems=kept.get(name, 0),
            quarantined=aside.get(name, 0),
        )
        for name in sorted({*senders, *standings, *week})
    ]


def _last(standing: Standing | None, sent: str | None) -> datetime | None:
    """Of the source as a model means it, else of who is called so."""
    return standing.last if standing and standing.last else _instant(sent)


def standings_of(told: Sequence[Mapping[str, Any]] | None) -> dict[str, Standing]:
    alerts = {alert.source: alert for alert in DataAlert.objects.filter(ended_at=None)}
    if told is None:
        return {name: Standing(one.last, one.mark, None, one.since) for name, one in alerts.items()}
    return {str(one["source"]): _standing(one, alerts.get(one["source"])) for one in told}


def _standing(one: Mapping[str, Any], alert: DataAlert | None) -> Standing:
    mark, usual = _instant(one["complete_to"]), one["usual_gap_seconds"]
    return Standing(
        last=_instant(one["last"]),
        complete_to=mark,
        usual=timedelta(seconds=usual) if usual else None,
        late_since=(alert.since if alert else mark) if one["late"] else None,
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def came(since: datetime) -> dict[str, Came]:
    """By source, from the hour of `since` on. Raises InboxUnavailable."""
    counts: dict[str, dict[str, int]] = {}
    for one in tally.tallies(inbox_of(settings.ALOFT_HOME), since):
        of = counts.setdefault(one.source, {})
        of[str(one.outcome)] = of.get(str(one.outcome), 0) + one.n
    for source, n in _rejected(since).items():
        counts.setdefault(source, {})["rejected"] = n
    return {source: Came(of) for source, of in counts.items()}


def _rejected(since: datetime) -> dict[str, int]:
    """Messages that were judged unfit; a request that could not be read as a whole held nobody knows how many."""
    rows = DeadLetter.objects.filter(received_at__gte=_hour(since), index__isnull=False).order_by()
    return dict(rows.values_list("source").annotate(n=Count("pk")))


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def problems() -> dict[str, int]:
    """By source: dead letters, and what the inbox noted of stored or refused messages."""
    counts = dict(DeadLetter.objects.order_by().values_list("source").annotate(n=Count("pk")))
    for (source, _), n in tally.reasons(inbox_of(settings.ALOFT_HOME)).items():
        counts[source] = counts.get(source, 0) + n
    return counts


def quarantined() -> dict[str, int]:
    return dict(Quarantined.objects.order_by().values_list("source").annotate(n=Count("pk")))


def total(lines: Iterable[Came]) -> Came:
    counts: dict[str, int] = {}
    for one in lines:
        for name, n in one.counts.items():
            counts[name] = counts.get(name, 0) + n
    return Came(counts)


def sentence(found: Sequence[Line]) -> str:
    """“1 of 3 sources is late”; “2 sources are in time, 1,204 events came today”."""
    if not found:
        return "Nothing sends data yet"
    late = sum(1 for line in found if line.standing and line.standing.is_late)
    sources = counted(len(found), "source")
    if late:
        return f"{number(late)} of {sources} {'is' if late == 1 else 'are'} late"
    events = counted(sum(line.today.stored for line in found), "event")
    return f"{sources} {'is' if len(found) == 1 else 'are'} in time; {events} came today"
