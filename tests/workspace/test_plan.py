"""What publishing would do, on screen: asked of the engine, told with pictures, to who may publish alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from aloft.engine.plan import service
from aloft.engine.plan.service import Asked
from aloft.records.models import Account
from aloft.workspace.pages import plan as page
from tests.workspace import factory
from tests.workspace.test_model import plain

WEEK = {
    "begins": "2026-02-02",
    "before": 8.0,
    "scheduled": 12.0,
    "low": 0.5,
    "likely": 1.0,
    "high": 2.0,
    "capacity": 10.0,
}
TOLD: dict[str, Any] = {
    "sentence": "1 account changes touch; 4 hours a week more for csm from week 1: over capacity by 3.",
    "at": "2026-02-02T00:00:00+00:00", "model": "acme", "version": 4, "before": 3, "currency": "USD",
    "accounts": 3, "mrr": 12800.0,
    "moves": [
        {"what": "touch", "was": "low", "now": "high", "accounts": 2, "mrr": 4800.0,
         "who": [{"account": "brackwater", "name": "", "mrr": 4800.0},
                 {"account": "elsewhere", "name": "", "mrr": 1.0}]},
    ],
    "messages": {"accounts": 4000, "asked": 1000, "moments": [
        {"moment": "good_practice", "messages": 9000, "at_once": 8000,
         "held": [{"rule": "quiet_hours", "says": "quiet hours, and days that are not worked", "messages": 960}],
         "never": [{"rule": "cap", "says": "at most 1 marketing email per 7d", "messages": 40}]},
    ]},
    "claims": [], "moments": [], "caps": [], "open": [], "lacks": [], "notes": ["Something is not known"],
    "roles": [{"role": "csm", "people": 1, "weeks": [WEEK] * 13, "unknown": [], "unmeasured": []}],
    "costs": [
        {"segment": "tier_1", "phase": "ongoing", "accounts": 2, "arr": 129600.0, "planned": 150.0, "scheduled": 56.0,
         "rate": 100.0, "cost": 15000.0, "share": 0.1157, "coverage": 6.91, "spend": 0.1, "passes": False,
         "before": 7500.0},
    ],
}  # fmt: skip


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """What the engine says, one after the other."""
    answers = [Asked(plan=TOLD)]
    monkeypatch.setattr(page, "plan_of", lambda *_args, **_more: answers.pop(0))
    return answers


def ask(browser: Client, **headers: Any) -> tuple[int, str]:
    response = browser.post("/model/plan/", {"document": factory.DOCUMENT}, **headers)
    return response.status_code, response.content.decode()


def test_the_plan_says_what_matters_first_and_shows_the_rest(mia: Client, told: list[Asked]) -> None:
    Account.objects.create(external_id="brackwater", name="Brackwater", created_at="2026-01-01T00:00Z")
    status, html = ask(mia, HTTP_HX_REQUEST="true")
    text = plain(html)
    assert status == 200
    assert "over capacity by 3" in text
    assert "1 person; 13 weeks over capacity, by 3 h at most" in text
    assert "Touch low high 2" in text
    assert "Brackwater" in text
    assert "elsewhere" not in text
    assert "10 % of margin: costs too much" in text
    assert html.count('class="over"') == 13
    assert "<html" not in html


def test_what_becomes_of_messages_stands_by_moment_with_why(mia: Client, told: list[Asked]) -> None:
    text = plain(ask(mia)[1])
    assert text.count("good_practice") == 0  # in a table, not in a passing message
    assert "by 1,000 of 4,000 accounts that were taken by lot" in text
    assert (
        "Good practice 9,000 8,000 960 quiet hours, and days that are not worked 40 at most 1 marketing email per 7d"
        in text
    )


def test_while_it_is_made_it_says_how_far_it_has_come_and_asks_again(mia: Client, told: list[Asked]) -> None:
    told[:] = [Asked(share=0.25)]
    _, html = ask(mia, HTTP_HX_REQUEST="true")
    assert '<progress max="1" value="0.25">' in html
    assert 'hx-trigger="load delay:1s"' in html


def test_a_text_that_cannot_be_planned_says_why(mia: Client, told: list[Asked]) -> None:
    told[:] = [Asked(error="model.yaml:3:1 roles: nobody")]
    assert "model.yaml:3:1 roles: nobody" in ask(mia, HTTP_HX_REQUEST="true")[1]


def test_without_an_engine_it_waits_for_one(mia: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "ask", lambda *_args, **_more: None)
    assert "The engine is busy, or does not run" in ask(mia)[1]


def test_publishing_shows_the_plan_before_its_button(mia: Client) -> None:
    html = mia.post("/model/publish", {"document": factory.DOCUMENT}).content.decode()
    assert 'hx-post="/model/plan/" hx-trigger="load"' in html


def test_who_may_not_publish_is_told_nothing(cora: Client) -> None:
    assert ask(cora)[0] == 404
