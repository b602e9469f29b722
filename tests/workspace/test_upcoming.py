"""The form of a moment: when it would be due next at an account that is there, as a running engine tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aloft import clock
from aloft.engine import client
from aloft.engine.questions import answer
from aloft.records.models import ModelDraft, Person
from aloft.records.services import begin_draft
from tests.engine.world import EXAMPLE, World, at

WRITTEN = "schedule: 5bd after contract_start"


@pytest.fixture
def world(manager: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Acme's contract began on 5 January; it is 2 March."""
    world = World(tmp_path)
    world.publish(EXAMPLE.read_text(), "2026-01-01")
    world.account("acme", "2026-01-02", name="Acme Tools", timezone="Asia/Tokyo")
    world.contract("acme", "2026-01-02", "2026-01-05", "6240", signed="2026-01-02")
    world.run("2026-03-02 09:00")
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-02 09:00"))
    monkeypatch.setattr(
        client, "ask", lambda question, **arguments: answer(world.engine, question, arguments)
    )
    yield world
    world.close()


def told(browser: Client, schedule: str) -> str:
    """What the form of a draft says in which the kickoff has that schedule."""
    text = EXAMPLE.read_text()
    assert WRITTEN in text
    name = re.search(r"engagement_model: (\w+)", text)
    assert name
    draft: ModelDraft = begin_draft(
        name=name[1],
        text=text.replace(WRITTEN, schedule),
        begun_from="version 1",
        base=None,
        actor="ops",
        at=at("2026-03-02"),
    )
    answered: Any = browser.get(reverse("draft", args=[draft.public_id]), {"part": "moments.kickoff"})
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answered.content.decode())).split())


def test_a_recurring_schedule_tells_its_next_three_instants_in_the_accounts_zone(
    world: World, mia: Client
) -> None:
    says = told(mia, "schedule: every 1 month from contract_start at 10:00")
    assert (
        "At Acme Tools it would be due next: 5 Mar, 10:00; 5 Apr, 10:00; 5 May, 10:00 (Asia/Tokyo)." in says
    )


def test_what_is_over_and_what_counts_from_nothing_says_so(world: World, mia: Client) -> None:
    assert "At Acme Tools nothing of it lies ahead." in told(mia, WRITTEN)
    assert "At Acme Tools it would not be due" in told(mia, "schedule: 5bd before renewal_date")


def test_without_an_engine_the_form_tells_no_dates(
    world: World, mia: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ask", lambda *_, **__: None)
    says = told(mia, "schedule: every 1 month from contract_start at 10:00")
    assert "It opens every month from" in says
    assert "Acme Tools" not in says
