"""The model in a browser: its parts open by mouse and by keys, and a text is looked at before it is published."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from aloft.act.models import Occurrence
from aloft.engine.explained import as_object
from aloft.engine.models import BacktestRun
from aloft.records.models import ModelVersion, Person
from aloft.records.services import create_user_for
from aloft.workspace import drafting
from aloft.workspace.pages import account_why
from tests.browser.conftest import NARROW, PASSWORD, WIDE, Open, arrived, sign_in
from tests.browser.test_looks import looked_at
from tests.workspace import factory
from tests.workspace.test_account_why import WAITS
from tests.workspace.test_backtest import told

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def looked_at_everywhere(page: Page, name: str) -> None:
    """In both themes and both widths."""
    for width, height in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # the two schemes are literals there
            looked_at(page, f"{name}-{width}-{theme}")
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def sign_in_as_manager(page: Page, manager: Person, now: datetime) -> Page:
    create_user_for(person=manager, actor="tests", at=now, password=PASSWORD)
    page.goto("/")
    page.get_by_label("Email").fill(manager.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    arrived(page, "need")
    return page


def test_a_part_of_the_model_opens_in_place_and_gives_the_focus_back(
    open_page: Open, brackwater: Occurrence
) -> None:
    page = sign_in(open_page(reduced_motion="reduce"))
    page.keyboard.press("g")
    page.keyboard.press("m")
    arrived(page, "2 moments reach 3 accounts of yours")
    mark = page.get_by_role("link", name="Usage fell")
    mark.click()
    panel = page.get_by_role("region", name="Usage fell")
    expect(panel).to_contain_text("when sign_ins_28d < 799 has become true")
    expect(panel.get_by_role("heading", name="Usage fell")).to_be_focused()
    expect(mark).to_have_attribute("aria-current", "true")
    looked_at_everywhere(page, "model")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(mark).to_be_focused()
    page.keyboard.press("Enter")
    panel.get_by_role("link", name="csm").click()
    expect(page.get_by_role("region", name="csm")).to_contain_text("24 hours a week")
    page.go_back()
    expect(page.get_by_role("region", name="Usage fell")).to_contain_text(brackwater.account.name)
    page.get_by_role("region", name="Published versions").get_by_role("link", name="3").click()
    arrived(page, "Version 3 is the first of acme")
    looked_at(page, "version-1280-light")


def test_a_text_with_a_mistake_is_mended_and_published(
    open_page: Open, manager: Person, now: datetime
) -> None:
    page = sign_in_as_manager(open_page(reduced_motion="reduce"), manager, now)
    page.goto("/model/")
    page.get_by_role("link", name="Publish another version").click()
    text = page.get_by_label("The model, YAML")
    expect(text).to_have_value(factory.DOCUMENT)
    text.fill(factory.DOCUMENT.replace("owner: csm", "owner: cms", 1))
    page.get_by_role("button", name="Look at it").click()
    arrived(page, "1 problem stops publishing")
    expect(page.get_by_text("unknown role 'cms' (did you mean 'csm'?)")).to_be_visible()
    looked_at_everywhere(page, "publish")
    text.fill(factory.DOCUMENT.replace("799", "700"))
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Publish version 4").click()
    arrived(page, "2 moments reach 3 accounts")
    expect(page.get_by_text("Published version 4 of acme")).to_be_visible()
    assert ModelVersion.objects.filter(version=4).count() == 1


def test_a_segment_is_edited_by_form_published_and_returned_from_by_mouse_and_by_keys(
    open_page: Open, manager: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "ask", counts_of_sixty)
    page = sign_in_as_manager(open_page(reduced_motion="reduce"), manager, now)
    page.goto("/model/")
    page.get_by_role("button", name="Edit").click()
    arrived(page, "Nothing differs from version 3 yet")
    page.get_by_role("link", name="Tier 1").click()
    form = page.get_by_role("form", name="Tier 1")
    form.get_by_label("Enters when").press_sequentially("mrr >= 50")
    expect(form.get_by_text("12 of 60 accounts, 81,000 MRR")).to_be_visible()
    form.get_by_label("Enters when").fill("mr >= 50")
    expect(form.get_by_text("did you mean 'mrr'?")).to_be_visible()
    looked_at_everywhere(page, "draft-segment")
    form.get_by_label("Enters when").fill("")
    form.get_by_label("Touch in ongoing").fill("high, low")
    page.keyboard.press("Control+s")
    arrived(page, "1 part differs from version 3: Tier 1")
    text = page.get_by_label("The text of the model")
    assert text.input_value() == factory.DOCUMENT.replace("ongoing: high}", "ongoing: [high, low]}")

    page.get_by_role("link", name="Check in").click()
    expect(page.get_by_role("form", name="Check in")).to_contain_text("It opens when a person opens it")
    page.get_by_label("After an event").check()
    expect(page.get_by_label("One for each")).to_be_visible()
    looked_at_everywhere(page, "draft-moment")

    text.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("nonsense: 1")
    page.keyboard.press("Control+s")
    behind = len(factory.DOCUMENT.splitlines()) + 1
    problem = page.get_by_role("button", name=f"line {behind}")
    expect(problem).to_be_visible()
    looked_at_everywhere(page, "draft-problem")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(problem).to_have_count(0)
    arrived(page, "1 part differs from version 3: Tier 1")

    page.get_by_role("link", name="Look and publish").click()
    arrived(page, "nothing to mend")
    page.get_by_role("button", name="Publish version 4").press("Enter")
    arrived(page, "2 moments")
    assert ModelVersion.objects.get(version=4).document == text_in_force()
    page.get_by_role("link", name="Return to it").click()
    arrived(page, "Version 3 of acme would come back, as version 5")
    looked_at_everywhere(page, "return")
    page.get_by_role("button", name="Publish version 5").press("Enter")
    arrived(page, "2 moments")
    assert ModelVersion.objects.get(version=5).document == factory.DOCUMENT


def text_in_force() -> str:
    return factory.DOCUMENT.replace("ongoing: high}", "ongoing: [high, low]}")


def counts_of_sixty(question: str, **_: object) -> dict[str, object]:
    assert question == "sift"
    return {"accounts": 60, "taken": 12, "mrr": 81000.0, "unknown": 0, "first": 12, "first_mrr": 81000.0}


def test_a_backtest_is_asked_for_and_an_account_as_of_a_day(
    open_page: Open, brackwater: Occurrence, manager: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = sign_in_as_manager(open_page(reduced_motion="reduce"), manager, now)
    page.goto("/model/")
    page.get_by_role("link", name="Backtest").click()
    arrived(page, "What would it have done?")
    looked_at_everywhere(page, "backtest")
    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_text("The engine is busy, or does not run")).to_be_visible()
    other = {**told(), "opened": 5}
    BacktestRun.objects.update(done_at=now, told=told(against=other), against_says="version 2 of acme")
    expect(page.get_by_text("14 daily readings")).to_be_visible()
    page.reload()
    arrived(page, "8 moments would have opened, 3 more than under the other text")
    looked_at_everywhere(page, "backtest-run")
    monkeypatch.setattr(account_why.client, "ask", lambda *_, **__: {"explanations": [as_object(WAITS)]})
    page.goto(f"/accounts/{brackwater.account.public_id}/why")
    page.get_by_label("As of the end of").fill("2026-02-10")
    page.get_by_role("button", name="Ask").click()
    arrived(page, "1 moment was not open at Brackwater Foods at the end of 10 February 2026")
    page.get_by_text("Usage fell", exact=True).click()
    expect(page.get_by_text("It would open with sign_ins_28d < 799")).to_be_visible()
    looked_at_everywhere(page, "account-why")
