"""How a contact comes in: once by a link, and then with a password, if they chose one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from aloft import clock
from aloft.records.models import Account, AuditEntry, Contact, Invitation, Person
from aloft.records.refusals import Refused
from aloft.records.services import accept_invitation, agree_plan, invite_contact, set_step
from tests.workspace import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(sam: Contact, now: datetime) -> str:
    return invite_contact(contact=sam, actor="cora", at=now)


def test_the_link_lets_its_reader_in_once(secret: str, sam: Contact) -> None:
    browser = Client()
    assert "Come in, Sam Whitfield" in browser.get(f"/sign-in/invited/{secret}").content.decode()
    assert browser.post(f"/sign-in/invited/{secret}")["Location"] == "/portal/"
    assert "Welcome, Sam" in browser.get("/portal/").content.decode()
    again = Client().post(f"/sign-in/invited/{secret}")
    assert again.status_code == 404
    assert "This link works no more" in again.content.decode()


def test_looking_at_the_link_uses_nothing_up(secret: str) -> None:
    for _ in range(3):
        assert Client().get(f"/sign-in/invited/{secret}").status_code == 200


def test_a_password_lets_them_in_again(secret: str, sam: Contact) -> None:
    Client().post(f"/sign-in/invited/{secret}", {"password": "otters build brooks"})
    browser = Client()
    said = {"login": sam.email, "password": "otters build brooks"}
    assert browser.post("/sign-in/", said)["Location"] == "/portal/"


def test_a_weak_password_is_refused_and_the_link_still_works(secret: str) -> None:
    answer = Client().post(f"/sign-in/invited/{secret}", {"password": "abc"})
    assert answer.status_code == 422
    assert Client().post(f"/sign-in/invited/{secret}")["Location"] == "/portal/"


def test_a_link_is_too_old_after_a_week(secret: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=7))
    assert Client().get(f"/sign-in/invited/{secret}").status_code == 404


def test_the_next_link_ends_the_one_before(secret: str, sam: Contact, now: datetime) -> None:
    invite_contact(contact=sam, actor="cora", at=now)
    assert Client().get(f"/sign-in/invited/{secret}").status_code == 404


def test_the_secret_is_kept_nowhere(secret: str) -> None:
    assert secret not in str(list(Invitation.objects.values()) + list(AuditEntry.objects.values()))


def test_who_has_left_is_not_invited(sam: Contact, now: datetime) -> None:
    sam.status = "left"
    with pytest.raises(Refused, match="is left"):
        invite_contact(contact=sam, actor="cora", at=now)
    with pytest.raises(Refused, match="works no more"):
        accept_invitation(secret="nonsense", at=now)


def test_a_person_of_the_team_makes_the_link_on_the_page_of_the_account(
    owner: Person, outsider: Person, sam: Contact, otterbrook: Account
) -> None:
    url = reverse("invite", args=[otterbrook.public_id, sam.pk])
    assert url in factory.sign_in(Client(), owner).get(f"/accounts/{otterbrook.public_id}/").content.decode()
    page = factory.sign_in(Client(), owner).post(url).content.decode()
    secret = page.partition("/sign-in/invited/")[2].partition('"')[0]
    assert Client().post(f"/sign-in/invited/{secret}")["Location"] == "/portal/"
    assert factory.sign_in(Client(), outsider).post(url).status_code == 404


def test_a_contact_of_another_account_is_not_invited_there(
    owner: Person, rita: Contact, otterbrook: Account
) -> None:
    url = reverse("invite", args=[otterbrook.public_id, rita.pk])
    assert factory.sign_in(Client(), owner).post(url).status_code == 404
    assert not Invitation.objects.exists()


def test_the_demo_offers_customers_who_have_a_plan(sam: Contact, rita: Contact, now: datetime) -> None:
    agree_plan(account=sam.account, actor="demo", at=now)
    set_step(account=sam.account, title="Connect your bank", actor="demo", at=now)
    with override_settings(ALOFT_DEMO=True):
        page = Client().get("/sign-in/").content.decode()
        assert f"/sign-in/as-customer/{sam.pk}" in page
        assert f"/sign-in/as-customer/{rita.pk}" not in page
        assert Client().post(f"/sign-in/as-customer/{sam.pk}")["Location"] == "/portal/"
    with override_settings(ALOFT_DEMO=False):
        assert "as-customer" not in Client().get("/sign-in/").content.decode()
        assert Client().post(f"/sign-in/as-customer/{sam.pk}").status_code == 404
