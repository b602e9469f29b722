"""A customer's contact is invited: the link is shown to whoever made it, once, to be handed on."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aloft.records.models import Account, Contact, Person
from aloft.records.refusals import Refused
from aloft.records.services import invite_contact, withdraw_access
from aloft.workspace import selectors
from aloft.workspace.context import Crumb, above
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of


@require_POST
def invite(request: HttpRequest, account_id: UUID, contact_id: int) -> HttpResponse:
    reader, actor, account, contact = _meet(request, account_id, contact_id)
    try:
        secret = invite_contact(contact=contact, actor=actor.handle, at=reader.now)
    except Refused as refused:
        messages.error(request, f"{str(refused).rstrip('.')}. Nothing was changed")
        return redirect("account", account.public_id)
    link = request.build_absolute_uri(reverse("invited", args=[secret]))
    here = Crumb(account.name, reverse("account", args=[account.public_id]))
    context: dict[str, object] = {
        "crumbs": [*above(account), here, Crumb("Invitation")],
        "account": account,
        "contact": contact,
        "link": link,
    }
    return frame.whole(request, frame.Main("invited", "Invitation", context))


@require_POST
def shut_out(request: HttpRequest, account_id: UUID, contact_id: int) -> HttpResponse:
    reader, actor, account, contact = _meet(request, account_id, contact_id)
    withdraw_access(contact=contact, actor=actor.handle, at=reader.now)
    messages.success(request, f"{contact} sees nothing of it any more")
    return redirect("account", account.public_id)


def _meet(request: HttpRequest, account_id: UUID, contact_id: int) -> tuple[Reader, Person, Account, Contact]:
    """Contacts are of whole accounts."""
    reader = reader_of(request)
    account = selectors.account_or_404(reader.person, account_id)
    contact = Contact.objects.filter(pk=contact_id, account=account.customer_id).first()
    if contact is None or reader.person is None:
        raise Http404
    return reader, reader.person, account, contact
