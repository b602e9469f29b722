"""What would publishing this do? A page of its own, and a part that other pages ask for while they are looked at.

Asked for by htmx it answers the part alone, which asks again until the plan is made: whoever holds a text in a form
puts `workspace/_plan_asked.html` into it.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aloft.engine.plan.service import Asked, plan_of
from aloft.workspace.consequences import groups, messages, moments, pictures
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.publishing import LONGEST, publisher_or_404, text_of
from aloft.workspace.reader import Reader, Request, reader_of

PATIENCE = 1.5
"""Seconds for which an answer waits for the engine; then it says how far the plan has come."""


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: Request) -> HttpResponse:
    """Of the text that is posted as `planned` or `document`, or of a stored version (`?model=acme&version=3`)."""
    reader = reader_of(request)
    publisher_or_404(reader)
    model, version = request.GET.get("model", ""), request.GET.get("version", "")
    posted = request.method == "POST"
    text = (request.POST.get("planned", "").replace("\r\n", "\n") or text_of(request)) if posted else ""
    if not (text.strip() or (model and version.isdigit())):
        return redirect("publish")
    asked = found(text, model, version)
    again = f"{reverse('plan')}?model={model}&version={version}" if not text else reverse("plan")
    context = {**told(asked, reader), "again": again, "stored": not text, "document": text}
    if frame.is_partial(request):
        return render(request, "workspace/_plan_part.html", context)
    return frame.whole(request, main(asked, context, model, version))


def found(text: str, model: str, version: str) -> Asked:
    if len(text) > LONGEST:
        return Asked(error=f"a model of more than {LONGEST:,} characters: ask with `aloft plan`")
    if text:
        return plan_of(text, patience=PATIENCE)
    return plan_of(model=model, version=int(version), patience=PATIENCE)


def told(asked: Asked, reader: Reader) -> dict[str, object]:
    """What the part shows."""
    if asked.plan is None:
        return {"asked": asked}
    return {
        "asked": asked,
        "plan": asked.plan,
        "groups": groups(asked.plan, reader.person),
        "pictures": pictures(asked.plan),
        "moments": list(moments(asked.plan)),
        "sending": messages(asked.plan),
    }


def main(asked: Asked, context: dict[str, object], model: str, version: str) -> frame.Main:
    what = f"Version {version} of {model}, if it were published" if model else "If it were published"
    crumbs = [Crumb("Model", reverse("model")), Crumb("Plan")]
    sentence = asked.plan["sentence"] if asked.plan else what
    return frame.Main("plan_page", "Plan", {**context, "crumbs": crumbs, "sentence": sentence, "what": what})
