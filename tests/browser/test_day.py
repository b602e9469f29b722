"""Cora's morning in a real browser: by mouse, by keyboard, and without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from aloft.act.models import Occurrence
from aloft.records.models import RecordedFact
from tests.browser.conftest import NARROW, Open, arrived, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def row(page: Page, moment: Occurrence) -> str:
    return f"#moment-{moment.public_id}"


def test_a_call_is_started_recorded_and_done_and_each_can_be_undone(
    open_page: Open, brackwater: Occurrence
) -> None:
    page = sign_in(open_page())
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("3 of your 4 accounts need you this week")
    moment = page.locator(row(page, brackwater))
    moment.locator("summary").click()
    moment.get_by_role("button", name="Start the call").click()
    toast = page.locator("aloft-toast")
    expect(toast).to_contain_text("Started “Usage fell” for Brackwater Foods")
    expect(moment).to_contain_text("in progress")
    expect(moment.get_by_text("Objective")).to_be_visible()  # the row stays open

    moment.get_by_role("link", name="Record").click()
    moment.get_by_label("With whom?").select_option("Ruth Palmer, exec sponsor")
    moment.get_by_role("button", name="Record").click()
    expect(toast).to_contain_text("Recorded: contacted Ruth Palmer")
    assert RecordedFact.objects.get().fact == "contacted"

    moment.get_by_role("link", name="Done").click()
    moment.get_by_label("In a sentence").fill("Prices explained")
    moment.get_by_role("button", name="Done").click()
    expect(heading).to_have_text("2 of your 4 accounts need you this week")
    expect(moment).to_have_count(0)
    expect(page.locator("#navigation")).to_contain_text(re.compile(r"Today\s*2"))
    toast.get_by_role("button", name="Undo").click()
    expect(heading).to_have_text("3 of your 4 accounts need you this week")
    moment.locator("summary").click()
    moment.get_by_role("link", name="Why this opened").click()
    expect(page.get_by_role("heading", name="The rule held")).to_be_visible()
    expect(page.get_by_role("heading", name="What it read")).to_be_visible()

    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("heading", name="What was recorded")).to_have_count(0)
    assert RecordedFact.objects.get().withdrawn_at is not None


def test_the_keys_do_it_all(open_page: Open, brackwater: Occurrence) -> None:
    page = sign_in(open_page())
    keys = page.keyboard
    keys.press("j")
    keys.press("j")
    summary = page.locator(f"{row(page, brackwater)} summary")
    expect(summary).to_be_focused()
    keys.press("Enter")
    start = page.get_by_role("button", name="Start the call")
    expect(start).to_be_visible()
    keys.press("Tab")
    expect(start).to_be_focused()
    keys.press("Enter")
    expect(page.locator(row(page, brackwater))).to_contain_text("in progress")
    expect(summary).to_be_focused()  # the place is kept
    keys.press("o")
    expect(page.get_by_role("link", name="Done").first).to_be_hidden()
    keys.press("k")
    expect(page.locator("details.moment summary").first).to_be_focused()

    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    keys.press("/")
    keys.type("brack")
    keys.press("Enter")
    arrived(page, "Brackwater Foods has 1 open moment")
    keys.press("g")
    keys.press("a")
    arrived(page, "None of your 4 accounts is red, 1 is yellow")
    keys.press("g")
    keys.press("t")
    arrived(page, "need you this week")


def test_a_form_that_lacks_something_says_so_in_its_place(open_page: Open, brackwater: Occurrence) -> None:
    page = sign_in(open_page())
    moment = page.locator(row(page, brackwater))
    moment.locator("summary").click()
    moment.get_by_role("link", name="Skip").click()
    expect(moment.get_by_label("Why is it not needed?")).to_be_focused()
    with page.expect_response(lambda answer: answer.status == 422):
        moment.get_by_role("button", name="Skip").click()
    expect(moment).to_contain_text("Say why: it is kept with the moment.")
    moment.get_by_label("Why is it not needed?").fill("They merge")
    moment.get_by_role("button", name="Skip").click()
    expect(page.locator("aloft-toast")).to_contain_text("Skipped “Usage fell” for Brackwater Foods")


def test_a_toast_stays_eight_seconds_and_as_long_as_the_pointer_is_on_it(
    open_page: Open, brackwater: Occurrence
) -> None:
    page = open_page()
    page.clock.install()
    sign_in(page)
    page.locator(f"{row(page, brackwater)} summary").click()
    page.get_by_role("button", name="Start the call").click()
    toast = page.locator("aloft-toast")
    expect(toast).to_be_visible()
    page.clock.fast_forward(7000)
    expect(toast).to_be_visible()
    toast.hover()
    page.clock.fast_forward(20000)
    expect(toast).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.fast_forward(8500)
    expect(toast).to_have_count(0)


def test_the_theme_is_kept(open_page: Open) -> None:
    page = sign_in(open_page())
    page.get_by_role("button", name="Switch light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_without_script_the_day_goes_on(open_page: Open, brackwater: Occurrence) -> None:
    page = sign_in(open_page(NARROW, java_script_enabled=False))
    page.locator(f"{row(page, brackwater)} summary").click()
    page.get_by_role("button", name="Start the call").click()
    expect(page.locator("#toasts")).to_contain_text("Started “Usage fell” for Brackwater Foods")
    expect(page.locator(row(page, brackwater))).to_contain_text("in progress")
    page.get_by_role("link", name="Record").first.click()
    page.get_by_label("With whom?").select_option("Ruth Palmer, exec sponsor")
    page.get_by_role("button", name="Record").click()
    expect(page.locator("#toasts")).to_contain_text("Recorded: contacted Ruth Palmer")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Withdrawn: contacted")


def test_signing_out_ends_it(open_page: Open) -> None:
    page = sign_in(open_page())
    page.get_by_role("button", name="You and this page").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/accounts/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_what_is_gone_is_shown_gone(open_page: Open, brackwater: Occurrence) -> None:
    page = sign_in(open_page(forgives="404"))
    page.locator(f"{row(page, brackwater)} summary").click()
    Occurrence.objects.filter(pk=brackwater.pk).delete()
    page.get_by_role("button", name="Start the call").click()
    expect(page.locator("aloft-toast")).to_contain_text("it is gone, or with somebody else now")
    expect(page.locator(row(page, brackwater))).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of your 4 accounts need you this week")


def test_the_palette_offers_what_can_be_done_under_the_cursor(
    open_page: Open, brackwater: Occurrence
) -> None:
    page = sign_in(open_page())
    keys = page.keyboard
    keys.press("j")
    keys.press("j")
    keys.press("Control+k")
    expect(page.get_by_role("group", name="Usage fell, Brackwater Foods")).to_be_visible()
    keys.type("snoo")
    expect(page.get_by_role("option")).to_have_text(["Snoozes"])  # the act, and its key
    keys.press("Enter")
    moment = page.locator(row(page, brackwater))
    expect(moment.get_by_label("Until")).to_be_focused()
    keys.press("Escape")
    expect(moment.get_by_label("Until")).to_have_count(0)
    expect(moment.locator("summary")).to_be_focused()


def test_a_touch_is_logged_from_the_list(open_page: Open, brackwater: Occurrence) -> None:
    page = sign_in(open_page())
    moment = page.locator(row(page, brackwater))
    moment.locator("summary").click()
    page.keyboard.press("l")
    expect(moment.get_by_label("What happened?")).to_be_focused()
    moment.get_by_label("How?").select_option("Meeting")
    moment.get_by_role("button", name="Log it").click()
    expect(page.locator("aloft-toast")).to_contain_text("Logged: meeting with Brackwater Foods")
    assert RecordedFact.objects.get().moment == ""
    page.keyboard.press("u")
    expect(page.locator("aloft-toast")).to_contain_text("Withdrawn: contacted")
