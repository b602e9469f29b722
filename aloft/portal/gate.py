"""Customers keep to the portal: to whoever signs in as a contact, nothing else is there.

It stands before all views, so that an address which nobody thought of is closed to customers too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from aloft.records.models import Contact
from aloft.records.policies import person_of

OPEN = frozenset(
    {
        "portal",
        "portal_step",
        "portal_feedback",
        "portal_you",
        "account_login",
        "account_logout",
        "invited",
        "sign_in_as",
        "sign_in_as_contact",
        "healthz",
        "answer",
        "unsubscribe",
    }
)
"""The names of the addresses that a customer may ask for; the last two are for whoever has the link."""
FRONT_DOOR = "today"

View = Callable[..., HttpResponse]


class Gate:
    """`request.contact` is the customer's contact who is signed in, also one who may see nothing any more;
    `request.person` the person of our team."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: View, _args: Sequence[object], _named: Mapping[str, object]
    ) -> HttpResponse | None:
        person = person_of(request.user)
        contact = contact_behind(request.user) if person is None else None
        request.__dict__.update(person=person, contact=contact)
        if contact is None:
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        if name in OPEN:
            return None
        if name == FRONT_DOOR and request.method in ("GET", "HEAD"):
            return redirect("portal")
        raise Http404


def contact_behind(user: AbstractBaseUser | AnonymousUser) -> Contact | None:
    """Also one who has left: they are kept out of everything. To be asked of who is not on the team."""
    if not user.is_authenticated:
        return None
    return Contact.objects.filter(sign_in_id=user.pk).select_related("account").first()
