"""What the customer sees of what we agreed, of whom they meet, and of nothing else."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from aloft.act.models import Occurrence
from aloft.records.models import Account, AuditEntry, Change, Contact, Goal, Person, PlanStep
from aloft.records.services import agree_plan, read_goal, set_goal, set_step
from tests.portal.conftest import SignIn
from tests.workspace import factory

pytestmark = pytest.mark.django_db


def text_of(browser: Client, url: str = "/portal/") -> str:
    return " ".join(browser.get(url).content.decode().split())


@pytest.fixture
def steps(otterbrook: Account, now: datetime) -> list[PlanStep]:
    agree_plan(account=otterbrook, actor="cora", at=now)
    return [
        set_step(account=otterbrook, title=title, due_on=date(2026, 3, day), actor="cora", at=now)
        for title, day in (("Connect your bank", 3), ("Invite colleagues", 17), ("Close a month", 31))
    ]


def goal(account: Account, now: datetime, **more: object) -> Goal:
    """40 to 80, over 100 days of which half are over on the second of March."""
    said: dict[str, object] = {
        "value_metric": "users", "unit": "users", "baseline": 40, "target": 80,
        "starts_on": date(2026, 1, 11), "due_on": date(2026, 4, 21), **more,
    }  # fmt: skip
    return set_goal(account=account, title="Everybody signs in", actor="cora", at=now, **said)  # type: ignore[arg-type]


def test_a_customer_without_a_plan_is_told_what_will_stand_there(browser: Client) -> None:
    page = text_of(browser)
    assert "<h1>Welcome, Sam</h1>" in page
    assert "No plan is agreed yet: it will stand here as soon as it is." in page
    assert "No meeting is planned just now." in page


def test_steps_are_counted_and_the_next_one_is_told(
    browser: Client, steps: list[PlanStep], otterbrook: Account, now: datetime
) -> None:
    set_step(account=otterbrook, title=steps[0].title, done_at=now, actor="cora", at=now)
    page = text_of(browser)
    assert "<h1>1 of 3 steps is done, Sam</h1>" in page
    assert "Next: Invite colleagues, by 17 Mar." in page


def test_a_step_whose_day_is_over_is_meant_for_it(
    browser: Client, otterbrook: Account, now: datetime
) -> None:
    """It is the second of March."""
    for title, day in (("Connect your bank", 1), ("Invite colleagues", 2)):
        set_step(account=otterbrook, title=title, due_on=date(2026, 3, day), actor="cora", at=now)
    page = text_of(browser)
    assert "Next: Connect your bank, meant for 1 Mar." in page
    assert '<span class="end">meant for 1 Mar</span>' in page
    assert '<span class="end">by 2 Mar</span>' in page


def test_a_step_that_the_customer_ticks_off_is_kept_audited_and_told_to_the_engine(
    browser: Client, steps: list[PlanStep], sam: Contact, now: datetime
) -> None:
    assert browser.post(f"/portal/steps/{steps[1].pk}").status_code == 302
    steps[1].refresh_from_db()
    assert steps[1].done_at == now
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor, entry.action) == (f"contact:{sam.pk}", "plan.step")
    told = Change.objects.latest("pk")
    assert (told.kind, told.account, told.data["done"]) == ("plan.step", "otterbrook-schools", True)
    assert "<h1>1 of 3 steps is done, Sam</h1>" in text_of(browser)


def test_a_tick_is_taken_back(browser: Client, steps: list[PlanStep]) -> None:
    browser.post(f"/portal/steps/{steps[1].pk}")
    browser.post(f"/portal/steps/{steps[1].pk}", {"undo": "1"})
    steps[1].refresh_from_db()
    assert steps[1].done_at is None
    assert "None of 3 steps are done, Sam" in text_of(browser)


@pytest.mark.parametrize(
    ("value", "share", "state"),
    [(62, "0.55", "ahead"), (58, "0.45", "on course"), (56, "0.40", "on course"), (54, "0.35", "behind")],
)
def test_a_goal_is_ahead_on_course_or_behind(
    browser: Client, otterbrook: Account, now: datetime, value: int, share: str, state: str
) -> None:
    """F16: 40 to 80, now 62 at half time: 0.55 against 0.50. Behind is less than 0.8 of what is expected."""
    read_goal(goal=goal(otterbrook, now), value=Decimal(value), actor="cora", at=now)
    page = text_of(browser)
    assert f"<b>{value} users</b>" in page
    assert f'<progress max="1" value="{share}"' in page
    assert f"</svg>{state}</span>" in page
    assert "From 40 to 80 users, by 21 Apr 2026" in page


def test_a_goal_that_nobody_read_is_measured_by_its_value_metric(
    browser: Client, otterbrook: Account, now: datetime
) -> None:
    """The model measures `sign_ins` by the metric `sign_ins_28d`, of which there are 742."""
    factory.version(now)
    goal(otterbrook, now, value_metric="sign_ins", unit="sign-ins")
    assert "<b>742 sign-ins</b>" in text_of(browser)


def test_meetings_that_the_calendar_brings_are_told_by_title_day_and_person_alone(
    browser: Client, otterbrook: Account, owner: Person, now: datetime
) -> None:
    shown = factory.occurrence(
        otterbrook, owner, now, due=timedelta(days=3), trigger="schedule", channel="video",
        title="Business review", objective="Sell them the next level", because="Their champion is weak",
    )  # fmt: skip
    page = text_of(browser)
    assert "<b>Business review</b>" in page
    assert "With Cora Jensen" in page
    for secret in (shown.objective, shown.because, shown.expected, shown.owned_because):
        assert secret not in page


@pytest.mark.parametrize(
    "hidden",
    [
        {"trigger": "condition", "channel": "video"},
        {"trigger": "event", "channel": "video"},
        {"trigger": "schedule", "channel": "call"},
        {"trigger": "schedule", "channel": ""},
        {"trigger": "schedule", "channel": "video", "state": "closed"},
    ],
)
def test_what_the_team_does_on_its_own_is_not_there(
    browser: Client, otterbrook: Account, owner: Person, now: datetime, hidden: dict[str, str]
) -> None:
    factory.occurrence(otterbrook, owner, now, due=timedelta(days=3), title="Find out why", **hidden)
    assert "Find out why" not in text_of(browser)


def test_what_is_overdue_is_our_affair(
    browser: Client, otterbrook: Account, owner: Person, now: datetime
) -> None:
    factory.occurrence(
        otterbrook, owner, now, due=-timedelta(days=3), trigger="schedule", channel="video", title="Review"
    )
    assert "Review" not in text_of(browser)


def test_money_health_and_phase_are_not_there(browser: Client, otterbrook: Account, now: datetime) -> None:
    factory.health(otterbrook, now)
    page = text_of(browser)
    for ours in ("6,240", "MRR", "Tier", "tier_1", "ongoing", "yellow", "67", "champion left"):
        assert ours not in page, ours


def test_their_team_is_who_holds_the_account(browser: Client) -> None:
    page = text_of(browser)
    assert "<b>Cora Jensen</b>" in page
    assert "Customer success" in page
    assert 'href="mailto:cora@aloft.example"' in page


def test_times_are_in_the_zone_of_the_contact(
    sam: Contact, sign_in: SignIn, otterbrook: Account, owner: Person, now: datetime
) -> None:
    """Due at 12:00 UTC on the fifth: 21:00 in Tokyo."""
    Contact.objects.filter(pk=sam.pk).update(timezone="Asia/Tokyo")
    factory.occurrence(
        otterbrook, owner, now, due=timedelta(days=3, hours=3), trigger="schedule", channel="video"
    )
    page = text_of(sign_in(sam))
    assert "5 Mar, 21:00" in page
    assert "Times are in Asia/Tokyo." in page


def test_the_page_asks_few_questions(
    browser: Client, steps: list[PlanStep], otterbrook: Account, now: datetime,
    django_assert_max_num_queries: object,
) -> None:  # fmt: skip
    goal(otterbrook, now)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        browser.get("/portal/")


def test_the_team_sees_what_the_customer_sees_and_can_do_nothing_there(
    owner: Person, steps: list[PlanStep], otterbrook: Account
) -> None:
    team = factory.sign_in(Client(), owner)
    page = text_of(team, f"/portal/as/{otterbrook.public_id}")
    assert "This is what the people of Otterbrook Schools see." in page
    assert "None of 3 steps are done" in page
    assert page.count("<form") == 0
    assert f"/portal/as/{otterbrook.public_id}" in text_of(team, f"/accounts/{otterbrook.public_id}/")
    assert Occurrence.objects.count() == 0
