"""Does the data come, is it whole, and what can be answered from it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.collect import tally
from aloft.collect.files.formulas import guarded
from aloft.collect.inbox import InboxUnavailable
from aloft.collect.models import DeadLetter, Import, Source
from aloft.collect.place import inbox_of
from aloft.collect.values import Problem
from aloft.collect.wire.again import NotSent, may_be_sent
from aloft.engine import client
from aloft.records.policies import may_import
from aloft.ui.words import counted, start_of_day
from aloft.workspace import sources
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.pages.imports import importer_or_404
from aloft.workspace.reader import Reader, Request, reader_of

SHOWN = 50  # letters, and problems, on the page of a source
BODY_SHOWN = 4_000  # characters of a body
REASONS: Mapping[str, str] = {
    "message_id_conflict": "An id that was there, with other words: the first message counts",
    "event_large": "A message of more than 32 kB: taken in",
    "clock_suspect": "A clock that cannot be right: dated by when it was received",
}
"""What the inbox notes, in words."""


@require_safe
def data(request: Request) -> HttpResponse:
    answer = client.ask("sources")
    if answer is None and request.htmx:
        return HttpResponse(status=204)  # asked again by a page that waits: it goes on as it is
    return frame.whole(request, main(reader_of(request), answer))


def main(
    reader: Reader, answer: Mapping[str, Any] | None, made: tuple[Source, str] | None = None
) -> frame.Main:
    """`made`: a source that was made just now, with its key, which is shown this once."""
    operates = may_import(reader.person)
    told = answer.get("sources") if answer else None
    answerable = levels() if told is not None else []
    context: dict[str, object] = {
        "crumbs": [Crumb("Data")],
        "operates": operates,
        "answered": told is not None,
        "levels": answerable,
        "works": sum(1 for _, works, _ in answerable if works),
        "made": made,
    }
    try:
        found = sources.lines(answer, reader.now, start_of_day(reader.now, reader.zone))
    except InboxUnavailable:
        context |= {"sentence": "The inbox cannot be read just now", "unread": True}
    else:
        context |= {
            "lines": found,
            "sentence": sources.sentence(found),
            "sub": _closes(found) if operates else "",
        }
    return frame.Main("data", "Data", context)


def _closes(found: list[sources.Line]) -> str:
    week = sources.total(line.week for line in found)
    return f"In 7 days {week.closes}." if week.received else ""


def levels() -> list[tuple[str, bool, str]]:
    """What can be answered, as the engine says; nothing where it does not."""
    answer = client.ask("levels")
    return [tuple(one) for one in answer["levels"]["answers"]] if answer and "levels" in answer else []


@require_safe
def source(request: HttpRequest, name: str) -> HttpResponse:
    reader = reader_of(request)
    importer_or_404(reader)
    return frame.whole(request, of_source(reader, name))


def of_source(reader: Reader, name: str, wrong: tuple[int, str, str] | None = None) -> frame.Main:
    """`wrong`: the letter that was refused again, why, and its text as it was mended."""
    answer = client.ask("sources")
    midnight = start_of_day(reader.now, reader.zone)
    try:
        found = sources.lines(answer, reader.now, midnight)
        noted = tally.problems_of(inbox_of(settings.ALOFT_HOME), name, SHOWN)
    except InboxUnavailable:
        raise Http404 from None
    line = next((one for one in found if one.name == name), None)
    if line is None:
        raise Http404
    letters = DeadLetter.objects.filter(source=name)
    context = {
        "crumbs": [Crumb("Data", reverse("data")), Crumb(name)],
        "sentence": sentence(line),
        "sub": f"In 7 days {line.week.closes}." if line.week.received else "",
        "line": line,
        "codes": letters.order_by().values_list("code").annotate(n=Count("pk")).order_by("-n", "code"),
        "letters": [shown(letter, wrong) for letter in letters[:SHOWN]],
        "total": letters.count(),
        "noted": [Noted(one) for one in noted],
        "imports": Import.objects.filter(source=name)[:5],
    }
    return frame.Main("source", name, {**context, "hidden": max(0, letters.count() - SHOWN)})


def sentence(line: sources.Line) -> str:
    """“helpdesk is late, and 3 of its messages wait to be mended”."""
    state = "is late" if line.standing and line.standing.is_late else "is in time"
    state = state if line.standing else "sends"
    if line.sender and not line.sender.enabled:
        state = "sends nothing more: its key is revoked"
    problems = counted(line.problems, "problem")
    return f"{line.name} {state}, with {problems if line.problems else 'no problems'}"


class Noted:
    """A problem that the inbox noted, as it is drawn."""

    def __init__(self, problem: Problem) -> None:
        self.at = problem.at
        self.says = REASONS.get(problem.reason, problem.reason.replace("_", " "))
        self.message_id = problem.message_id
        self.body = problem.body.decode("utf-8", "replace")[:BODY_SHOWN]


def shown(letter: DeadLetter, wrong: tuple[int, str, str] | None) -> dict[str, object]:
    text = bytes(letter.body).decode("utf-8", "replace")
    try:
        may_be_sent(letter)
        final = ""
    except NotSent as refused:
        final = str(refused)
    again = wrong if wrong and wrong[0] == letter.pk else None
    return {
        "row": letter,
        "text": again[2] if again else text,
        "cut": text[:BODY_SHOWN],
        "final": final,
        "wrong": again[1] if again else "",
    }


def letters_as_csv(name: str) -> list[list[str]]:
    """Head and rows, such that a spreadsheet takes none of them for a formula."""
    rows = [["received", "code", "reason", "message id", "body"]]
    for letter in DeadLetter.objects.filter(source=name).iterator(500):
        body = bytes(letter.body).decode("utf-8", "replace")
        rows.append([letter.received_at.isoformat(), letter.code, letter.message, letter.message_id, body])
    return [[guarded(cell) for cell in row] for row in rows]
