"""What a reader does with a moment: answered in place (htmx) or, without script, by going back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from aloft.act import services
from aloft.act.models import Occurrence
from aloft.act.states import IllegalMove
from aloft.records import services as records
from aloft.records.models import Account, Person, RecordedFact
from aloft.records.refusals import Refused
from aloft.ui import words
from aloft.workspace import selectors
from aloft.workspace.context import Crumb
from aloft.workspace.forms import (
    ActForm,
    ConsentForm,
    DoneForm,
    HandOverForm,
    PulseForm,
    RecordForm,
    SkipForm,
    SnoozeForm,
    TouchForm,
)
from aloft.workspace.model_in_force import manual_moments
from aloft.workspace.pages import account as account_page
from aloft.workspace.pages import frame
from aloft.workspace.pages import today as today_page
from aloft.workspace.pages import why as why_page
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.toast import Toast

Deed = Callable[[Person], Toast]


@require_POST
def start(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    reader, occurrence = _meet(request, occurrence_id)

    def deed(actor: Person) -> Toast:
        services.start(occurrence=occurrence, actor=actor, at=reader.now)
        return Toast(f"Started {_named(occurrence)}", _url("reopen", occurrence))

    return _do(request, reader, occurrence, deed)


@require_http_methods(["GET", "POST"])
def done(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    reader, occurrence = _meet(request, occurrence_id)

    def deed(actor: Person, said: dict[str, Any]) -> Toast:
        noted = services.finish_with(occurrence=occurrence, actor=actor, at=reader.now, **said)
        undo = _url("reopen", occurrence)
        return Toast(f"Done: {_named(occurrence)}", f"{undo}?withdraw={noted.pk}" if noted else undo)

    return _ask(request, DoneForm(occurrence, reader, data=_said(request)), deed)


@require_POST
def reopen(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    """With `withdraw`, the fact that was noted as it was done is withdrawn with it."""
    reader, occurrence = _meet(request, occurrence_id)
    noted = request.GET.get("withdraw", "")
    facts = [fact for fact in selectors.facts_on(occurrence) if str(fact.pk) == noted]

    def deed(actor: Person) -> Toast:
        services.reopen(occurrence=occurrence, actor=actor, at=reader.now)
        for fact in facts:
            services.withdraw(fact=fact, actor=actor, at=reader.now)
        return Toast(f"Open again: {_named(occurrence)}")

    return _do(request, reader, occurrence, deed)


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    reader, occurrence = _meet(request, occurrence_id)

    def deed(actor: Person, said: dict[str, Any]) -> Toast:
        services.hand_over(occurrence=occurrence, actor=actor, at=reader.now, **said)
        return Toast(f"Handed to {said['to']}: {_named(occurrence)}", _url("hand_back", occurrence))

    return _ask(request, HandOverForm(occurrence, reader, data=_said(request)), deed)


@require_POST
def hand_back(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    """Also for who gave it away and sees the account no more."""
    reader = reader_of(request)
    occurrence = selectors.given_or_404(reader.person, occurrence_id)

    def deed(actor: Person) -> Toast:
        services.hand_back(occurrence=occurrence, actor=actor, at=reader.now)
        return Toast(f"Taken back: {_named(occurrence)}")

    return _do(request, reader, occurrence, deed)


@require_http_methods(["GET", "POST"])
def touch(request: HttpRequest, account_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    account = selectors.account_or_404(reader.person, account_id)
    form = TouchForm(account, reader, _panel(request, account), data=_said(request))

    def deed(actor: Person) -> Toast:
        fact = services.log_touch(account=account, actor=actor, at=reader.now, **form.cleaned_data)
        whom = f"{fact.contact}, {account.name}" if fact.contact else account.name
        return Toast(
            f"Logged: {words.humanised(fact.value).lower()} with {whom}", reverse("withdraw", args=[fact.pk])
        )

    if request.method == "POST" and form.is_valid():
        return _settle(request, reader, account, None, deed)
    title = f"Log a touch with {account.name}"
    context = {"form": form, "panel": form.panel, "title": title, "action": request.get_full_path()}
    return _panel_page(
        request, context, [Crumb("Accounts", reverse("accounts"))], 422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, contact_id: int) -> HttpResponse:
    reader = reader_of(request)
    contact = selectors.contact_or_404(reader.person, contact_id)
    form = ConsentForm(contact, data=_said(request))

    def deed(actor: Person) -> Toast:
        told = form.cleaned_data
        records.set_contact(
            external_id=contact.external_id, account=contact.account, timezone=told["timezone"],
            actor=actor.handle, at=reader.now,
        )  # fmt: skip
        records.set_consent(
            contact=contact, purpose="marketing", granted=told["marketing"] == "granted",
            basis=told["basis"], actor=actor.handle, at=reader.now,
        )  # fmt: skip
        return Toast(f"Kept: how we may write to {contact}")

    if request.method == "POST" and form.is_valid():
        return _settle(request, reader, contact.account, None, deed)
    title = f"How we may write to {contact}, {contact.account.name}"
    context = {"form": form, "panel": form.panel, "title": title, "action": request.path}
    return _panel_page(
        request, context, [Crumb("Accounts", reverse("accounts"))], 422 if form.errors else 200
    )


def _panel(request: HttpRequest, account: Account) -> str:
    """Under which row the form opens: that of the moment it was asked at, or the account's own place."""
    try:
        return str(UUID(request.GET.get("panel", "")))
    except ValueError:
        return str(account.public_id)


