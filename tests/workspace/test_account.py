"""The page of one account: its line of time, its use and money, people, contracts and plan."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from aloft.engine import client
from aloft.records.models import (
    Account,
    Contract,
    ContractLine,
    Goal,
    GoalReading,
    Person,
    PlanStep,
    Product,
    RecordedFact,
    SuccessPlan,
)
from aloft.workspace.story import Level, Week, mrr_picture, usage_picture
from tests.workspace import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def brackwater(owner: Person, now: datetime) -> Account:
    account = factory.account("Brackwater Foods", now, held_by=owner)
    ruth = factory.contact(account, "Ruth Palmer", "exec_sponsor")
    fell = factory.occurrence(account, owner, now, due=timedelta(hours=8))
    spoken = factory.fact(fell, owner, now - timedelta(days=3))
    RecordedFact.objects.filter(pk=spoken.pk).update(contact=ruth)
    factory.health(account, now)
    contract = Contract.objects.create(external_id="c-1", account=account, starts_on=date(2025, 1, 1))
    ContractLine.objects.create(
        contract=contract, line="Reporting", seats=120, mrr="5040", starts_on=date(2025, 1, 1),
        recorded_at=now - timedelta(days=20),
    )  # fmt: skip
    plan = SuccessPlan.objects.create(account=account, agreed_by=ruth, agreed_at=now - timedelta(days=30))
    goal = Goal.objects.create(
        plan=plan, title="Days to close", value_metric="close_days", unit="days", better="down", baseline=9,
        target=5, due_on=date(2026, 12, 31),
    )  # fmt: skip
    GoalReading.objects.create(goal=goal, value="6.5", read_at=now - timedelta(days=2))
    PlanStep.objects.create(plan=plan, title="Train the new hires", due_on=date(2026, 3, 20))
    return account


STORY = {
    "weeks": [
        {"last": str(date(2026, 3, 2) - timedelta(weeks=25 - n)), "events": 10 * n, "users": 84 - n}
        for n in range(26)
    ],
    "days": [{"name": "Signed In", "times": 42, "at": "2026-03-01T17:00:00+00:00"}],
    "told": [
        {"at": "2026-02-20T10:00:00+00:00", "field": "country", "value": "DE", "source": "crm"},
    ],
    "mrr": [["2025-01-01", "3840.00"], ["2025-09-01", "5040.00"]],
}


@pytest.fixture
def _told(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(question: str, **_: Any) -> dict[str, Any] | None:
        return {"story": STORY} if question == "story" else None

    monkeypatch.setattr(client, "ask", ask)


def page(reader: Client, account: Account, query: str = "", **more: Any) -> str:
    return reader.get(f"/accounts/{account.public_id}/{query}", **more).content.decode()


def entries(text: str) -> list[str]:
    """Titles of the timeline, without links."""
    told = text.partition('<ol class="timeline">')[2].partition("</ol>")[0]
    return [unescape(re.sub("<[^>]+>", "", title)) for title in re.findall("<b>(.*?)</b>", told)]


@pytest.mark.usefixtures("_told")
def test_everything_that_happened_stands_in_one_line_the_newest_first(
    cora: Client, brackwater: Account
) -> None:
    assert entries(page(cora, brackwater)) == [
        "Usage fell",  # ahead
        "declined('Signed In', 0.3) is raised",
        "Somebody who has left: 2 of 6, at risk",
        "Usage fell: opened",
        "Signed In",
        "Contacted: Ruth Palmer",
        "Country: DE",
        "Reporting: 5,040 USD a month, 120 seats",
        "Success plan agreed",
    ]


@pytest.mark.usefixtures("_told")
@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("touches", ["Contacted: Ruth Palmer"]),
        ("moments", ["Usage fell", "Usage fell: opened"]),
        ("facts", ["declined('Signed In', 0.3) is raised", "Signed In"]),
    ],
)
def test_the_timeline_shows_the_kinds_that_are_asked_for(
    cora: Client, brackwater: Account, kind: str, found: list[str]
) -> None:
    assert entries(page(cora, brackwater, f"?show={kind}")) == found


def test_the_timeline_answers_alone_and_page_by_page(
    cora: Client, brackwater: Account, owner: Person, now: datetime
) -> None:
    met = factory.occurrence(brackwater, owner, now, due=timedelta(hours=1))
    for n in range(60):
        factory.fact(met, owner, now - timedelta(days=4 + n), name="attended")
    alone = {"HX-Request": "true", "HX-Target": "timeline"}
    first = page(cora, brackwater, "?show=touches", headers=alone)
    assert "<h1" not in first
    assert len(entries(first)) == 20
    earlier = re.search(r'rel="next" href="[^?]+(\?[^"#]+)', first)
    assert earlier is not None
    second = page(cora, brackwater, earlier[1].replace("&amp;", "&"), headers=alone)
    assert len(entries(second)) == 20
    assert not set(re.findall(r'datetime="([^"]+)', first)) & set(re.findall(r'datetime="([^"]+)', second))


@pytest.mark.usefixtures("_told")
def test_use_and_money_are_told_before_they_are_drawn(cora: Client, brackwater: Account) -> None:
    text = page(cora, brackwater)
    assert "<h2>59 of 120 seats are active, down from 64 five weeks ago" in text
    assert "<h2>MRR is 5,040, up 1,200 since 1 Sep 2025" in text
    assert "120 seats are paid for" in text
    assert '<th scope="row">1 Sep 2025</th><td class="num">5,040</td><td class="num">1,200</td>' in text


@pytest.mark.usefixtures("_told")
def test_people_who_use_two_products_are_held_against_the_seats_of_the_larger(
    cora: Client, brackwater: Account, now: datetime
) -> None:
    contract = Contract.objects.get(account=brackwater)
    for name, seats in (("Ledger", 90), ("Payroll", 150)):
        ContractLine.objects.create(
            contract=contract, line=name, product=Product.objects.create(name=name), seats=seats, mrr="100",
            starts_on=date(2025, 1, 1), recorded_at=now - timedelta(days=20),
        )  # fmt: skip
    assert "<h2>59 of 150 seats are active" in page(cora, brackwater)


def test_the_plan_tells_its_goal_and_how_far_it_has_come(cora: Client, brackwater: Account) -> None:
    text = page(cora, brackwater)
    assert "Close days: 6.5 days now, read" in text
    assert "62.5 % of the way" in text
    assert "Train the new hires" in text


def test_people_are_told_with_when_they_were_last_spoken_to(cora: Client, brackwater: Account) -> None:
    factory.contact(brackwater, "Jonas Weil", "")
    text = page(cora, brackwater).partition('aria-label="People"')[2]
    people = re.findall(r'<b>([^<]+)</b><span class="end">(.*?)</span>', text)
    assert [(name, re.sub("<[^>]+>", "", when)) for name, when in people[:2]] == [
        ("Ruth Palmer", "27 Feb"),
        ("Jonas Weil", "never"),
    ]


def test_every_value_opens_what_it_rests_on(cora: Client, brackwater: Account) -> None:
    assert f'<a href="/accounts/{brackwater.public_id}/explain/sign_ins_28d">742</a>' in page(
        cora, brackwater
    )


def weeks(*users: int) -> list[Week]:
    return [Week(date(2026, 1, 7) + timedelta(weeks=n), 3 * many, many) for n, many in enumerate(users)]


def test_a_picture_of_use_needs_use() -> None:
    assert usage_picture(weeks(0, 0, 0), 10, []) is None
    assert usage_picture([], None, []) is None


def test_without_seats_people_are_counted_and_without_people_events() -> None:
    by_people, by_events = (
        usage_picture(weeks(1, 2, 1), None, []),
        usage_picture([Week(date(2026, 1, 7 * n), 100 * n, 0) for n in (1, 2, 3)], 50, []),
    )
    assert by_people is not None
    assert by_people.sentence == "1 person in the last week, as five weeks ago"
    assert by_events is not None
    assert by_events.sentence == "300 events in the last week, up from 100 five weeks ago"
    assert by_events.reference is None


def test_a_picture_of_mrr_begins_two_years_back_with_what_held_then() -> None:
    levels = [Level(date(2020, 1, 1), 100, 100), Level(date(2025, 3, 1), 300, 200)]  # type: ignore[arg-type]
    picture = mrr_picture(levels, date(2026, 3, 1))
    assert picture is not None
    assert picture.says == "MRR since 1 Mar 2024: 100 from 2024-03-01, 300 from 2025-03-01"
    assert mrr_picture([], date(2026, 3, 1)) is None


def test_what_goes_by_itself_is_shown_apart_and_never_late(mia: Client, owner: Person, now: datetime) -> None:
    factory.with_an_automated_role(now)
    told = factory.account("Told Ltd", now, held_by=owner)
    factory.occurrence(told, None, now, due=timedelta(days=-7), role="digital", title="Renewal notice")
    text = page(mia, told)
    assert "<h1>Told Ltd is in order: nothing waits</h1>" in text
    assert "Nothing is open." in text
    apart = text[text.index("Going by themselves") : text.index("Past moments")]
    assert "Renewal notice" in apart
    assert "late" not in apart.partition("Timeline")[0]
    factory.occurrence(told, owner, now, due=timedelta(days=-1))
    assert "<h1>Told Ltd has 1 open moment, 1 late</h1>" in page(mia, told)
