"""The revenue pages, as a running engine fills them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from aloft.engine import client
from aloft.engine.home import open_engine
from aloft.engine.loop import Engine
from aloft.engine.questions import answer
from aloft.records.models import Account, Person
from aloft.records.services import amend_line, set_account, set_book, set_contract
from tests.workspace import factory

THEN = datetime(2025, 1, 1, tzinfo=UTC)
JANUARY_2025, FEBRUARY = date(2025, 1, 1), date(2026, 2, 10)


def customer(name: str, *lines: tuple[str, date, date | None], currency: str = "USD") -> Account:
    account = set_account(external_id=name, fields={"name": name.title()}, actor="t", at=THEN)
    contract = set_contract(
        external_id=f"{name}-1", account=account, starts_on=lines[0][1], actor="t", at=THEN
    )
    for number, (mrr, starts_on, ends_on) in enumerate(lines):
        amend_line(
            contract=contract, line=str(number), mrr=mrr, starts_on=starts_on, ends_on=ends_on,
            currency=currency, actor="t", at=THEN,
        )  # fmt: skip
    return account


@pytest.fixture
def engine(
    db: None, tmp_path: Path, owner: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """Cora holds Acme, which grew in February; Bolt, which left then, and Coil are other people's."""
    acme = customer("acme", ("12000", JANUARY_2025, None), ("800", FEBRUARY, None))
    customer("bolt", ("500", JANUARY_2025, FEBRUARY))
    customer("coil", ("7500", date(2025, 6, 1), None))
    set_book(person=owner, name="Cora's", accounts=[acme], actor="t", at=THEN)
    with open_engine(tmp_path) as engine:
        engine.run(now)
        monkeypatch.setattr(client, "ask", lambda name, **arguments: asked(engine, name, arguments))
        yield engine


