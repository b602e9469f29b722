"""A customer sees their own account, and nothing else is there for them."""

from __future__ import annotations

import pytest
from django.test import Client

from aloft.records.models import Account, Contact, Person
from aloft.records.services import agree_plan, set_step, withdraw_access
from tests.portal.conftest import SignIn
from tests.workspace import factory

pytestmark = pytest.mark.django_db

OF_THE_TEAM = (
    "/accounts/",
    "/model/",
    "/data/",
    "/revenue/",
    "/find?q=a",
    "/notices/",
    "/accounts/export.csv",
)


@pytest.mark.parametrize("url", OF_THE_TEAM)
def test_pages_of_the_team_are_not_there_for_a_customer(browser: Client, url: str) -> None:
    answer = browser.get(url)
    assert answer.status_code == 404
    for place in ("/accounts/", "/model/", "/data/"):
        assert f'href="{place}"' not in answer.content.decode()


def test_the_front_door_leads_a_customer_to_their_page(browser: Client) -> None:
    assert browser.get("/")["Location"] == "/portal/"


def test_the_page_of_ones_own_account_in_the_workspace_is_closed_too(
    browser: Client, otterbrook: Account
) -> None:
    assert browser.get(f"/accounts/{otterbrook.public_id}/").status_code == 404
    assert browser.post(f"/accounts/{otterbrook.public_id}/pulse", {"score": "6"}).status_code == 404
    assert browser.get(f"/portal/as/{otterbrook.public_id}").status_code == 404


def test_the_step_of_another_customer_is_as_missing_as_one_that_never_was(
    browser: Client, rita: Contact, frozen: object
) -> None:
    agree_plan(account=rita.account, actor="dev", at=rita.account.created_at)
    theirs = set_step(
        account=rita.account, title="Connect your bank", actor="dev", at=rita.account.created_at
    )
    answers = [browser.post(f"/portal/steps/{pk}").status_code for pk in (theirs.pk, theirs.pk + 1000)]
    assert answers == [404, 404]
    theirs.refresh_from_db()
    assert theirs.done_at is None


def test_no_word_of_another_customer_is_said(browser: Client, rita: Contact) -> None:
    for url in ("/portal/", "/portal/feedback", "/portal/you", "/nowhere"):
        page = browser.get(url).content.decode()
        assert rita.name not in page
        assert rita.account.name not in page


def test_people_of_the_team_have_no_portal_of_their_own(owner: Person, otterbrook: Account) -> None:
    team = factory.sign_in(Client(), owner)
    for url in ("/portal/", "/portal/feedback", "/portal/you"):
        assert team.get(url).status_code == 404


def test_a_preview_is_for_who_may_see_the_account(outsider: Person, otterbrook: Account) -> None:
    url = f"/portal/as/{otterbrook.public_id}"
    assert factory.sign_in(Client(), outsider).get(url).status_code == 404
    assert Client().get(url)["Location"].startswith("/sign-in/")


def test_who_has_left_the_customer_sees_nothing_at_once(sam: Contact, sign_in: SignIn) -> None:
    browser = sign_in(sam)
    Contact.objects.filter(pk=sam.pk).update(status="left")
    for url in ("/portal/", "/accounts/", "/model/"):
        answer = browser.get(url)
        assert answer.status_code == 404
        assert 'href="/model/"' not in answer.content.decode()


def test_access_that_was_withdrawn_ends_what_stands_open(sam: Contact, sign_in: SignIn) -> None:
    browser = sign_in(sam)
    sam.refresh_from_db()
    withdraw_access(contact=sam, actor="cora", at=sam.account.created_at)
    assert browser.get("/portal/")["Location"].startswith("/sign-in/")
