"""What happened at an account, in one line of time: facts, touches, moments, and changes of what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby, pairwise

from django.urls import reverse

from aloft.act.models import Occurrence, Verdict
from aloft.measures.goals import plan_of
from aloft.measures.models import Signal
from aloft.records.models import RecordedFact
from aloft.ui.words import counted, humanised, number
from aloft.workspace.forms import PULSE_WORDS
from aloft.workspace.history import History
from aloft.workspace.selectors import there
from aloft.workspace.sentences import scored_as
from aloft.workspace.story import Story

KINDS = {"facts": "Facts", "touches": "Touches", "moments": "Moments", "changes": "Changes"}
SHOWN, AHEAD = 20, 5
OURS = ("", "records")


@dataclass(frozen=True)
class Entry:
    """`icon` is a lucide name; `is_moment` is drawn in the accent. `day_only`: nobody knows the time of day."""

    at: datetime
    icon: str
    title: str
    says: str = ""
    url: str = ""
    is_moment: bool = False
    day_only: bool = False


@dataclass(frozen=True)
class Day:
    day: date
    entries: list[Entry]


@dataclass(frozen=True)
class Asked:
    """`shown` are kinds of entries; `before` is where the page begins, None for now."""

    shown: tuple[str, ...] = tuple(KINDS)
    before: datetime | None = None


@dataclass(frozen=True)
class Timeline:
    """`earlier` is where the next page begins, None at the end."""

    ahead: list[Entry]
    days: list[Day]
    earlier: datetime | None


def read_asked(shown: Sequence[str], before: str) -> Asked:
    kinds = tuple(kind for kind in KINDS if kind in shown)
    try:
        at = datetime.fromisoformat(before) if before else None
    except ValueError:
        at = None
    return Asked(kinds or tuple(KINDS), at if at and at.tzinfo else None)


def timeline(history: History, asked: Asked, now: datetime, zone: tzinfo, story: Story | None) -> Timeline:
    """The newest first, a page of them; what is ahead stands above the first page."""
    before = asked.before or now + timedelta(seconds=1)
    found = [
        entry for kind in asked.shown for read in _READ[kind] for entry in read(history, before, zone, story)
    ]
    found.sort(key=lambda entry: entry.at, reverse=True)
    page = found[:SHOWN]
    days = [
        Day(day, list(entries))
        for day, entries in groupby(page, key=lambda entry: entry.at.astimezone(zone).date())
    ]
    first = asked.before is None and "moments" in asked.shown
    return Timeline(
        ahead(history, now) if first else [], days, page[-1].at if len(found) > len(page) else None
    )


def ahead(history: History, now: datetime) -> list[Entry]:
    """What is due next, the last of it first."""
    rows = [one for one in history.waiting if one.due_at > now][:AHEAD]
    return [_due(one) for one in reversed(rows)]


def _due(one: Occurrence) -> Entry:
    return Entry(one.due_at, "circle-dashed", one.title, one.objective, _why(one), is_moment=True)


def _why(one: Occurrence) -> str:
    return reverse("why", args=[one.public_id])


def _verdicts(history: History, before: datetime, _zone: tzinfo, _story: Story | None) -> Iterator[Entry]:
    rows = Verdict.objects.filter(account__in=there(history.account), at__lt=before).select_related(
        "occurrence"
    )
    for one in rows.order_by("-at", "-id")[: SHOWN + 1]:
        title = one.occurrence.title if one.occurrence else humanised(one.moment)
        says = one.occurrence.because if one.occurrence and one.verdict == "opened" else _reason(one)
        url = _why(one.occurrence) if one.occurrence else ""
        yield Entry(one.at, f"state:{one.verdict}", f"{title}: {one.verdict}", says, url, is_moment=True)


def _reason(one: Verdict) -> str:
    """What the rule found, or what is noted beside it."""
    if "template" in one.details:
        told = (
            f"{one.details['template']} to {one.details.get('reader', 'nobody')} by {one.details['channel']}"
        )
        return ": ".join([told, *(str(reason.get("found") or "") for reason in one.reasons)])
    found = [str(reason.get("found") or "") for reason in one.reasons] + [str(one.details.get("note", ""))]
    return next((text for text in found if text), "")


def _touches(history: History, before: datetime, _zone: tzinfo, _story: Story | None) -> Iterator[Entry]:
    rows = RecordedFact.objects.filter(
        account__in=there(history.account), occurred_at__lt=before, withdrawn_at=None
    )
    for one in rows.select_related("contact", "noted_by").order_by("-occurred_at", "-id")[: SHOWN + 1]:
        whom = f": {one.contact}" if one.contact else ""
        who = f"Noted by {one.noted_by.name}" if one.noted_by else ""
        said = f"“{one.remark}”" if one.remark else ""
        says = ". ".join(part for part in (one.value, said, who) if part)
        yield Entry(one.occurred_at, "message-square", f"{humanised(one.fact)}{whom}", says)


def _events(_history: History, before: datetime, _zone: tzinfo, story: Story | None) -> Iterator[Entry]:
    for one in story.days if story else []:
        if one.at < before:
            times = f"{number(one.times)} times that day, last then" if one.times > 1 else ""
            yield Entry(one.at, "zap", one.name, times)


def _signals(history: History, before: datetime, _zone: tzinfo, _story: Story | None) -> Iterator[Entry]:
    raised = [one for one in history.signals if one.raised and one.at < before]
    rows = sorted(raised, key=lambda one: (one.detector, one.day))
    for _, stretch in groupby(rows, key=lambda one: one.detector):
        for run in _runs(list(stretch)):
            yield Entry(run[0].at, "activity", f"{run[0].detector} is raised", run[0].says)


def _runs(days: list[Signal]) -> Iterator[list[Signal]]:
    """Days that follow each other: a signal is kept for each day that it stands."""
    run = days[:1]
    for before, one in pairwise(days):
        if (one.day - before.day).days > 1:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _bands(history: History, before: datetime, zone: tzinfo, _story: Story | None) -> Iterator[Entry]:
    """The days on which health changed its band or its profile, in the order of days."""
    for was, one in pairwise(history.health):
        at = _midnight(one.day + timedelta(days=1), zone)
        if (was.band, was.profile) == (one.band, one.profile) or at >= before:
            continue
        score = "no score" if one.score is None else f"{one.score:.0f}"
        turned = f"{was.band} → {one.band}" if was.band != one.band else f"stays {one.band}"
        says = f"At {score}. {scored_as(one.profile)}" if scored_as(one.profile) else f"At {score}"
        yield Entry(at, "heart-pulse", f"Health {turned}", says, day_only=True)


def _pulses(history: History, before: datetime, _zone: tzinfo, _story: Story | None) -> Iterator[Entry]:
    for one in [one for one in history.pulses if one.given_at < before][: SHOWN + 1]:
        who = one.person.name if one.person else "Somebody who has left"
        yield Entry(one.given_at, "user", f"{who}: {one.score} of 6, {PULSE_WORDS[one.score]}", one.reason)


def _amendments(history: History, before: datetime, _zone: tzinfo, _story: Story | None) -> Iterator[Entry]:
    rows = [one for one in history.lines if one.recorded_at < before]
    for one in sorted(rows, key=lambda one: (one.recorded_at, one.pk), reverse=True)[: SHOWN + 1]:
        until = f" until {one.ends_on:%-d %b %Y}" if one.ends_on else ""
        says = f"From {one.starts_on:%-d %b %Y}{until}"
        title = f"{one.product or one.line}: {number(one.mrr)} {one.currency} a month"
        seats = f", {counted(one.seats, 'seat')}" if one.seats else ""
        yield Entry(one.recorded_at, "file-text", f"{title}{seats}", says)


def _plan(history: History, before: datetime, _zone: tzinfo, _story: Story | None) -> Iterator[Entry]:
    plan = plan_of(history.account)
    for at, title in ((plan.agreed_at, "agreed"), (plan.reviewed_at, "reviewed")) if plan else ():
        if at and at < before:
            whom = f"With {plan.agreed_by}" if plan and plan.agreed_by and title == "agreed" else ""
            yield Entry(at, "flag", f"Success plan {title}", whom)


def _told(_history: History, before: datetime, _zone: tzinfo, story: Story | None) -> Iterator[Entry]:
    for one in story.told if story else []:
        if one.at < before:
            value = "nothing" if one.value is None else str(one.value)
            says = "Set here" if one.source in OURS else f"Told by {one.source}"
            yield Entry(one.at, "pencil", f"{humanised(one.field)}: {value}", says)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


Read = Callable[[History, datetime, tzinfo, Story | None], Iterable[Entry]]
_READ: dict[str, tuple[Read, ...]] = {
    "facts": (_events, _signals, _bands),
    "touches": (_touches,),
    "moments": (_verdicts,),
    "changes": (_pulses, _amendments, _plan, _told),
}