def asked(engine: Engine, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return answer(engine, name, arguments)


def page(browser: Client, query: str = "", url: str = "/revenue/") -> str:
    response = browser.get(f"{url}{query}")
    assert response.status_code == 200
    return unescape(re.sub(r"\s+", " ", response.content.decode()))


def row(html: str, month: str, table: str) -> list[str]:
    """The cells of a month in a table, without their markup."""
    body = html.split(f'aria-label="{table}"')[1].split("</table>")[0]
    line = next(part for part in body.split("<tr>") if f">{month}<" in part)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", line)
    return [re.sub("<[^>]+>", "", cell) for cell in cells]


def test_a_leader_reads_the_answer_first(engine: Engine, mia: Client) -> None:
    html = page(mia, "?to=2026-02-28")
    assert "<h1>MRR is 20.3 k USD from 2 customers, +1.5 % on last month</h1>" in html
    assert "Of the MRR of customers of twelve months ago 96 % is kept, 102.4 % with what they added" in html
    assert "50 % of them left" in html


def test_months_and_retention_stand_in_tables(engine: Engine, mia: Client) -> None:
    html = page(mia, "?to=2026-02-28")
    assert row(html, "Feb 2026", "Movements by month") == [
        "20,000", "0", "0", "800", "0", "500", "20,300", "2", "1.6"
    ]  # fmt: skip
    assert row(html, "Feb 2026", "Retention by month")[:3] == ["97.5 %", "101.5 %", "33.3 %"]
    assert row(html, "Jan 2025", "Retention by month") == ["–"] * 6


def test_the_convention_is_named_and_switched(engine: Engine, mia: Client) -> None:
    assert "D1: all live lines summed" in page(mia)
    html = page(mia, "?contracts=latest&to=2026-02-28")
    assert "D3: of the live lines the one that started last" in html
    assert row(html, "Feb 2026", "Movements by month")[6] == "8,300"
    assert "D1: all live lines summed" in page(mia, "?contracts=some&end_day=&to=soon")


def test_a_figure_opens_to_the_accounts_behind_it(engine: Engine, mia: Client) -> None:
    link = "/revenue/accounts/?contracts=all&end_day=exclusive&to=2026-02-28&month=2026-02-01&kind=churn"
    assert link in page(mia, "?to=2026-02-28")
    html = page(mia, url=link)
    assert "<h1>1 account: Churn February 2026, −500 USD</h1>" in html
    bolt = Account.objects.get(external_id="bolt")
    assert f'<a data-row href="/accounts/{bolt.public_id}/">Bolt</a>' in html
    assert "10 Feb 2026" in html
    assert "Acme" not in html


def test_closing_opens_to_who_pays(engine: Engine, mia: Client) -> None:
    html = page(mia, "?to=2026-02-28&month=2026-02-01&kind=closing", "/revenue/accounts/")
    assert "<h1>2 accounts: Closing February 2026, 20,300 USD</h1>" in html
    assert "Bolt" not in html


def test_who_holds_some_accounts_is_told_of_those_alone(engine: Engine, cora: Client) -> None:
    html = page(cora, "?to=2026-02-28")
    assert "<h1>MRR of your accounts is 12.8 k USD from 1 customer, +6.7 % on last month</h1>" in html
    assert row(html, "Feb 2026", "Movements by month")[5] == "0"
    html = page(cora, "?to=2026-02-28&month=2026-02-01&kind=opening", "/revenue/accounts/")
    assert "1 account: Opening February 2026, 12,000 USD" in html
    assert "Bolt" not in html


def test_who_holds_none_is_told_so(engine: Engine, olga: Client) -> None:
    html = page(olga)
    assert "<h1>Your accounts bring no MRR yet</h1>" in html
    assert "12" not in html.split("<h1>")[1].split("</h1>")[0]


def test_the_picture_has_a_place_for_each_month(engine: Engine, mia: Client) -> None:
    picture = page(mia, "?to=2026-02-28").split('aria-label="Picture of MRR by month"')[1].split("</svg>")[0]
    assert len(re.findall(r'<rect class="f1"', picture)) == 2
    assert len(re.findall(r'<rect class="f3"', picture)) == 1
    assert len(re.findall(r'<rect class="neg"', picture)) == 1
    assert "Feb 26" in picture


def test_the_tiers_stand_below_their_curve(engine: Engine, mia: Client) -> None:
    html = page(mia, "?to=2026-02-28")
    assert "1 of 2 customers bring 63.1 % of MRR" in html
    assert "63.1 % from 1" in html


def test_a_currency_of_unknown_worth_is_named_with_its_mend(
    engine: Engine, mia: Client, now: datetime
) -> None:
    customer("dune", ("100", JANUARY_2025, None), currency="EUR")
    engine.run(now)
    assert "no exchange rate from EUR into USD holds on 2025-01-01: set one" in page(mia)


def test_answers_are_kept_until_a_contract_changes(engine: Engine, mia: Client, now: datetime) -> None:
    first = engine.desk.figures({}, now.date())
    assert engine.desk.figures({}, now.date()) is first
    customer("dune", ("100", JANUARY_2025, None))
    engine.run(now)
    assert engine.desk.figures({}, now.date()) != first


def test_while_the_engine_is_busy_the_page_says_so_and_asks_again(mia: Client) -> None:
    html = page(mia)
    assert "The engine is counting, or does not run" in html
    assert 'hx-trigger="every 2s"' in html
    assert mia.get("/revenue/", headers={"HX-Request": "true"}).status_code == 204
    assert "The engine is counting" in page(mia, url="/revenue/accounts/")


@pytest.mark.parametrize("query", ["?kind=profit", "?month=2030-01-01"])
def test_a_figure_that_is_none_is_not_found(mia: Client, query: str) -> None:
    assert mia.get(f"/revenue/accounts/{query}").status_code == 404


def test_without_contracts_there_is_no_mrr_yet(
    mia: Client, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.account("Brackwater Foods", now)
    with open_engine(tmp_path) as engine:
        engine.run(now)
        monkeypatch.setattr(client, "ask", lambda name, **arguments: asked(engine, name, arguments))
        html = page(mia)
    assert "<h1>There is no MRR yet</h1>" in html
    assert "Revenue comes from the lines of contracts" in html
