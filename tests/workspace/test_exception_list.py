"""The page of exceptions: what the engine tells, at accounts of the reader's alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from aloft.engine import client
from aloft.records.models import Person
from tests.workspace import factory
from tests.workspace.test_model import page

pytestmark = pytest.mark.django_db
URL = "/model/exceptions/"
COLUMNS = ["account", "name", "moment", "since", "because", "owner", "due", "rank"]
ROWS = [
    ["halloway", "Halloway", "low_score", "2026-03-01 08:00", "score 5", "cora", "2026-03-08 08:00", "6240"],
    ["bolt", "Bolt", "low_score", "2026-03-01 08:00", "score 7", "dev", "2026-03-08 08:00", None],
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, owner: Person, now: datetime) -> list[dict[str, Any]]:
    """What the engine is asked; it answers with both accounts, whoever asks."""
    factory.account("Halloway", now, held_by=owner)
    factory.account("Bolt", now)
    told = {
        "name": "exceptions",
        "caption": "2 monitored.",
        "columns": [[n, "text"] for n in COLUMNS],
        "rows": ROWS,
    }
    heard: list[dict[str, Any]] = []

    def ask(question: str, **arguments: Any) -> dict[str, Any]:
        heard.append({"question": question, **arguments})
        return {"report": told}

    monkeypatch.setattr(client, "ask", ask)
    return heard


def test_who_sees_everything_is_told_of_all(asked: list[dict[str, Any]], mia: Client) -> None:
    told = page(mia, URL)
    assert "2 accounts are exceptions 2 monitored." in told
    assert "Halloway Low score score 5 1 Mar cora 8 Mar 6,240" in told
    assert "Bolt Low score score 7 1 Mar dev 8 Mar not known" in told
    assert asked == [{"question": "report", "name": "exceptions", "accounts": None}]


def test_who_holds_accounts_is_told_of_theirs_whatever_the_engine_says(
    asked: list[dict[str, Any]], cora: Client
) -> None:
    told = page(cora, URL)
    assert "1 account is an exception" in told
    assert "Bolt" not in told
    assert asked[0]["accounts"] == ["halloway"]


def test_without_an_engine_it_says_so(mia: Client) -> None:
    assert "The engine is counting, or does not run" in page(mia, URL)


def test_where_no_model_asks_for_exceptions_it_says_how_to(
    mia: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ask", lambda *_, **__: {"error": "no model in force has `exceptions`"})
    told = mia.get("/model/exceptions/").content.decode()
    assert "No model asks for exceptions" in told
    assert "in force has" not in told
