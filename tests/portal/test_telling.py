"""What a customer tells us: feedback, and how they want to be written to."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from aloft.records.models import Account, Change, Consent, Contact, Person, RecordedFact
from tests.portal.conftest import SignIn
from tests.workspace import factory

pytestmark = pytest.mark.django_db


def test_feedback_is_a_fact_of_the_account_and_stands_on_its_timeline(
    browser: Client, sam: Contact, otterbrook: Account, owner: Person
) -> None:
    said = {"kind": "wish", "text": "Approve invoices by phone"}
    assert browser.post("/portal/feedback", said).status_code == 302
    fact = RecordedFact.objects.get()
    assert (fact.fact, fact.value, fact.contact) == ("feedback_given", "wish", sam)
    assert Change.objects.latest("pk").data["fact"] == "feedback_given"
    assert "Approve invoices by phone" in browser.get("/portal/feedback").content.decode()
    seen = factory.sign_in(Client(), owner).get(f"/accounts/{otterbrook.public_id}/").content.decode()
    assert "“Approve invoices by phone”" in seen


def test_feedback_without_words_is_refused_with_what_to_do(browser: Client) -> None:
    answer = browser.post("/portal/feedback", {"kind": "wish", "text": "  "})
    assert answer.status_code == 422
    assert "Say in a sentence or two what it is." in answer.content.decode()
    assert not RecordedFact.objects.exists()


def test_nobody_floods_the_team(browser: Client) -> None:
    for number in range(21):
        answer = browser.post("/portal/feedback", {"kind": "wish", "text": f"Wish {number}"})
    assert answer.status_code == 422
    assert RecordedFact.objects.count() == 20


def test_what_another_contact_told_is_not_shown(
    browser: Client, sign_in: SignIn, otterbrook: Account
) -> None:
    browser.post("/portal/feedback", {"kind": "problem", "text": "Ana answers too slowly"})
    ana = factory.contact(otterbrook, "Ana Ruiz")
    assert "Ana answers" not in sign_in(ana).get("/portal/feedback").content.decode()


def test_zone_language_and_consent_are_kept(browser: Client, sam: Contact, now: datetime) -> None:
    said = {"timezone": "Asia/Tokyo", "locale": "ja", "marketing": "on"}
    assert browser.post("/portal/you", said).status_code == 302
    sam.refresh_from_db()
    assert (sam.timezone, sam.locale) == ("Asia/Tokyo", "ja")
    consent = Consent.objects.get()
    assert (consent.purpose, consent.granted, consent.captured_at) == ("marketing", True, now)
    browser.post("/portal/you", {"timezone": "Asia/Tokyo", "locale": "ja"})
    assert list(Consent.objects.order_by("pk").values_list("granted", flat=True)) == [True, False]


def test_a_zone_that_is_none_is_refused(browser: Client, sam: Contact) -> None:
    assert browser.post("/portal/you", {"timezone": "Mars/Olympus", "locale": ""}).status_code == 422
    sam.refresh_from_db()
    assert sam.timezone == ""
