"""Where do we stand? What the customer sees, and what they can do about it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aloft.measures.goals import plan_at
from aloft.portal import sentences
from aloft.portal.customer import Customer, customer_or_404, preview_or_404
from aloft.portal.forms import KINDS, FeedbackForm, YouForm
from aloft.portal.route import ALL, route
from aloft.portal.selectors import FEEDBACK, MARKETING, meetings, step_of, team, told_by
from aloft.records.models import RecordedFact
from aloft.records.services import record_fact, set_consent, set_contact, set_step

A_DAY, MOST_A_DAY = timedelta(hours=24), 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return _home(request, customer_or_404(request))


@require_safe
def preview(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The same page, for the team: as the customer sees it, and nothing on it can be done."""
    return _home(request, preview_or_404(request, account_id))


@require_POST
def step(request: HttpRequest, step_id: int) -> HttpResponse:
    """Tick a step off, or take that back."""
    customer = customer_or_404(request)
    found = step_of(customer, step_id)
    if found is None:
        raise Http404
    done = "undo" not in request.POST
    set_step(
        account=customer.account,
        title=found.title,
        done_at=customer.now if done else None,
        actor=customer.actor,
        at=customer.now,
    )
    messages.success(request, f"Done: {found.title}" if done else f"Open again: {found.title}")
    return redirect("portal")


@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest) -> HttpResponse:
    customer = customer_or_404(request)
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and not _too_many(customer, form):
        record_fact(
            account=customer.account,
            fact=FEEDBACK,
            value=form.cleaned_data["kind"],
            remark=form.cleaned_data["text"],
            contact=customer.contact,
            actor=customer.actor,
            at=customer.now,
        )
        messages.success(request, "Thank you: your team can read it now")
        return redirect("portal_feedback")
    told = [(KINDS.get(one.value, ""), one) for one in told_by(customer)]
    return _page(request, "feedback", customer, {"form": form, "told": told}, 422 if form.errors else 200)


def _too_many(customer: Customer, form: FeedbackForm) -> bool:
    since = customer.now - A_DAY
    told = RecordedFact.objects.filter(contact=customer.contact, fact=FEEDBACK, occurred_at__gt=since)
    too_many = told.count() >= MOST_A_DAY
    if too_many:
        form.add_error("text", "That was a lot for a day. Tell us the rest tomorrow, or write to your team.")
    return too_many


@require_http_methods(["GET", "HEAD", "POST"])
def you(request: HttpRequest) -> HttpResponse:
    customer = customer_or_404(request)
    form = YouForm(customer, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        _keep(customer, form.cleaned_data)
        messages.success(request, "Kept")
        return redirect("portal_you")
    return _page(request, "you", customer, {"form": form}, 422 if form.errors else 200)


def _keep(customer: Customer, said: dict[str, object]) -> None:
    contact = customer.contact
    assert contact is not None
    set_contact(
        external_id=contact.external_id,
        account=customer.account,
        timezone=str(said["timezone"]),
        locale=str(said["locale"]),
        actor=customer.actor,
        at=customer.now,
    )
    set_consent(
        contact=contact,
        purpose=MARKETING,
        granted=bool(said["marketing"]),
        basis="said so here",
        actor=customer.actor,
        at=customer.now,
    )


def _home(request: HttpRequest, customer: Customer) -> HttpResponse:
    plan = plan_at(customer.account, customer.now)
    steps, goals = (plan.steps, plan.goals) if plan else ([], [])
    ahead, today = meetings(customer), customer.now.astimezone(customer.zone).date()
    context: dict[str, object] = {
        "sentence": sentences.stands(steps, len(goals), customer.first_name),
        "sub": sentences.follows(steps, len(goals), today),
        "today": today,
        "plan": plan,
        "next_step": next((one for one in steps if one.done_at is None), None),
        "route": route([one.done_at is not None for one in steps]) if len(steps) > 1 else None,
        "climb": ALL,
        "meetings": ahead,
        "team": team(customer, ahead),
    }
    return _page(request, "home", customer, context)


def _page(
    request: HttpRequest, name: str, customer: Customer, context: dict[str, object], status: int = 200
) -> HttpResponse:
    told = {"customer": customer, "page": name, "now": customer.now, "zone": customer.zone, **context}
    return render(request, f"portal/{name}.html", told, status=status)
