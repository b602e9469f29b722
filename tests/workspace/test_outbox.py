"""Tasks among steps, the outbox, templates and the way out of mail, as people meet them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from aloft.act import answering
from aloft.act.models import Delivery, Message, Occurrence, Step, Text
from aloft.act.unsubscribing import token
from aloft.collect.inbox import Inbox
from aloft.collect.place import inbox_of
from aloft.records.models import Change, Consent, Contact, Person
from tests.workspace import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment(owner: Person, now: datetime) -> Occurrence:
    account = factory.account("Brackwater Foods", now, held_by=owner)
    return factory.occurrence(account, owner, now, due=timedelta(hours=2))


@pytest.fixture
def ann(moment: Occurrence) -> Contact:
    return factory.contact(moment.account, "Ann")


def test_a_task_is_on_the_list_of_the_day_and_at_its_account_until_it_is_done(
    cora: Client, moment: Occurrence
) -> None:
    task = factory.task(moment, "Send the summary")
    for page in (reverse("today"), reverse("account", args=[moment.account.public_id])):
        assert "Send the summary" in cora.get(page).content.decode()
    answer = cora.post(reverse("end_task", args=[task.pk]), {"page": "today"})
    assert answer["Location"] == reverse("today")
    task.refresh_from_db()
    assert (task.state, Change.objects.latest("pk").data["act"]) == ("done", "task")
    assert (
        "Send the summary"
        not in cora.get(reverse("account", args=[moment.account.public_id]))
        .content.decode()
        .split("Timeline")[0]
    )


def test_a_task_is_skipped_with_a_reason_and_not_without(cora: Client, moment: Occurrence) -> None:
    task = factory.task(moment)
    cora.post(reverse("end_task", args=[task.pk]), {"act": "skip", "reason": " "})
    assert Step.objects.get().state == "waiting"
    cora.post(reverse("end_task", args=[task.pk]), {"act": "skip", "reason": "They called us"})
    assert (Step.objects.get().state, Step.objects.get().note) == ("skipped", "They called us")


def test_what_opened_shows_its_steps_with_what_became_of_each_message(
    cora: Client, moment: Occurrence, ann: Contact
) -> None:
    factory.task(moment, kind="message", state="done", awaited=False, title="Message welcome")
    factory.delivery(moment, ann, state="waiting")
    page = cora.get(reverse("why", args=[moment.public_id])).content.decode()
    assert "Ann, by email: in the outbox" in page


def test_the_outbox_says_what_somebody_has_to_look_at_and_takes_their_word(
    cora: Client, moment: Occurrence, ann: Contact
) -> None:
    row = factory.delivery(moment, ann)
    page = cora.get(reverse("outbox")).content.decode()
    assert "1 message may have arrived: somebody has to look" in page
    assert "No mail server is named" in page
    cora.post(reverse("settle_delivery", args=[row.public_id, "arrived"]))
    assert Delivery.objects.get().state == "arrived"
    cora.post(reverse("settle_delivery", args=[row.public_id, "again"]))
    assert Delivery.objects.get().state == "arrived"


def test_blocked_messages_are_counted_by_what_stands_in_their_way(
    cora: Client, moment: Occurrence, ann: Contact
) -> None:
    factory.delivery(moment, ann)
    Delivery.objects.all().delete()
    Message.objects.update(state="blocked", reason="the template welcome has no approved text")
    page = cora.get(reverse("outbox")).content.decode()
    assert "1 message cannot leave yet" in page
    assert "the template welcome has no approved text" in page


def test_a_template_is_looked_at_with_a_customers_values_then_approved(
    mia: Client, moment: Occurrence, ann: Contact
) -> None:
    url = reverse("text", args=["welcome"])
    words = {"subject": "For {{ account.name }}", "body": "Hello {{ contact.first_name }}"}
    page = mia.post(url, {**words, "act": "look"}).content.decode()
    assert "For Brackwater Foods" in page
    assert "Hello Ann" in page
    assert not Text.objects.exists()
    wrong = mia.post(url, {**words, "body": "{{ acount.name }}", "act": "approve"})
    assert wrong.status_code == 422
    assert "acount" in wrong.content.decode()
    mia.post(url, {**words, "act": "approve"})
    assert Text.objects.get().approved_by == "mia"
    assert Change.objects.latest("pk").data == {"name": "welcome"}


def test_the_link_in_a_mail_withdraws_consent_by_post_alone_and_needs_no_sign_in(ann: Contact) -> None:
    nobody = Client(enforce_csrf_checks=True)
    url = reverse("unsubscribe", args=[token(ann, "marketing")])
    assert "Yes, no more of these" in nobody.get(url).content.decode()
    assert not Consent.objects.exists()
    answer = nobody.post(url, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert [(one.contact, one.purpose, one.granted) for one in Consent.objects.all()] == [
        (ann, "marketing", False)
    ]
    assert nobody.post(reverse("unsubscribe", args=["forged"])).status_code == 404


def test_a_survey_is_answered_by_its_link_once_and_what_is_said_is_a_fact(
    moment: Occurrence, ann: Contact, settings: Settings, tmp_path: Path
) -> None:
    settings.ALOFT_HOME = tmp_path
    message = factory.delivery(moment, ann, "nps").message
    assert message is not None
    Message.objects.update(kind="survey")
    nobody, url = Client(enforce_csrf_checks=True), reverse("answer", args=[answering.token(message)])
    assert "How likely are you to recommend us?" in nobody.get(url).content.decode()
    assert nobody.post(url, {"score": "11"}).status_code == 422
    for score in ("9", "2"):
        assert nobody.post(url, {"score": score, "remark": "Good"}).status_code == 200
    inbox = Inbox(inbox_of(tmp_path))
    rows = inbox.read(0)
    inbox.close()
    assert [(row.name, row.account, json.loads(row.body)["properties"]) for row in rows] == [
        ("Survey Answered", moment.account.external_id, {"kind": "nps", "score": 9, "text": "Good"})
    ]
    assert nobody.get(reverse("answer", args=["forged"])).status_code == 404
