"""What does a version of a model say, and what did it change?"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.records.models import ModelVersion
from aloft.ui.code import lines
from aloft.ui.words import counted
from aloft.workspace.context import Crumb
from aloft.workspace.difference import Difference, difference
from aloft.workspace.elements import title_of
from aloft.workspace.pages import frame

NAMED = 3  # parts that a sentence names


@require_safe
def version(request: HttpRequest, name: str, number: int) -> HttpResponse:
    others = list(ModelVersion.objects.defer("document").filter(name=name).order_by("-version"))
    shown = _found(others, number)
    wanted = request.GET.get("against", "")
    against = _found(others, int(wanted)) if wanted.isascii() and wanted.isdigit() else before(others, shown)
    return frame.whole(request, main(shown, against, others))


@require_safe
def document(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The text of a version as a file."""
    found = ModelVersion.objects.filter(name=name, version=number).first()
    if found is None:
        raise Http404
    disposition = f'attachment; filename="{found.name}-{found.version}.yaml"'
    return HttpResponse(
        found.document,
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


def _found(versions: list[ModelVersion], number: int) -> ModelVersion:
    found = next((one for one in versions if one.version == number), None)
    if found is None:
        raise Http404
    return found


def before(versions: list[ModelVersion], shown: ModelVersion) -> ModelVersion | None:
    """The version before it; None for the first. `versions` are the newest first."""
    return next((one for one in versions if one.version < shown.version), None)


def main(shown: ModelVersion, against: ModelVersion | None, others: list[ModelVersion]) -> frame.Main:
    found = difference(against.document, shown.document) if against else None
    context = {
        "crumbs": [
            Crumb("Model", f"{reverse('model')}?model={shown.name}"),
            Crumb(f"Version {shown.version}"),
        ],
        "sentence": sentence(shown, against, found),
        "shown": shown,
        "against": against,
        "found": found,
        "others": [one for one in others if one.version != shown.version],
        "whole": lines(shown.document.splitlines(), 1),
    }
    return frame.Main("version", f"Version {shown.version} of {shown.name}", context)


def sentence(shown: ModelVersion, against: ModelVersion | None, found: Difference | None) -> str:
    """“Version 3 differs from version 2 in 2 parts: Tier 1, Kickoff”."""
    this = f"Version {shown.version}"
    if against is None or found is None:
        return f"{this} is the first of {shown.name}"
    if not found.lines:
        return f"{this} says what version {against.version} says"
    if not found.parts:
        return f"{this} differs from version {against.version} in comments and blank lines"
    named = ", ".join(title_of(name) for name in found.parts[:NAMED])
    more = len(found.parts) - NAMED
    rest = f" and {counted(more, 'other')}" if more > 0 else ""
    parts = counted(len(found.parts), "part")
    return f"{this} differs from version {against.version} in {parts}: {named}{rest}"