@require_http_methods(["GET", "POST"])
def snooze(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    reader, occurrence = _meet(request, occurrence_id)

    def deed(actor: Person, said: dict[str, Any]) -> Toast:
        services.snooze(occurrence=occurrence, actor=actor, at=reader.now, **said)
        until = words.instant(said["until"], reader.now, reader.zone)
        return Toast(f"Snoozed until {until}: {_named(occurrence)}", _url("reopen", occurrence))

    return _ask(request, SnoozeForm(occurrence, reader, data=_said(request)), deed)


@require_http_methods(["GET", "POST"])
def skip(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    reader, occurrence = _meet(request, occurrence_id)

    def deed(actor: Person, said: dict[str, Any]) -> Toast:
        services.skip(occurrence=occurrence, actor=actor, at=reader.now, **said)
        return Toast(f"Skipped {_named(occurrence)}", _url("reopen", occurrence))

    return _ask(request, SkipForm(occurrence, reader, data=_said(request)), deed)


@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    reader, occurrence = _meet(request, occurrence_id)

    def deed(actor: Person, said: dict[str, Any]) -> Toast:
        fact = services.record(occurrence=occurrence, actor=actor, at=reader.now, **said)
        whom = f" {fact.contact}" if fact.contact else ""
        return Toast(f"Recorded: {_noted(fact)}{whom}", reverse("withdraw", args=[fact.pk]))

    return _ask(request, RecordForm(occurrence, reader, data=_said(request)), deed)


@require_POST
def withdraw(request: HttpRequest, fact_id: int) -> HttpResponse:
    reader = reader_of(request)
    fact = selectors.fact_or_404(reader.person, fact_id)
    occurrence = selectors.occurrence_of_fact(fact)
    if fact.moment and occurrence is None:
        raise Http404

    def deed(actor: Person) -> Toast:
        services.withdraw(fact=fact, actor=actor, at=reader.now)
        return Toast(f"Withdrawn: {_noted(fact)}")

    return _settle(request, reader, fact.account, occurrence, deed)


@require_POST
def open_by_hand(request: HttpRequest, account_id: UUID, moment: str) -> HttpResponse:
    reader = reader_of(request)
    account = selectors.account_or_404(reader.person, account_id)
    if moment not in manual_moments(account, reader.versions):
        raise Http404

    def deed(actor: Person) -> Toast:
        services.open_by_hand(account=account, moment=moment, actor=actor, at=reader.now)
        return Toast(f"Asked for: {words.humanised(moment)}. It opens as soon as the engine has looked")

    return _settle(request, reader, account, None, deed)


@require_POST
def give_pulse(request: HttpRequest, account_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    account = selectors.account_or_404(reader.person, account_id)
    form = PulseForm(request.POST)
    if not form.is_valid():
        page = account_page.main(reader, account, form)
        return frame.only(request, page, 422) if _is_partial(request) else frame.whole(request, page, 422)

    def deed(actor: Person) -> Toast:
        records.give_pulse(
            account=account, person=actor, actor=actor.handle, at=reader.now, **form.cleaned_data
        )
        return Toast(f"Kept: how you see {account.name}")

    return _settle(request, reader, account, None, deed)


def _meet(request: HttpRequest, occurrence_id: UUID) -> tuple[Reader, Occurrence]:
    reader = reader_of(request)
    return reader, selectors.occurrence_or_404(reader.person, occurrence_id)


def _said(request: HttpRequest) -> QueryDict | None:
    """What was sent, be it nothing; None where a form is only asked for."""
    return request.POST if request.method == "POST" else None


def _named(occurrence: Occurrence) -> str:
    return f"“{occurrence.title}” for {occurrence.account.name}"


def _noted(fact: RecordedFact) -> str:
    """“contacted”, “no show”, “cause: price”."""
    said = words.humanised(fact.fact).lower()
    return f"{said}: {fact.value}" if fact.value else said


def _url(name: str, occurrence: Occurrence) -> str:
    return reverse(name, args=[occurrence.public_id])


def _ask(
    request: HttpRequest, form: ActForm, deed: Callable[[Person, dict[str, Any]], Toast]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        return _do(request, form.reader, form.occurrence, lambda actor: deed(actor, form.cleaned_data))
    return _form_page(request, form, status=422 if form.errors else 200)


def _form_page(request: HttpRequest, form: ActForm, status: int) -> HttpResponse:
    """The form alone, in its place under the moment; without script, on a page of its own."""
    occurrence = form.occurrence
    context = {
        "form": form,
        "panel": occurrence.public_id,
        "action": request.path,
        "title": f"{form.heading.partition(':')[0]}: {occurrence.title} at {occurrence.account.name}",
        "because": occurrence.because,
    }
    crumbs = [Crumb("Today", reverse("today")), Crumb(occurrence.title, _url("why", occurrence))]
    return _panel_page(request, context, crumbs, status)


def _panel_page(
    request: HttpRequest, context: dict[str, object], crumbs: list[Crumb], status: int
) -> HttpResponse:
    page = request.POST.get("page") or request.GET.get("page", "today")
    context = {**context, "page": page, "main": "workspace/_act.html", "crumbs": crumbs}
    if not _is_partial(request):
        return render(request, "workspace/page.html", {**context, "alone": True}, status=status)
    answer = render(request, "workspace/_act.html", context, status=status)
    return reswap(retarget(answer, f"#act-{context['panel']}"), "innerHTML")


def _do(request: HttpRequest, reader: Reader, occurrence: Occurrence, deed: Deed) -> HttpResponse:
    return _settle(request, reader, occurrence.account, occurrence, deed)


def _settle(
    request: HttpRequest, reader: Reader, account: Account, occurrence: Occurrence | None, deed: Deed
) -> HttpResponse:
    """Do it, say so with a way back, and show the page as it is now."""
    status = _try(request, reader, deed)
    if not _is_partial(request):
        return redirect(_way_back(request, account, occurrence))
    return frame.only(request, _page(request, reader, account, occurrence), status)


def _try(request: HttpRequest, reader: Reader, deed: Deed) -> int:
    if reader.person is None:
        raise Http404
    try:
        toast = deed(reader.person)
    except (IllegalMove, Refused) as refused:
        messages.error(
            request, f"{str(refused).rstrip('.')}. Nothing was changed; the page shows how it stands now."
        )
        return 409
    messages.success(request, toast.text, extra_tags=toast.undo)
    return 200


def _is_partial(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _page(
    request: HttpRequest, reader: Reader, account: Account, occurrence: Occurrence | None
) -> frame.Main:
    page = request.POST.get("page")
    if page == "why" and occurrence:
        return why_page.main(reader, selectors.occurrence_or_404(reader.person, occurrence.public_id))
    if page != "today" and (page == "account" or occurrence is None):
        return account_page.main(reader, account)
    return today_page.main(reader)


def _way_back(request: HttpRequest, account: Account, occurrence: Occurrence | None) -> str:
    page = request.POST.get("page")
    if page == "why" and occurrence:
        return _url("why", occurrence)
    if page != "today" and (page == "account" or occurrence is None):
        return reverse("account", args=[account.public_id])
    return f"{reverse('today')}?open={occurrence.public_id}" if occurrence else reverse("today")
