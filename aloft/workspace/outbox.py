"""What a reader does about what was sent, and about tasks: answered by going back to where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from aloft import clock
from aloft.act import unsubscribing
from aloft.act.models import Delivery, StepKind
from aloft.act.outbox import services
from aloft.act.services import end_task
from aloft.act.states import IllegalMove
from aloft.records.refusals import Refused
from aloft.workspace import playbook
from aloft.workspace.reader import reader_of

SETTLED: Mapping[str, tuple[Callable[..., Delivery], str]] = {
    "again": (services.send_again, "It is sent again"),
    "arrived": (services.it_arrived, "Kept: it arrived"),
    "give_up": (services.give_up, "Given up: it does not leave"),
}


@require_POST
def settle(request: HttpRequest, delivery_id: UUID, act: str) -> HttpResponse:
    reader = reader_of(request)
    delivery = playbook.deliveries_of(reader.person).filter(public_id=delivery_id).first()
    if delivery is None or reader.person is None or act not in SETTLED:
        raise Http404
    verb, told = SETTLED[act]
    try:
        verb(delivery=delivery, actor=reader.person, at=reader.now)
        messages.success(request, f"{told}: {delivery.to}")
    except Refused as refused:
        messages.error(request, f"{refused}")
    return redirect("outbox")


@require_POST
def end(request: HttpRequest, step_id: int) -> HttpResponse:
    """`skip` with its reason, else it is done."""
    reader = reader_of(request)
    step = playbook.seen_steps(reader.person).filter(pk=step_id, kind=StepKind.TASK).first()
    if step is None or reader.person is None:
        raise Http404
    skipped = request.POST.get("reason", "").strip() if request.POST.get("act") == "skip" else ""
    try:
        if request.POST.get("act") == "skip" and not skipped:
            raise IllegalMove("Say why it is skipped: the reason is kept")
        end_task(step=step, actor=reader.person, at=reader.now, skipped=skipped)
        messages.success(request, f"{'Skipped' if skipped else 'Done'}: {step.title}")
    except IllegalMove as refused:
        messages.error(request, f"{refused}. Nothing was changed.")
    if request.POST.get("page") == "today":
        return redirect("today")
    return redirect(reverse("why", args=[step.occurrence.public_id]))


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: POST withdraws at once, without cookie or sign-in; GET shows a button and changes nothing."""
    meant = unsubscribing.meant(token)
    if meant is None:
        raise Http404
    if request.method == "POST":
        unsubscribing.unsubscribe(*meant, clock.now())
    return render(request, "workspace/unsubscribe.html", {"done": request.method == "POST"})
