"""What a customer sees: by the link of an invitation, on a phone and on a desk, in light and in dark."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from aloft.act.models import Occurrence
from aloft.records.models import Contact, Goal, GoalReading, Person, PlanStep, RecordedFact, SuccessPlan
from aloft.records.services import invite_contact
from tests.browser.conftest import NARROW, PASSWORD, WIDE, Open, arrived
from tests.browser.test_looks import looked_at
from tests.workspace import factory

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def ruth(brackwater: Occurrence, owner: Person, now: datetime) -> Contact:
    """Of Brackwater: one of three steps is done, one goal is half way, a meeting lies ahead."""
    account = brackwater.account
    plan = SuccessPlan.objects.create(account=account, agreed_at=now - timedelta(days=20))
    goal = Goal.objects.create(
        plan=plan, title="Close the books in five days", value_metric="close", unit="days", better="down",
        baseline=9, target=5, starts_on=date(2026, 1, 1), due_on=date(2026, 12, 31),
    )  # fmt: skip
    GoalReading.objects.create(goal=goal, value="6.5", read_at=now - timedelta(days=1))
    for title, done in (
        ("Connect the ledger", True),
        ("Invite the accountants", False),
        ("First close", False),
    ):
        PlanStep.objects.create(
            plan=plan, title=title, done_at=now if done else None, due_on=date(2026, 4, 1)
        )
    factory.occurrence(
        account,
        owner,
        now,
        due=timedelta(days=6),
        trigger="schedule",
        channel="video",
        title="Business review",
    )
    return Contact.objects.get(account=account)


def test_a_customer_comes_in_and_walks_through_all_there_is(
    open_page: Open, ruth: Contact, now: datetime
) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto(reverse("invited", args=[invite_contact(contact=ruth, actor="cora", at=now)]))
    in_both_sizes(page, "portal-invited")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_role("heading", name="Your steps")).to_be_visible()
    in_both_sizes(page, "portal")
    ticks_a_step(page)
    tells_of_a_wish(page)
    says_how_to_write(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def in_both_sizes(page: Page, name: str) -> None:
    """And in light and dark: each size in one of them first, then in the other."""
    for size in (NARROW, WIDE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # the two schemes are literals there
            looked_at(page, f"{name}-{size[0]}-{theme}")


def ticks_a_step(page: Page) -> None:
    page.get_by_role("button", name="Invite the accountants: done").click()
    expect(page.get_by_role("button", name="Invite the accountants: done")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert PlanStep.objects.filter(done_at__isnull=False).count() == 2
    in_both_sizes(page, "portal-ticked")


def tells_of_a_wish(page: Page) -> None:
    page.get_by_role("link", name="Give feedback").click()
    arrived(page, "What should we know?")
    in_both_sizes(page, "portal-feedback")
    page.get_by_label("In your words").fill("We would like to approve by phone")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("listitem").filter(has_text="approve by phone")).to_be_visible()
    assert RecordedFact.objects.get(fact="feedback_given").value == "wish"


def says_how_to_write(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="You").click()
    arrived(page, "Ruth Palmer")
    in_both_sizes(page, "portal-you")
    page.get_by_label("Your time zone").select_option("Europe/Lisbon")
    page.get_by_label("Write to me about news, events and offers").check()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept")).to_be_visible()
    contact = Contact.objects.get(name="Ruth Palmer")
    assert (contact.timezone, contact.consents.get().granted) == ("Europe/Lisbon", True)
