"""Why at an account as of a day, on screen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from aloft.decide.values import Reason
from aloft.engine.explained import Explanation, as_object
from aloft.records.models import Account, Person
from aloft.workspace.pages import account_why as page
from tests.workspace import factory
from tests.workspace.test_model import plain

Asked = list[tuple[str, dict[str, Any]]]


WAITS = Explanation(
    "“Usage fell” is not open: sign_ins_28d is 1,208", "Brackwater", "usage_fell", "waits", None, "acme, version 3",
    "model.yaml, line 29", "", None, "", None,
    (Reason("when", False, "sign_ins_28d < 799", "sign_ins_28d is 1,208", 29),),
    "It would open with sign_ins_28d < 799", (),
)  # fmt: skip


@pytest.fixture
def account(owner: Person, now: datetime) -> Account:
    return factory.account("Brackwater", now, held_by=owner)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the engine is asked; it tells of one moment that waits."""
    questions: Asked = []

    def ask(question: str, **arguments: Any) -> dict[str, Any]:
        questions.append((question, arguments))
        return {"explanations": [as_object(WAITS)]}

    monkeypatch.setattr(page.client, "ask", ask)
    return questions


def why(browser: Client, account: Account, at: str = "") -> str:
    return plain(browser.get(f"/accounts/{account.public_id}/why", {"at": at}).content.decode())


def test_without_a_day_it_is_asked_as_of_now(cora: Client, account: Account, asked: Asked) -> None:
    text = why(cora, account)
    assert [question for question, _ in asked] == ["why_not"]
    assert "1 moment is not open at Brackwater now" in text
    assert "It would open with sign_ins_28d < 799" in text


def test_of_a_day_it_is_asked_as_of_its_end_in_the_readers_zone(
    cora: Client, owner: Person, account: Account, asked: Asked
) -> None:
    owner.timezone = "Asia/Tokyo"
    owner.save()
    text = why(cora, account, "2026-02-10")
    ((question, arguments),) = asked
    assert (question, arguments["account"]) == ("why_not_at", account.external_id)
    assert datetime.fromisoformat(arguments["at"]) == datetime.fromisoformat(
        "2026-02-10T14:59:59.999999+00:00"
    )
    assert "1 moment was not open at Brackwater at the end of 10 February 2026" in text


def test_what_was_open_then_stands_above(
    cora: Client, owner: Person, account: Account, asked: Asked, now: datetime
) -> None:
    moment = factory.occurrence(
        account, owner, now, due=timedelta(hours=2), title="Usage fell", because="it fell by half"
    )
    moment.opened_at = now - timedelta(days=3)
    moment.save()
    then = (now - timedelta(days=1)).date().isoformat()
    before = (now - timedelta(days=5)).date().isoformat()
    assert "What was open 1 Usage fell" in why(cora, account, then)
    assert "What was open" not in why(cora, account, before)


@pytest.mark.parametrize(
    ("at", "says"), [("soon", "“soon” is no day: write 2026-01-31"), ("2030-01-01", "That day lies ahead")]
)
def test_a_day_that_cannot_be_asked_is_said(
    cora: Client, account: Account, asked: Asked, at: str, says: str
) -> None:
    assert says in why(cora, account, at)
    assert asked == []


def test_what_the_engine_does_not_know_is_said(
    cora: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.client, "ask", lambda *_, **__: {"error": "no engagement model was live then"})
    assert "no engagement model was live then." in why(cora, account, "2026-02-10")


def test_without_an_engine_it_says_so_and_asks_again(cora: Client, account: Account) -> None:
    assert "The engine is counting, or does not run" in why(cora, account, "2026-02-10")
