from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from aloft.act.models import Occurrence
from aloft.engine import client
from aloft.measures.goals import plan_at
from aloft.records.models import (
    Contract,
    ContractLine,
    Goal,
    GoalReading,
    Person,
    Product,
    SuccessPlan,
)
from aloft.workspace.pages.questions import three_questions
from tests.workspace import factory


@pytest.fixture
def usage_fell(owner: Person, now: datetime) -> Occurrence:
    account = factory.account("Brackwater Foods", now, held_by=owner)
    return factory.occurrence(account, owner, now, due=timedelta(hours=8))


def test_why_tells_the_rule_what_it_read_and_when_that_was_known(
    cora: Client, usage_fell: Occurrence
) -> None:
    page = cora.get(f"/moments/{usage_fell.public_id}/").content.decode()
    for words in (
        "The rule held",
        "sign_ins_28d &lt; 799",
        "What it read",
        "today 00:00",
        "today 05:00",
        "product",
    ):
        assert words in page
    assert "Find the cause while it is cheap to fix" in page


def test_why_shows_what_was_recorded_with_a_way_to_withdraw_it(
    cora: Client, usage_fell: Occurrence, owner: Person, now: datetime
) -> None:
    fact = factory.fact(usage_fell, owner, now)
    url = f"/moments/{usage_fell.public_id}/"
    assert f'action="/facts/{fact.pk}/withdraw"' in cora.get(url).content.decode()
    cora.post(f"/facts/{fact.pk}/withdraw", {"page": "why"})
    assert f'action="/facts/{fact.pk}/withdraw"' not in cora.get(url).content.decode()


def test_an_account_shows_its_people_its_lines_in_force_and_its_moments(
    cora: Client, usage_fell: Occurrence, now: datetime
) -> None:
    account = usage_fell.account
    factory.contact(account, "Ruth Palmer", "exec_sponsor")
    contract = Contract.objects.create(external_id="c-1", account=account, starts_on=date(2025, 1, 1))
    product = Product.objects.create(name="Reporting")
    for mrr in ("5000", "5040"):
        ContractLine.objects.create(
            contract=contract,
            line="a",
            product=product,
            seats=120,
            mrr=mrr,
            starts_on=date(2025, 1, 1),
            recorded_at=now,
        )
    ContractLine.objects.create(
        contract=contract,
        line="b",
        mrr="777",
        starts_on=date(2024, 1, 1),
        ends_on=date(2025, 1, 1),
        recorded_at=now,
    )
    page = cora.get(f"/accounts/{account.public_id}/").content.decode()
    assert "<h1>Brackwater Foods has 1 open moment</h1>" in page
    assert "Ruth Palmer" in page
    assert "120 seats · 5,040 USD" in page
    assert "1 earlier, +40 with the last" in page
    assert "5,000 USD from 1 Jan 2025" in page
    assert '777 USD <span class="dim">until 1 Jan 2025</span> <span class="dim">not in force</span>' in page
    assert f'href="/moments/{usage_fell.public_id}/"' in page
    assert ">14 Aug 2025</time>" in page


def test_without_an_engine_the_account_says_how_to_start_one(cora: Client, usage_fell: Occurrence) -> None:
    page = cora.get(f"/accounts/{usage_fell.account.public_id}/").content.decode()
    assert "The engine is busy or not running" in page
    assert "<code>aloft serve</code>" in page


@pytest.mark.django_db
def test_the_three_questions_are_answered_by_the_plan(now: datetime) -> None:
    account = factory.account("Brackwater Foods", now)
    assert [q.answered for q in three_questions(account, None, now)] == [False, False, False]
    ruth = factory.contact(account, "Ruth Palmer")
    plan = SuccessPlan.objects.create(account=account, agreed_by=ruth, agreed_at=now)
    goal = Goal.objects.create(
        plan=plan, title="Days to close", value_metric="close", unit="days", better="down", baseline=9, target=5,
        due_on=date(2026, 12, 31),
    )  # fmt: skip
    GoalReading.objects.create(goal=goal, value="6.5", read_at=now)
    measured, achieved, loyal = three_questions(account, plan_at(account, now), now)
    assert (measured.answered, measured.answer) == (True, "Days to close: from 9 to 5 days by 31 Dec")
    assert measured.then == "Agreed with Ruth Palmer"
    assert (achieved.answered, achieved.answer) == (True, "6.5 days now, 62 % of the way")
    assert not loyal.answered


