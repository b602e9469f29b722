"""What a head does with two accounts that are one customer: looks at what would follow, merges them, takes it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from aloft.records import services
from aloft.records.models import Account, Person
from aloft.records.policies import may_merge
from aloft.records.refusals import Refused
from aloft.workspace import selectors
from aloft.workspace.pages import frame
from aloft.workspace.pages import merge as page
from aloft.workspace.reader import Reader, reader_of


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """With `into`, what would follow; by POST it follows."""
    reader = reader_of(request)
    person = merger_or_404(reader)
    account = selectors.account_or_404(person, account_id)
    told = (request.POST if request.method == "POST" else request.GET).get("into", "").strip()
    into = found(person, account, told)
    if request.method != "POST":
        return frame.whole(request, page.main(account, told, into))
    if into is None:
        return frame.whole(request, page.main(account, told, into), 422)
    try:
        services.merge_accounts(account=account, into=into, actor=person.handle, at=reader.now)
    except Refused as refused:
        return frame.whole(request, page.main(account, told, into, str(refused)), 422)
    undo = reverse("unmerge", args=[account.public_id])
    messages.success(request, f"{account.name} is part of {into.name} now", extra_tags=undo)
    return redirect("account", into.public_id)


@require_POST
def unmerge(request: HttpRequest, account_id: UUID) -> HttpResponse:
    reader = reader_of(request)
    person = merger_or_404(reader)
    account = Account.objects.filter(public_id=account_id, merged_into__isnull=False).first()
    if account is None:
        raise Http404
    services.unmerge_account(account=account, actor=person.handle, at=reader.now)
    messages.success(request, f"{account.name} stands by itself again")
    return redirect("account", account.public_id)


def merger_or_404(reader: Reader) -> Person:
    if reader.person is None or not may_merge(reader.person):
        raise Http404
    return reader.person


def found(person: Person, account: Account, told: str) -> Account | None:
    """By its id, else by its name where that is nobody else's."""
    others = selectors.customers_of(person).exclude(pk=account.pk)
    by_id = others.filter(external_id=told).first()
    named = list(others.filter(name__iexact=told)[:2]) if told and by_id is None else []
    return by_id or (named[0] if len(named) == 1 else None)
