"""Going back to an earlier version of a model, or taking it out of force: shown first, then done."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aloft.engine.publishing import NotPublished
from aloft.engine.returning import Return, retiring, return_to, returning
from aloft.records.models import ModelVersion
from aloft.workspace.context import Crumb
from aloft.workspace.difference import difference
from aloft.workspace.drafting import editor_or_404
from aloft.workspace.elements import title_of
from aloft.workspace.pages import frame
from aloft.workspace.reader import reader_of


@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: HttpRequest, name: str) -> HttpResponse:
    """`to`: the version to return to; without one the model goes out of force."""
    reader = reader_of(request)
    person = editor_or_404(reader)
    if not ModelVersion.objects.filter(name=name).exists():
        raise Http404
    said = request.POST if request.method == "POST" else request.GET
    to = said.get("to", "")
    try:
        found = returning(name, int(to)) if to.isdecimal() else retiring(name)
        if request.method == "POST" and said.get("from") == str(found.newest.version):
            version = return_to(found, now=reader.now, actor=person.handle, running=True)
            messages.success(request, done(found, version))
            return redirect(f"{reverse('model')}?model={name}")
    except NotPublished as refused:
        return frame.whole(request, main(name, None, str(refused)), 422)
    return frame.whole(request, main(name, found))


def done(found: Return, version: ModelVersion) -> str:
    what = f"Version {found.to} of {version.name} is back" if found.to else f"{version.name} is out of force"
    return f"{what}, as version {version.version}"


def main(name: str, found: Return | None, refused: str = "") -> frame.Main:
    crumbs = [
        Crumb("Model", f"{reverse('model')}?model={name}"),
        Crumb("Return" if found and found.to else "Retire"),
    ]
    context: dict[str, object] = {"crumbs": crumbs, "name": name, "refused": refused, "back": found}
    if found is None:
        return frame.Main("return", "Return", {**context, "sentence": "This cannot be done"})
    named = {
        verb: [title_of(one) for one in getattr(found.changes, verb)] for verb in ("comes", "goes", "differs")
    }
    told = {
        "sentence": sentence(found),
        "parts": {"Comes": named["comes"], "Goes": named["goes"], "Changes": named["differs"]},
        "found": difference(found.newest.document, found.reading.document),
        "open": sum(found.open.values()),
        "held": sorted(found.open.items()),
    }
    return frame.Main("return", "Return to an earlier version", {**context, **told})


def sentence(found: Return) -> str:
    if found.to is None:
        return f"{found.newest.name} would apply to nobody"
    return f"Version {found.to} of {found.newest.name} would come back, as version {found.number}"
