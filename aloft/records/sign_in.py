"""Signing in with e-mail and password, or by the link of an invitation; in demo mode also with one click.

The team and customers' contacts come in by the same door, and each is led to their own rooms.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.views import LoginView, LogoutView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core import signing
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from aloft import clock
from aloft.records import audit
from aloft.records.models import Contact, Person, Persona
from aloft.records.policies import SEES, contact_of, person_of
from aloft.records.refusals import Refused
from aloft.records.services import accept_invitation, create_user_for, invite_contact
from aloft.records.services.invitations import invitation_of

CUSTOMERS = 3
DEVICE_COOKIE = "aloft_device"
DEVICE_SALT = "aloft.records.device"
DEVICE_SECONDS = 90 * 24 * 3600


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves, and nobody is led to another site."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        hosts = {self.request.get_host()}
        return url_has_allowed_host_and_scheme(url, hosts, require_https=self.request.is_secure())

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, "This sign-in is switched off. Ask whoever runs Aloft here.")
        return redirect("account_login")

    def add_message(self, *_args: object, **_more: object) -> None:
        """The page that follows says enough."""

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        person = person_of(user)
        contact = contact_of(user)
        actor = person.handle if person else f"contact:{contact.pk}" if contact else user.get_username()
        audit.record(
            actor=actor, action="sign_in.done", subject=f"user:{user.pk}", payload={}, at=clock.now()
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("portal") if contact_of(request.user) else reverse(settings.LOGIN_REDIRECT_URL)

    def post_login(self, request: HttpRequest, user: User, **told: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **told)
        remember_device(response, user.email)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts are counted per e-mail, whatever the host that was asked.

        A browser that has signed in before counts for itself: strangers who guess cannot lock its owner out.
        """
        email = str(credentials.get("email", "")).lower()
        return f"{email}:{known_device(request, email)}"


def remember_device(response: HttpResponse, email: str) -> None:
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps([_of_email(email), secrets.token_hex(8)], salt=DEVICE_SALT),
        max_age=DEVICE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_device(request: HttpRequest, email: str) -> str:
    """The browser's number, if somebody has signed in from it with this e-mail; else empty."""
    try:
        told = signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_SALT, max_age=DEVICE_SECONDS)
    except signing.BadSignature:
        return ""
    owner, device = told
    return str(device) if constant_time_compare(owner, _of_email(email)) else ""


def _of_email(email: str) -> str:
    return salted_hmac(DEVICE_SALT, email.lower(), algorithm="sha256").hexdigest()


def _cast() -> list[Person]:
    """Who sees everything first, then by role; each with how many accounts they hold."""
    people = Person.objects.annotate(accounts=Count("holdings__account", distinct=True))
    return list(people.order_by("-sees_everything", "role", "name"))


def _customers() -> list[Contact]:
    """A few who have agreed a plan with the team, those first who have most of it before them."""
    agreed = Contact.objects.filter(status=SEES, account__success_plan__agreed_at__isnull=False)
    champions = agreed.filter(persona=Persona.CHAMPION, account__success_plan__steps__isnull=False)
    ahead = Count("account__success_plan__steps", filter=Q(account__success_plan__steps__done_at=None))
    walked = champions.annotate(ahead=ahead).select_related("account")
    return list(walked.order_by("-ahead", "account__name", "pk")[:CUSTOMERS])


class SignInView(LoginView):  # type: ignore[misc]
    """allauth's, with people to choose from in demo mode, and 429 where there were too many attempts."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        offered = {"cast": _cast(), "customers": _customers()} if settings.ALOFT_DEMO else {}
        return {**super().get_context_data(**more), **offered}

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        if form.has_error("__all__", "too_many_login_attempts"):
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return response


class SignOutView(LogoutView):  # type: ignore[misc]
    """By POST only, so that no link and no picture signs anybody out."""

    http_method_names = ["post", "options"]


@login_not_required
def sign_in_as(request: HttpRequest, handle: str) -> HttpResponse:
    if not settings.ALOFT_DEMO:
        raise Http404
    return _sign_in_as(request, handle)


@require_POST
def _sign_in_as(request: HttpRequest, handle: str) -> HttpResponse:
    person = get_object_or_404(Person, handle=handle)
    user = person.user or create_user_for(person=person, actor="demo", at=clock.now())
    return _come_in(request, user)


def _come_in(request: HttpRequest, user: User) -> HttpResponse:
    get_adapter(request).login(request, user)
    return redirect(get_adapter(request).get_login_redirect_url(request))


@login_not_required
def sign_in_as_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    if not settings.ALOFT_DEMO:
        raise Http404
    return _sign_in_as_contact(request, contact_id)


@require_POST
def _sign_in_as_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """By a link as everybody else's, made and used at once."""
    contact = get_object_or_404(Contact, pk=contact_id, status=SEES)
    secret = invite_contact(contact=contact, actor="demo", at=clock.now())
    return _come_in(request, accept_invitation(secret=secret, at=clock.now()))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, secret: str) -> HttpResponse:
    """Looking at the page uses nothing up: mail programs look at links too."""
    invitation = invitation_of(secret, clock.now())
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if invitation and form.is_bound and form.is_valid():
        try:
            chosen = form.cleaned_data["password"]
            return _come_in(request, accept_invitation(secret=secret, at=clock.now(), password=chosen))
        except Refused as refused:
            form.add_error("password", refused.mend)
    status = 404 if invitation is None else 422 if form.errors else 200
    context = {"invitation": invitation, "form": form}
    return render(request, "account/invited.html", context, status=status)


class PasswordForm(forms.Form):
    password = forms.CharField(
        max_length=128,
        required=False,
        label="A password, if you want one",
        help_text="With your e-mail it lets you in again. Without one, ask for another link.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
