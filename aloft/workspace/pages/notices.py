"""What has come to me?"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from aloft.workspace import notices as kept
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Whole, or (htmx) as what the bell lets down."""
    page = main(reader_of(request))
    if request.headers.get("HX-Request"):
        return render(request, "workspace/_bell.html", dict(page.context))
    return frame.whole(request, page)


def main(reader: Reader) -> frame.Main:
    told = kept.told_to(reader.person, reader.now, selectors.names_of_the_team())
    context: dict[str, object] = {
        "crumbs": [Crumb("Notices")],
        "sentence": sentences.notices_stand(told.fresh, len(told.notices)),
        "told": told,
        "days": kept.KEPT.days,
    }
    return frame.Main("notices", "Notices", context)


@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if reader.person is None:
        raise Http404
    kept.read_all(person=reader.person, at=reader.now)
    if request.headers.get("HX-Request"):
        return frame.only(request, main(reader))
    return redirect("notices")
