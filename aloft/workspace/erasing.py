"""What a head does for a customer who asks what is kept of them, or wants to be forgotten."""

from __future__ import annotations

import io
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aloft.engine import erasing, exporting
from aloft.records.models import Account, Contact, Person
from aloft.records.policies import may_erase
from aloft.records.refusals import Refused
from aloft.workspace import selectors
from aloft.workspace.context import Crumb, above
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Of the account, or of one of its contacts, once its name is typed out."""
    reader = reader_of(request)
    person = eraser_or_404(reader)
    account = whole_or_404(person, account_id)
    if request.method != "POST":
        return frame.whole(request, page(account))
    contact = _contact(account, request.POST.get("contact", ""))
    wanted = str(contact) if contact else account.name
    if request.POST.get("typed", "").strip() != wanted:
        return frame.whole(
            request, page(account, contact, f"Type “{wanted}” to erase it: nothing was erased."), 422
        )
    try:
        if contact:
            erasing.erase_person(
                told=contact.external_id, home=settings.ALOFT_HOME, actor=person.handle, at=reader.now
            )
        else:
            erasing.erase_account(
                account=account, home=settings.ALOFT_HOME, actor=person.handle, at=reader.now
            )
    except Refused as refused:
        return frame.whole(request, page(account, contact, str(refused)), 422)
    messages.success(request, "Erased. The log follows as soon as the engine has looked")
    return redirect(reverse("account", args=[account.public_id]) if contact else reverse("accounts"))


@require_safe
def export(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Everything that is kept of the account, or with `contact` of one person."""
    reader = reader_of(request)
    person = eraser_or_404(reader)
    account = whole_or_404(person, account_id)
    contact = _contact(account, request.GET.get("contact", ""))
    home = settings.ALOFT_HOME
    tables = (
        exporting.of_person(home, contact.external_id) if contact else exporting.of_account(home, account)
    )
    written = io.BytesIO()
    exporting.write(written, tables, reader.now)
    return HttpResponse(
        written.getvalue(),
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="kept.zip"', "Cache-Control": "no-store"},
    )


def page(account: Account, contact: Contact | None = None, refused: str = "") -> frame.Main:
    here = Crumb(account.name, reverse("account", args=[account.public_id]))
    context: dict[str, object] = {
        "crumbs": [*above(account), here, Crumb("Erase")],
        "account": account,
        "contacts": selectors.people_at(account),
        "chosen": contact,
        "refused": refused,
    }
    return frame.Main("erase", f"Erase {account.name}", context)


def eraser_or_404(reader: Reader) -> Person:
    if reader.person is None or not may_erase(reader.person):
        raise Http404
    return reader.person


def whole_or_404(person: Person, account_id: UUID) -> Account:
    account = selectors.account_or_404(person, account_id)
    if account.whole_id:
        raise Http404
    return account


def _contact(account: Account, told: str) -> Contact | None:
    if not told:
        return None
    found = account.contacts.filter(pk=told).first() if told.isdigit() else None
    if found is None:
        raise Http404
    return found
