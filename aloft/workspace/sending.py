"""What operations do about sources: make one, revoke its key, mend what was refused, and take it along."""

from __future__ import annotations

import csv
from io import StringIO

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from aloft.collect.inbox import Inbox, InboxUnavailable, Outcome
from aloft.collect.models import DeadLetter, Source
from aloft.collect.place import inbox_of
from aloft.collect.services import create_source, disable_source, keep_events
from aloft.collect.wire.again import NotSent, send_again
from aloft.engine import client
from aloft.records.refusals import Refused
from aloft.ui.words import counted
from aloft.workspace.importing import attached
from aloft.workspace.pages import data as page
from aloft.workspace.pages import frame
from aloft.workspace.pages.imports import importer_or_404
from aloft.workspace.reader import reader_of

CAME = {
    Outcome.stored: "Taken in",
    Outcome.duplicate: "It was there already, and counts once",
    Outcome.conflict: "Its id belongs to another message, which counts",
}


@require_POST
def make_source(request: HttpRequest) -> HttpResponse:
    """The key is in this answer alone: going back or reloading does not show it again."""
    reader = reader_of(request)
    importer_or_404(reader)
    name = " ".join(request.POST.get("name", "").split())
    try:
        made = create_source(name=name, at=reader.now)
    except ValidationError as refused:
        shown = page.main(reader, client.ask("sources"))
        wrong = {"wrong": "; ".join(refused.messages), "name": name}
        return frame.whole(request, frame.Main(shown.name, shown.title, {**shown.context, **wrong}), 422)
    return frame.whole(request, page.main(reader, client.ask("sources"), made))


@require_POST
def revoke(request: HttpRequest, source_id: int) -> HttpResponse:
    importer_or_404(reader_of(request))
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise Http404
    disable_source(source=source)
    messages.success(request, f"Revoked the key of {source.name}: it stops working within seconds")
    return redirect("source", source.name)


@require_POST
def keep(request: HttpRequest, source_id: int) -> HttpResponse:
    """For how many days raw events are kept; nothing is for ever."""
    reader = reader_of(request)
    person = importer_or_404(reader)
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise Http404
    told = request.POST.get("days", "").strip()
    try:
        days = int(told) if told else None
        keep_events(source=source, days=days, actor=person.handle, at=reader.now)
    except Refused as refused:
        messages.error(request, f"Not set: {refused.problem}")
    except ValueError:
        messages.error(request, f"Not set: “{told[:40]}” is no number of days")
    else:
        for_how_long = f"for {counted(days, 'day')}, and rolled up after" if days else "for ever"
        messages.success(request, f"Raw events of {source.name} are kept {for_how_long}")
    return redirect("source", source.name)


@require_POST
def mend_letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    reader = reader_of(request)
    importer_or_404(reader)
    letter = DeadLetter.objects.filter(pk=letter_id).first()
    if letter is None:
        raise Http404
    text, name = request.POST.get("body", ""), letter.source
    inbox = Inbox(inbox_of(settings.ALOFT_HOME))
    try:
        came = send_again(letter=letter, body=text.encode(), inbox=inbox)
    except (NotSent, InboxUnavailable, ValueError) as refused:
        messages.error(request, f"Not sent: {refused}")
        return redirect("source", name)
    finally:
        inbox.close()
    if isinstance(came, Outcome):
        messages.success(request, CAME[came])
        return redirect("source", name)
    return frame.whole(request, page.of_source(reader, name, (letter_id, came.message, text)), 422)


@require_safe
def letters(request: HttpRequest, name: str) -> HttpResponse:
    """Every message of the source that was refused, as CSV."""
    importer_or_404(reader_of(request))
    out = StringIO()
    csv.writer(out).writerows(page.letters_as_csv(name))
    return attached("\ufeff" + out.getvalue(), "text/csv", f"refused-{name}.csv")
