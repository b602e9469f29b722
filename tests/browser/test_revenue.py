"""The revenue pages in a browser: accessible, within their width, and filled once the engine answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from aloft.engine import client
from aloft.engine.home import open_engine
from aloft.engine.questions import answer
from aloft.records.models import Person
from aloft.records.services import set_book
from tests.browser.conftest import NARROW, WIDE, Open, sign_in
from tests.browser.test_looks import looked_at
from tests.workspace.test_revenue import customer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Line:
    """The line to the engine; nobody answers while it is cut."""

    def __init__(self) -> None:
        self.cut = False


@pytest.fixture
def line(
    transactional_db: None, owner: Person, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Line]:
    """Cora holds forty customers over two years, of whom every seventh has left and every third has grown."""
    line, held = Line(), []
    for n in range(40):
        start = date(2024, 3 + n % 10, 1 + n % 28)
        left = date(2025, 1 + n % 12, 5) if n % 7 == 0 else None
        growth = [(f"{150 + 10 * n}", date(2025, 1 + n % 12, 9), left and max(left, date(2026, 1, 1)))]
        first = (f"{9000 // (n + 1) + 100}", start, left)
        held.append(customer(f"customer-{n}", first, *(growth if n % 3 == 0 else [])))
    set_book(person=owner, name="All", accounts=held, actor="t", at=now)
    with open_engine(tmp_path) as engine:
        engine.run(now)

        def ask(question: str, **arguments: Any) -> dict[str, Any] | None:
            return None if line.cut else answer(engine, question, arguments)

        monkeypatch.setattr(client, "ask", ask)
        yield line


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_revenue_is_accessible_and_keeps_to_its_width(
    line: Line, open_page: Open, size: tuple[int, int], theme: str
) -> None:
    page = open_page(size, theme, reduced_motion="reduce")
    page.goto("/")
    sign_in(page)
    for name, url in (
        ("revenue", "/revenue/"),
        ("behind", "/revenue/accounts/?month=2026-02-01&kind=closing"),
    ):
        page.goto(url)
        looked_at(page, f"{name}-{size[0]}-{theme}")


def test_a_figure_leads_to_its_accounts_and_the_convention_is_switched(line: Line, open_page: Open) -> None:
    page = open_page()
    page.goto("/")
    sign_in(page)
    page.get_by_role("link", name="Revenue", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("MRR of your accounts is ")
    page.get_by_label("Of an account counts").select_option("The latest line")
    page.get_by_role("button", name="Count", exact=True).click()
    expect(page.get_by_text("D3: of the live lines")).to_be_visible()
    page.get_by_role("region", name="Movements by month").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Accounts behind the figure")).to_be_visible()


def test_a_page_that_waits_fills_itself_when_the_engine_answers(line: Line, open_page: Open) -> None:
    page = open_page()
    page.goto("/")
    sign_in(page)
    line.cut = True
    page.goto("/revenue/")
    expect(page.get_by_text("The engine is counting, or does not run")).to_be_visible()
    line.cut = False
    expect(page.get_by_role("heading", level=1)).to_contain_text("MRR of your accounts is ", timeout=10_000)
    expect(page.get_by_role("region", name="Movements by month")).to_be_visible()
