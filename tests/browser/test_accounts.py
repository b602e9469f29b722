"""A manager narrows the list, keeps it, takes it away as a file, hands accounts over, and looks into one."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from aloft.act.models import Occurrence
from aloft.records.models import Book, Person, SavedView
from aloft.records.services import create_user_for
from tests.browser.conftest import NARROW, PASSWORD, WIDE, Open, arrived
from tests.browser.test_looks import looked_at
from tests.workspace import factory

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def mia(brackwater: Occurrence, manager: Person, colleague: Person, now: datetime) -> str:
    create_user_for(person=manager, actor="tests", at=now, password=PASSWORD)
    return "mia@aloft.example"


def enter(page: Page, email: str) -> Page:
    page.goto("/accounts/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/**")
    page.wait_for_load_state()
    return page


def test_a_list_is_narrowed_kept_taken_away_and_handed_over(open_page: Open, mia: str) -> None:
    page = enter(open_page(), mia)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("None of 4 accounts is red, 1 is yellow")
    page.get_by_role("button", name="Segment any").click()
    page.get_by_label("Tier 1").check()
    page.locator("#filter-segment").get_by_role("button", name="Apply").click()
    expect(heading).to_have_text("3 of 4 accounts match")
    expect(page).to_have_url(re.compile(r"\?segment=tier_1$"))
    page.get_by_role("columnheader", name="MRR").get_by_role("button").click()
    expect(page.get_by_role("columnheader", name="MRR")).to_have_attribute("aria-sort", "descending")

    page.get_by_role("button", name="Save this view").click()
    page.locator("#view-name").fill("Large ones")
    page.locator("#keep").get_by_role("button", name="Save").click()
    expect(page.locator(".tabs [aria-current]")).to_have_text("Large ones 3")
    assert SavedView.objects.get().query == "segment=tier_1&sort=-mrr"
    with page.expect_download() as taken:
        page.get_by_role("link", name="Export").click()
    assert len(Path(taken.value.path()).read_text().splitlines()) == 4

    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    bar = page.locator("#pick")
    expect(bar).to_contain_text("2 selected, 12,480 MRR")
    bar.get_by_label("into the book of").select_option("Dev Patel")
    bar.get_by_role("button", name="Assign").click()
    toast = page.locator("aloft-toast")
    expect(toast).to_contain_text("2 accounts are in the book of Dev Patel")
    book = Book.objects.get(person__handle="dev")
    assert book.accounts.count() == 2
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("2 accounts are back where they were")
    assert book.accounts.count() == 0


def test_who_has_left_is_shown_where_it_is_asked_for(open_page: Open, mia: str, now: datetime) -> None:
    factory.account("Mornay Cheese", now, mrr="0", stands="churned")
    page = enter(open_page(), mia)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("None of 4 accounts is red, 1 is yellow")
    page.get_by_role("link", name="1 other has left.").click()
    expect(heading).to_have_text("1 of 5 accounts matches")
    expect(page.get_by_role("link", name="Mornay Cheese")).to_be_visible()
    page.get_by_role("link", name="Remove the filter Status").click()
    expect(heading).to_have_text("None of 4 accounts is red, 1 is yellow")
    page.get_by_role("button", name="Status current").click()
    page.get_by_label("All", exact=True).check()
    page.locator("#filter-status").get_by_role("button", name="Apply").click()
    expect(heading).to_have_text("None of 5 accounts is red, 1 is yellow")
    expect(page).to_have_url(re.compile(r"\?status=all$"))


def test_an_account_is_looked_into(open_page: Open, mia: str) -> None:
    page = enter(open_page(), mia)
    page.get_by_role("link", name="Brackwater Foods").click()
    arrived(page, "Brackwater Foods has 1 open moment")
    entries = page.locator("#timeline li b")
    expect(entries.filter(has_text="Somebody who has left")).to_have_count(1)
    page.locator("#timeline").get_by_role("link", name="Moments").click()
    expect(entries.filter(has_text="Somebody who has left")).to_have_count(0)
    expect(entries.filter(has_text="Usage fell")).not_to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?show=moments"))
    page.go_back()
    expect(entries.filter(has_text="Somebody who has left")).to_have_count(1)


def test_without_script_filters_and_handing_over_still_work(open_page: Open, mia: str) -> None:
    page = enter(open_page(NARROW, java_script_enabled=False), mia)
    page.get_by_label("Name or id of an account").fill("brack")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 account matches “brack”")
    page.get_by_label("Select Brackwater Foods").check()
    page.get_by_label("into the book of").select_option("Dev Patel")
    page.get_by_role("button", name="Assign").click()
    expect(page.locator("#toasts")).to_contain_text("1 account is in the book of Dev Patel")


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
def test_menus_and_the_selection_are_fit_for_all(
    open_page: Open, mia: str, size: tuple[int, int], theme: str
) -> None:
    page = enter(open_page(size, theme, reduced_motion="reduce"), mia)
    for menu in ("Status current", "Health any", "Filter", "Columns", "Save this view"):
        page.get_by_role("button", name=menu, exact=True).click()
        looked_at(page, f"accounts-{menu.split()[0].lower()}-{size[0]}-{theme}")
        page.keyboard.press("Escape")
    page.get_by_label("Select Brackwater Foods").check()
    looked_at(page, f"accounts-selected-{size[0]}-{theme}")
