"""Every page, light and dark, wide and narrow: accessible, within its width, and drawn."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from aloft.act.models import Occurrence
from tests.browser.conftest import NARROW, WIDE, Open, picture, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AT_REST = """Promise.allSettled(document.getAnimations()
  .filter(each => each.effect.getComputedTiming().endTime < Infinity).map(each => each.finished)).then(() => {})"""
"""Colours on their way from one theme to the other are of neither."""


def pages(moment: Occurrence) -> dict[str, str]:
    return {
        "today": f"/?open={moment.public_id}",
        "why": f"/moments/{moment.public_id}/",
        "account": f"/accounts/{moment.account.public_id}/",
        "accounts": "/accounts/",
        "find": "/find?q=brack",
        "notices": "/notices/",
        "record": f"/moments/{moment.public_id}/record",
        "snooze": f"/moments/{moment.public_id}/snooze",
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages_are_accessible_and_keep_to_their_width(
    open_page: Open, brackwater: Occurrence, size: tuple[int, int], theme: str
) -> None:
    page = open_page(size, theme, reduced_motion="reduce")
    page.goto("/")
    looked_at(page, f"sign-in-{size[0]}-{theme}")
    sign_in(page)
    for name, url in pages(brackwater).items():
        page.goto(url)
        looked_at(page, f"{name}-{size[0]}-{theme}")
    page.goto("/")
    page.keyboard.press("?")
    looked_at(page, f"keys-{size[0]}-{theme}")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("/")
    page.keyboard.type("us")
    page.get_by_role("option", name="Usage fell, Brackwater Foods").wait_for()
    looked_at(page, f"palette-{size[0]}-{theme}")
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector('#tour').show(0)")
    looked_at(page, f"tour-{size[0]}-{theme}")
    page.keyboard.press("Escape")
    page.locator("#bell").click()
    page.get_by_role("link", name="All notices").wait_for()
    looked_at(page, f"bell-{size[0]}-{theme}")


def looked_at(page: Page, name: str) -> None:
    page.wait_for_load_state()
    page.evaluate(AT_REST)
    picture(page, name)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}\n{found.generate_report()}"
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"


@pytest.mark.urls("tests.ui.gallery_urls")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_gallery_is_accessible_and_keeps_to_its_width(open_page: Open, theme: str) -> None:
    page = sign_in(open_page(NARROW, theme, reduced_motion="reduce"))
    page.goto("/gallery")
    looked_at(page, f"gallery-narrow-{theme}")
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    looked_at(page, f"gallery-{theme}")
