"""Signing in with e-mail and password; in demo mode also with one click, as anybody of the seeded team."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core import signing
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from aloft import clock
from aloft.records import audit
from aloft.records.models import Person
from aloft.records.policies import person_of
from aloft.records.services import create_user_for

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
        actor = person.handle if person else user.get_username()
        audit.record(
            actor=actor, action="sign_in.done", subject=f"user:{user.pk}", payload={}, at=clock.now()
        )

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


class SignInView(LoginView):  # type: ignore[misc]
    """allauth's, with the team to choose from in demo mode, and 429 where there were too many attempts."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "cast": _cast() if settings.ALOFT_DEMO else []}

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
    get_adapter(request).login(request, user)
    return redirect(settings.LOGIN_REDIRECT_URL)
