"""The page on which a reader answers a survey: by the link in a mail, without signing in. GET records nothing."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from aloft import clock
from aloft.act import answering
from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.records.selectors import live_model_versions
from aloft.workspace.model_in_force import models_of

TEMPLATE = "workspace/answer.html"


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    survey = answering.asked(token)
    if survey is None:
        raise Http404
    context = {"scale": survey.scale, "kind": survey.message.template}
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    now = clock.now()
    inbox = Inbox(inbox_of(settings.ALOFT_HOME))
    try:
        answering.answer(
            survey,
            score=request.POST.get("score", ""),
            remark=request.POST.get("remark", ""),
            source=source_of_answers(),
            inbox=inbox,
            at=now,
        )
    except answering.NoAnswer as wrong:
        return render(request, TEMPLATE, {**context, "wrong": str(wrong)}, status=422)
    finally:
        inbox.close()
    return render(request, TEMPLATE, {**context, "done": True})


def source_of_answers() -> str:
    """The source that a model in force takes answers from."""
    told = (model.sources.items() for model in models_of(live_model_versions(clock.now())))
    named = (name for sources in told for name, events in sources if answering.EVENT in events)
    return next(named, "product")
