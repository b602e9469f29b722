"""Accounts treated otherwise than the model says, in a browser: exceptions, those on the report, and experiments."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from aloft import clock
from aloft.act.models import Occurrence
from aloft.engine import client
from aloft.engine.models import Live
from aloft.learn.models import Contamination
from aloft.records.models import AccountException, Person
from tests.browser.conftest import NARROW, Open, arrived, sign_in
from tests.browser.test_model import looked_at_everywhere
from tests.workspace import factory
from tests.workspace.test_exception_list import COLUMNS
from tests.workspace.test_experiments import DRAWN, assigned

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def on_the_account(page: Page, moment: Occurrence) -> Page:
    page.goto(f"/accounts/{moment.account.public_id}/")
    arrived(page, "Brackwater Foods has 1 open moment")
    return page


def last_day() -> datetime:
    return clock.now() + timedelta(days=30)


def test_an_exception_is_made_and_taken_back(open_page: Open, brackwater: Occurrence) -> None:
    page = on_the_account(sign_in(open_page()), brackwater)
    page.get_by_role("link", name="Make an exception").click()
    arrived(page, "Treat Brackwater Foods otherwise than its model says")
    expect(page.get_by_label("Touch", exact=True)).to_be_visible()
    page.get_by_label("A moment that is skipped").check()
    expect(page.get_by_label("Touch", exact=True)).to_be_hidden()
    looked_at_everywhere(page, "exception")
    page.get_by_label("Which moment").select_option("Usage fell")
    page.get_by_label("Why?").fill("They merge")
    with page.expect_response(lambda answer: answer.status == 422):
        page.get_by_role("button", name="Make the exception").click()
    expect(page.locator("form.excepts")).to_contain_text("Give its last day.")
    page.get_by_label("Until and including").fill(f"{last_day():%Y-%m-%d}")
    page.get_by_role("button", name="Make the exception").click()

    toast = page.locator("aloft-toast")
    expect(toast).to_contain_text("Made an exception of Brackwater Foods")
    says = f"Usage fell is skipped until {last_day().day} {last_day():%b %Y}: They merge"
    expect(page.get_by_text(says)).to_be_visible()
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("Ended the exception of Brackwater Foods; the model counts again")
    expect(page.get_by_role("heading", name="No exception is made")).to_be_visible()
    assert AccountException.objects.get().ended_at is not None


def test_an_exception_is_made_and_ended_by_keys(open_page: Open, brackwater: Occurrence) -> None:
    page = on_the_account(sign_in(open_page(locale="en-US")), brackwater)
    keys = page.keyboard
    page.get_by_role("link", name="Make an exception").focus()
    keys.press("Enter")
    arrived(page, "Treat Brackwater Foods otherwise than its model says")
    page.get_by_label("Another touch").focus()
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    expect(page.get_by_label("Another touch")).to_be_checked()
    keys.press("Tab")
    expect(page.get_by_label("Touch", exact=True)).to_be_focused()
    keys.type("tech")
    keys.press("Tab")
    expect(page.get_by_label("Until and including")).to_be_focused()
    keys.type(f"{last_day():%m%d%Y}")
    page.get_by_label("Why?").focus()
    keys.type("They asked for quiet")
    keys.press("Enter")
    expect(page.get_by_text("Tech touch until")).to_be_visible()
    made = AccountException.objects.get()
    assert (made.touch, made.reason, made.until) == (["tech"], "They asked for quiet", last_day().date())

    page.get_by_role("button", name="End it").focus()
    keys.press("Enter")
    expect(page.get_by_role("heading", name="No exception is made")).to_be_visible()


def test_without_script_an_exception_is_made_and_ended(open_page: Open, brackwater: Occurrence) -> None:
    page = sign_in(open_page(NARROW, java_script_enabled=False))
    page.goto(f"/accounts/{brackwater.account.public_id}/exception")
    page.get_by_label("Touch", exact=True).select_option("Tech")
    page.get_by_label("Until and including").fill(f"{last_day():%Y-%m-%d}")
    page.get_by_label("Why?").fill("They asked for quiet")
    page.get_by_role("button", name="Make the exception").click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_role("heading", name="No exception is made")).to_be_visible()


def test_who_is_on_the_exception_report_is_a_row_that_keys_walk(
    open_page: Open, brackwater: Occurrence, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = brackwater.account
    row = [account.external_id, account.name, "usage_fell", "2026-03-01 08:00", "score 5", "cora",
           "2026-03-08 08:00", "6240"]  # fmt: skip
    told = {
        "name": "exceptions",
        "caption": "4 monitored.",
        "columns": [[n, "text"] for n in COLUMNS],
        "rows": [row],
    }
    page = sign_in(open_page())
    monkeypatch.setattr(client, "ask", lambda _question, **_of: {"report": told})
    page.goto("/model/exceptions/")
    arrived(page, "1 account is an exception")
    looked_at_everywhere(page, "exception-list")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Brackwater Foods")).to_be_focused()
    page.keyboard.press("Enter")
    arrived(page, "Brackwater Foods has 1 open moment")


def test_an_experiment_is_read_with_what_spoils_it(
    open_page: Open, brackwater: Occurrence, owner: Person, now: datetime
) -> None:
    version = brackwater.model_version
    version.document += DRAWN
    version.save()
    Live.objects.create(name=version.name, version=version)
    arms = [("treated", "met"), ("held_out", "missed")]
    drawn = [
        assigned(factory.account(f"{arm} {n}", now, held_by=owner), version, now, arm, outcome)
        for n in range(20)
        for arm, outcome in arms
    ]
    Contamination.objects.create(
        assignment=drawn[1], account=drawn[1].account, change=1, at=now, what="contacted was noted"
    )
    page = sign_in(open_page())
    page.goto("/model/")
    page.get_by_role("link", name="What they tell so far").focus()
    page.keyboard.press("Enter")
    arrived(page, "1 experiment runs, and can be read")
    expect(page.get_by_text("It helps. +100.0 points, from +77.2 to +100.0")).to_be_visible()
    arms_told = page.get_by_role("region", name="Arms of Usage fell").get_by_role("row")
    expect(arms_told.nth(1)).to_contain_text("100.0 %")
    expect(arms_told.nth(2)).to_contain_text("0.0 %")
    looked_at_everywhere(page, "experiments")
    spoils = page.locator("summary", has_text="What spoils it")
    spoils.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("contacted was noted. It stays in the analysis.")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="held_out 0")).to_be_focused()
    page.keyboard.press("Enter")
    arrived(page, "held_out 0")


def test_a_person_tells_what_they_know_and_when_they_are_away(
    open_page: Open, brackwater: Occurrence, owner: Person
) -> None:
    page = sign_in(open_page(locale="en-US"))
    page.goto("/model/team/")
    arrived(page, "on the team")
    looked_at_everywhere(page, "team")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Cora Jensen")).to_be_focused()
    page.keyboard.press("Enter")
    arrived(page, "Cora Jensen")
    looked_at_everywhere(page, "member")
    page.get_by_label("Knows").fill("sso")
    page.get_by_label("Speaks").fill("english")
    page.get_by_label("Away from").fill("2030-01-02")
    with page.expect_response(lambda answer: answer.status == 422):
        page.get_by_role("button", name="Keep it").click()
    expect(page.locator("form.act")).to_contain_text("'english' is no language")
    page.get_by_label("Speaks").fill("en")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("aloft-toast")).to_contain_text("Kept what is told of Cora Jensen")
    expect(page.get_by_role("row", name="Cora Jensen")).to_contain_text("2 Jan 2030")
    owner.refresh_from_db()
    assert (owner.skills, owner.languages) == (["sso"], ["en"])
