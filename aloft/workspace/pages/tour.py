"""The tour of five steps: shown to a newcomer, and again to whoever asks for it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from aloft.workspace.models import Seen
from aloft.workspace.reader import reader_of


@require_POST
def walked(request: HttpRequest) -> HttpResponse:
    """To its end or skipped: it does not come by itself again."""
    reader = reader_of(request)
    if reader.person is None:
        raise Http404
    Seen.objects.update_or_create(person=reader.person, defaults={"toured_at": reader.now})
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect("today")
