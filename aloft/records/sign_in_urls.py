"""Only what signing in needs; allauth's other pages have no address."""

from __future__ import annotations

from django.urls import path

from aloft.records import sign_in

urlpatterns = [
    path("", sign_in.SignInView.as_view(), name="account_login"),
    path("out", sign_in.SignOutView.as_view(), name="account_logout"),
    path("as/<slug:handle>", sign_in.sign_in_as, name="sign_in_as"),
    path("as-customer/<int:contact_id>", sign_in.sign_in_as_contact, name="sign_in_as_contact"),
    path("invited/<str:secret>", sign_in.invited, name="invited"),
]
