"""The page that a value opens to, as a running engine fills it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from aloft.engine import client
from aloft.engine.questions import answer
from aloft.records.models import Account, Person
from aloft.records.services import set_book
from tests.engine.world import EXAMPLE, World
from tests.workspace import factory


@pytest.fixture
def acme(owner: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Cora's, pays 6,240 and signed in twice; the engine has decided up to 2 March."""
    world = World(tmp_path)
    world.publish(EXAMPLE.read_text(), "2026-01-01")
    account = world.account("acme", "2026-01-02", name="Acme Tools", timezone="UTC")
    world.contract("acme", "2026-01-02", "2026-01-05", "6240", signed="2026-01-02")
    set_book(person=owner, name="Cora's", accounts=[account], actor="ops", at=account.created_at)
    world.track("acme", "Signed In", "2026-02-20 09:00", "ann")
    world.track("acme", "Signed In", "2026-02-21 09:00", "bob", country="DE")
    world.run("2026-03-02 09:00")
    monkeypatch.setattr(client, "ask", lambda question, **arguments: asked(world, question, arguments))
    yield account
    world.close()


def asked(world: World, question: str, arguments: dict[str, object]) -> dict[str, object]:
    arguments.pop("patience")
    return answer(world.engine, question, arguments)


def page(browser: Client, account: Account, name: str) -> str:
    response = browser.get(f"/accounts/{account.public_id}/explain/{name}")
    assert response.status_code == 200
    return unescape(re.sub(r"\s+", " ", response.content.decode()))


def rows(html: str, table: str) -> list[list[str]]:
    body = html.split(f'aria-label="{table}"')[1].split("<tbody>")[1].split("</tbody>")[0]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in body.split("<tr>")[1:]]
    return [[re.sub("<[^>]+>", "", cell) for cell in row] for row in cells]


def test_a_value_opens_to_the_facts_behind_it(acme: Account, cora: Client) -> None:
    html = page(cora, acme, "mrr")
    assert "<h1>MRR of Acme Tools is 6,240</h1>" in html
    [[when, what, says, by, learned, source]] = rows(html, "Facts behind the value")
    assert (when, what, by, learned, source) == (
        "5 Jan, 00:00", "acme-1 1", "", "2 Jan, 00:00", "records",
    )  # fmt: skip
    assert "mrr 6240.00, currency USD" in says

    html = page(cora, acme, "sign_ins_28d")
    assert "<h1>Sign ins 28d of Acme Tools is 2</h1>" in html
    assert "count Signed In over 28d" in html
    assert [row[:4] for row in rows(html, "Facts behind the value")] == [
        ["21 Feb, 09:00", "Signed In", "country DE", "bob"],
        ["20 Feb, 09:00", "Signed In", "", "ann"],
    ]

    assert "<h1>Contract start of Acme Tools is 5 Jan, 00:00</h1>" in page(cora, acme, "contract_start")
    html = page(cora, acme, "name")  # no rule reads it
    assert "<h1>Name of Acme Tools is Acme Tools</h1>" in html
    assert len(rows(html, "Facts behind the value")) == 1


def test_a_position_opens_to_its_rules_and_they_to_what_they_read(acme: Account, cora: Client) -> None:
    html = page(cora, acme, "segment")
    assert "<h1>Segment of Acme Tools is tier_1</h1>" in html
    assert "tier_1: mrr >= 5000; tier_1 until: mrr < 4500" in html
    assert rows(html, "Parts of the value") == [["MRR", "6,240", ""]]
    assert f'href="/accounts/{acme.public_id}/explain/mrr"' in html

    html = page(cora, acme, "touch")
    assert "tier_1 in onboarding: high" in html
    assert [row[:2] for row in rows(html, "Parts of the value")] == [
        ["Segment", "tier_1"],
        ["Phase", "onboarding"],
    ]


def test_who_may_not_see_it_or_asks_for_nothing_is_told_no_value(
    acme: Account, cora: Client, olga: Client
) -> None:
    url = f"/accounts/{acme.public_id}/explain/mrr"
    assert olga.get(url).status_code == 404
    assert "no value is called 'nonsense' in the model" in page(cora, acme, "nonsense")


def test_while_the_engine_is_busy_the_page_says_so(cora: Client, owner: Person, now: datetime) -> None:
    acme = factory.account("Acme", now, held_by=owner)
    assert "The engine is counting, or does not run" in page(cora, acme, "mrr")
    url = f"/accounts/{acme.public_id}/explain/mrr"
    assert cora.get(url, headers={"HX-Request": "true"}).status_code == 204