@pytest.mark.django_db
def test_accounts_are_found_by_name_and_id_among_one_s_own(
    cora: Client, owner: Person, colleague: Person, now: datetime
) -> None:
    factory.account("Brackwater Foods", now, held_by=owner)
    factory.account("Halloway Freight", now, held_by=owner)
    factory.account("Brackwater Foreign", now, held_by=colleague)
    page = cora.get("/accounts/?q=brackwater").content.decode()
    assert "<h1>1 account matches “brackwater”</h1>" in page
    assert "Brackwater Foods" in page
    assert "Halloway Freight" not in page
    assert "Brackwater Foreign" not in page
    assert "<h1>1 account matches “halloway-fr”</h1>" in cora.get("/accounts/?q=halloway-fr").content.decode()


@pytest.mark.django_db
def test_a_backup_works_for_who_is_away(colleague: Person, owner: Person, now: datetime) -> None:
    Person.objects.filter(pk=owner.pk).update(backup=colleague)
    account = factory.account("Brackwater Foods", now, held_by=owner)
    assert factory.sign_in(Client(), colleague).get(f"/accounts/{account.public_id}/").status_code == 200


@pytest.mark.django_db
def test_a_user_whom_nobody_put_on_the_team_sees_nothing(now: datetime, django_user_model: type) -> None:
    factory.account("Brackwater Foods", now)
    stranger = Client()
    stranger.force_login(
        django_user_model.objects.create_user("x", "x@aloft.example"),  # type: ignore[attr-defined]
        backend="django.contrib.auth.backends.ModelBackend",
    )
    page = stranger.get("/").content.decode()
    assert "You are signed in, but not on the team" in page
    assert "Brackwater Foods" not in stranger.get("/accounts/").content.decode()


@pytest.mark.django_db
def test_what_is_foreign_answers_exactly_like_what_is_missing(olga: Client, usage_fell: Occurrence) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    for foreign, void in [
        (f"/accounts/{usage_fell.account.public_id}/", f"/accounts/{missing}/"),
        (f"/moments/{usage_fell.public_id}/", f"/moments/{missing}/"),
    ]:
        one, other = olga.get(foreign), olga.get(void)
        assert (one.status_code, other.status_code) == (404, 404)
        assert _without_token(one) == _without_token(other)


def _without_token(response: HttpResponse) -> str:
    """The token against forged forms is masked anew each time."""
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", response.content.decode())


@pytest.mark.django_db
def test_healthz_answers_without_signing_in(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_a_page_for_a_stranger_asks_the_database_nothing(
    client: Client, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/").status_code == 302


def test_the_engine_s_answer_tells_why_the_others_are_not_open(
    cora: Client, usage_fell: Occurrence, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, dict[str, object]]] = []

    def ask(question: str, **arguments: object) -> dict[str, object]:
        asked.append((question, arguments))
        told = {
            "moment": "check_in",
            "verdict": "waits",
            "headline": "“Check in” is not open: nobody has asked for it",
            "change": "",
        }
        return {"explanations": [told]}

    monkeypatch.setattr(client, "ask", ask)
    here = f"/accounts/{usage_fell.account.public_id}/"
    page = cora.get(here).content.decode()
    assert asked == [("story", {"account": "brackwater-foods"})]
    assert f'hx-get="{here}not-open" hx-trigger="load"' in page
    part = cora.get(f"{here}not-open").content.decode()
    assert asked[1:] == [("why_not", {"account": "brackwater-foods", "patience": 3.0})]
    assert '<th scope="row">Check in</th>' in part
    assert "nobody has asked for it" in part
    assert "busy or not running" not in part


def test_an_engine_that_does_not_answer_is_said_and_can_be_asked_again(
    cora: Client, usage_fell: Occurrence
) -> None:
    here = f"/accounts/{usage_fell.account.public_id}/not-open"
    part = cora.get(here).content.decode()
    assert "The engine is busy or not running" in part
    assert f'hx-get="{here}" hx-target="#not-open"' in part


def test_sentences_of_the_engine_give_instants_in_the_zone_of_who_reads_them(
    cora: Client, owner: Person, usage_fell: Occurrence
) -> None:
    owner.timezone = "Asia/Tokyo"
    owner.save()
    usage_fell.because = "Every 1 month from <start>: due 2026-03-01 20:00 UTC, was 2025-12-31 15:30 UTC"
    usage_fell.save()
    page = cora.get("/").content.decode()
    assert "Every 1 month from &lt;start&gt;: due <time" in page
    assert (
        '<time datetime="2026-03-01T20:00:00Z" title="Mon 2 Mar 2026, 05:00 Asia/Tokyo">2 Mar, 05:00</time>'
        in page
    )
    assert ">1 Jan, 00:30</time>" in page
    assert " UTC" not in page
