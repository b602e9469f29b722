"""The first ten minutes, from signing in to a file that arrives: once with the mouse, once with keys alone."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings

from aloft.act.models import Occurrence
from aloft.engine.home import open_engine
from aloft.engine.models import Decided
from aloft.records.models import Account, Person, RecordedFact
from aloft.workspace.models import Seen
from tests.browser.conftest import PASSWORD, Open, arrived

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FARTHEST = 80  # tabs to anything on a page


class Mouse:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        what.click()

    def write(self, where: Locator, text: str) -> None:
        where.click()
        self.page.keyboard.type(text)

    def send(self, _form: Locator, button: Locator) -> None:
        button.click()

    def open(self, moment: Locator) -> None:
        moment.locator("summary").click()

    def act(self, moment: Locator, name: str, _key: str) -> None:
        moment.get_by_role("link", name=name).click()

    def undo(self) -> None:
        self.page.locator("#toasts").get_by_role("button", name="Undo").click()

    def go(self, place: str) -> None:
        self.page.locator("#navigation").get_by_role("link", name=place).click()


class Keys:
    """Tab, Enter and the keys of the page; the pointer is never moved."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, page.keyboard

    def reach(self, what: Locator) -> None:
        for _ in range(FARTHEST):
            if what.evaluate("one => one === document.activeElement"):
                return
            self.keys.press("Tab")
        raise AssertionError(f"{what} is not reached by Tab")

    def press(self, what: Locator) -> None:
        self.reach(what)
        self.keys.press("Enter")

    def write(self, where: Locator, text: str) -> None:
        self.reach(where)
        self.keys.type(text)

    def send(self, form: Locator, _button: Locator) -> None:
        form.press("Enter")

    def open(self, moment: Locator) -> None:
        summary = moment.locator("summary")
        for _ in range(FARTHEST):
            if summary.evaluate("one => one === document.activeElement"):
                break
            self.keys.press("j")
        self.keys.press("e")

    def act(self, _moment: Locator, _name: str, key: str) -> None:
        self.keys.press(key)

    def undo(self) -> None:
        self.keys.press("u")

    def go(self, place: str) -> None:
        self.page.wait_for_load_state()
        self.keys.press("/")
        self.keys.type(place.lower())
        self.keys.press("Enter")


@pytest.fixture
def newcomer(brackwater: Occurrence, owner: Person, settings: Settings, tmp_path: Path) -> Path:
    """Cora leads now, has never been here, and has a file of accounts."""
    settings.ALOFT_HOME = tmp_path / "home"
    settings.ALOFT_HOME.mkdir()
    Person.objects.filter(pk=owner.pk).update(sees_everything=True)
    Seen.objects.all().delete()
    Decided.objects.all().delete()
    file = tmp_path / "accounts.csv"
    file.write_text("account_id,name,country,since\na1,Acme Aviation,UK,2025-01-01\na2,Beta,DE,2025-02-01\n")
    return file


@pytest.mark.parametrize("hands", [Mouse, Keys])
def test_the_first_ten_minutes(
    open_page: Open,
    hands: type[Mouse | Keys],
    newcomer: Path,
    brackwater: Occurrence,
    settings: Settings,
    now: datetime,
) -> None:
    page = open_page()
    hand = hands(page)
    signs_in(page, hand)
    walks_the_tour(page, hand)
    finishes_and_undoes(page, hand, brackwater)
    keeps_a_view(page, hand)
    hand.go("Model")
    expect(page.get_by_role("heading", name="What the rules read")).to_be_visible()
    brings_a_file(page, hand, newcomer)
    with open_engine(settings.ALOFT_HOME) as engine:
        engine.run(now)
    assert Account.objects.filter(name="Acme Aviation").count() == 1
    hand.go("Accounts")
    arrived(page, "accounts")
    expect(page.get_by_role("link", name="Acme Aviation")).to_be_visible()


def signs_in(page: Page, hand: Mouse | Keys) -> None:
    page.goto("/")
    hand.write(page.get_by_label("Email"), "cora@aloft.example")
    hand.write(page.get_by_label("Password"), PASSWORD)
    hand.send(page.get_by_label("Password"), page.get_by_role("button", name="Sign in", exact=True))
    arrived(page, "need the team this week")


def walks_the_tour(page: Page, hand: Mouse | Keys) -> None:
    tour = page.get_by_role("dialog", name="A tour in five steps")
    for step in ("This is your day", "Each moment says why", "Act where you read", "Go anywhere by name"):
        expect(tour.get_by_role("heading")).to_have_text(step)
        expect(tour.get_by_role("heading")).to_be_focused()
        hand.press(tour.get_by_role("button", name="Next"))
    with page.expect_response("**/tour"):
        hand.press(tour.get_by_role("button", name="Begin"))
    expect(tour).to_be_hidden()


def finishes_and_undoes(page: Page, hand: Mouse | Keys, brackwater: Occurrence) -> None:
    moment = page.locator(f"#moment-{brackwater.public_id}")
    hand.open(moment)
    expect(moment.get_by_text("Objective")).to_be_visible()
    hand.act(moment, "Why this opened", "w")
    expect(page.get_by_role("heading", name="The rule held")).to_be_visible()
    hand.go("Today")
    arrived(page, "3 of 4 accounts need the team this week")
    hand.open(moment)
    hand.act(moment, "Done", "d")
    note = moment.get_by_label("In a sentence")
    expect(note).to_be_focused()
    page.keyboard.type("They renew")
    hand.write(moment.get_by_label("What happened?"), "Con")  # a key chooses in a list, too
    hand.send(note, moment.get_by_role("button", name="Done"))
    arrived(page, "2 of 4 accounts need the team this week")
    assert RecordedFact.objects.get().fact == "contacted"
    hand.undo()
    arrived(page, "3 of 4 accounts need the team this week")
    assert RecordedFact.objects.get().withdrawn_at is not None


def keeps_a_view(page: Page, hand: Mouse | Keys) -> None:
    hand.go("Accounts")
    arrived(page, "accounts")
    find = page.get_by_label("Name or id of an account")
    hand.write(find, "ha")
    hand.send(find, page.get_by_role("button", name="Find", exact=True))
    expect(page.get_by_role("link", name="Halloway Freight")).to_be_visible()
    expect(page.get_by_role("link", name="Brackwater Foods")).to_have_count(0)
    hand.press(page.get_by_role("button", name="Save this view"))
    name = page.get_by_label("Name", exact=True)
    hand.write(name, "Those with ha")
    hand.send(name, page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_role("navigation", name="Saved views").get_by_role("link")).to_have_text(
        [re.compile("All accounts"), re.compile("Those with ha")]
    )


def brings_a_file(page: Page, hand: Mouse | Keys, file: Path) -> None:
    page.goto("/data/import")
    page.get_by_label("Files").set_input_files(str(file))  # the system's own dialog is not the page's
    hand.press(page.get_by_role("button", name="Look at them"))
    arrived(page, "The table is understood")
    hand.press(page.get_by_role("button", name="Import 2 rows"))
    arrived(page, "2 rows read = 2 stored")
