"""The data pages: sources, what was refused, and what arrives just now, for those who may hear of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from aloft.clock import SetClock
from aloft.collect.inbox import Entry, Inbox
from aloft.collect.models import DeadLetter, Source
from aloft.collect.place import inbox_of
from aloft.collect.selectors import source_of_key
from aloft.collect.services import Letter, create_source, dead_letter
from aloft.engine import client
from aloft.engine.home import open_engine
from aloft.engine.models import DataAlert
from aloft.engine.questions import answer
from aloft.records.models import Person
from aloft.records.services import set_account, set_book
from tests.workspace.test_model import page, plain

CANARY = "canary5f1e"


def entry(message_id: str, account: str, at: datetime, **more: Any) -> Entry:
    said: dict[str, Any] = {"kind": "track", "name": "Signed In", "source": "product", "user": f"u-{account}"}
    return Entry(message_id=message_id, account=account, occurred=at, **{**said, **more})


@pytest.fixture
def home(db: None, settings: Settings, tmp_path: Path, now: datetime) -> Path:
    """Yesterday 3 messages came, one of them twice; today 2, one of them with other words. Two were refused."""
    settings.ALOFT_HOME = tmp_path
    clock = SetClock(now - timedelta(days=1))
    inbox = Inbox(inbox_of(tmp_path), clock)
    acme, bolt, ticket = (
        entry("m1", "acme", now - timedelta(days=1)),
        entry(
            "m2", "bolt", now - timedelta(days=1), body=json.dumps({"properties": {"said": CANARY}}).encode()
        ),
        entry("m3", "acme", now - timedelta(days=1), name="Ticket Opened", source="helpdesk"),
    )
    inbox.append([acme, bolt, ticket, acme])
    clock.instant = now - timedelta(minutes=5)
    inbox.append([entry("m1", "acme", now, name="Else"), entry("m4", "acme", now - timedelta(minutes=5))])
    inbox.close()
    letters = [
        Letter("missing_event", "A track call needs the name of its event.", b'{"type":"track"}', 0, "bad"),
        Letter("invalid_json", "The body is not what it should be.", b"{", None),
    ]
    dead_letter(source="product", letters=letters, at=now - timedelta(minutes=2))
    create_source(name="product", at=now - timedelta(days=9))
    return tmp_path


@pytest.fixture
def answering(home: Path, owner: Person, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An engine that has drained all of it; Cora holds Acme, and Bolt is nobody's."""
    then = now - timedelta(days=9)
    acme = set_account(external_id="acme", fields={"name": "Acme Mills"}, actor="t", at=then)
    set_account(external_id="bolt", fields={"name": f"Bolt {CANARY}"}, actor="t", at=then)
    set_book(person=owner, name="Cora's", accounts=[acme], actor="t", at=then)
    with open_engine(home) as engine:
        engine.run(now)
        monkeypatch.setattr(client, "ask", lambda asked, **arguments: answer(engine, asked, arguments))
        yield


@pytest.mark.usefixtures("answering")
def test_every_message_that_came_is_one_of_four_things(mia: Client) -> None:
    told = page(mia, "/data/")
    assert "2 sources are in time; 1 event came today" in told
    assert "In 7 days 7 received = 4 stored + 1 duplicate + 1 in conflict + 1 rejected." in told
    assert "helpdesk sends yesterday 09:00 no data no data 0 1 0 0" in told
    assert "product in time today 08:55 today 08:45 no data 3 6 3 0" in told
    assert "2 of 12 questions can be answered from this data" in told
    assert "MRR movements, GRR and NRR not available, because no account has MRR and no contract" in told


@pytest.mark.usefixtures("home")
def test_without_the_engine_the_page_stands_on_what_is_kept(mia: Client, now: datetime) -> None:
    since = now - timedelta(hours=3)
    DataAlert.objects.create(source="helpdesk", since=since, mark=since, last=since - timedelta(hours=1))
    told = page(mia, "/data/")
    assert "1 of 2 sources is late" in told
    assert "The engine is counting, or does not run" in told
    assert "4 stored" in told
    assert mia.get("/data/", headers={"HX-Request": "true"}).status_code == 204


def test_before_anything_sends_the_page_says_how_to_begin(
    mia: Client, home: Path, settings: Settings
) -> None:
    Source.objects.all().delete()
    DeadLetter.objects.all().delete()
    settings.ALOFT_HOME = home / "another"
    told = page(mia, "/data/")
    assert "Nothing sends data yet" in told
    assert "Connect what your product does" in told


@pytest.mark.skipif(connection.vendor != "sqlite", reason="breaks a file of SQLite")
def test_an_inbox_that_cannot_be_read_is_said(mia: Client, home: Path) -> None:
    (home / "inbox.sqlite3").write_bytes(b"nothing of the kind" * 100)
    assert "The inbox cannot be read just now" in page(mia, "/data/")


@pytest.mark.usefixtures("answering")
def test_who_holds_accounts_sees_sources_and_no_message_of_others(cora: Client) -> None:
    told = page(cora, "/data/")
    assert "product in time" in told
    assert "received =" not in told
    assert "Make a write key" not in told
    live = page(cora, "/data/live")
    assert "What arrives of your accounts just now" in live
    assert "08:55:00 Signed In Acme Mills product u-acme" in live
    assert CANARY not in live


@pytest.mark.usefixtures("answering")
def test_nobody_else_hears_of_anything(olga: Client) -> None:
    live = page(olga, "/data/live")
    assert "Nothing has arrived yet" in live
    assert "Acme" not in live


@pytest.mark.usefixtures("answering")
def test_the_last_events_are_filtered_by_source_name_and_account(mia: Client) -> None:
    whole = page(mia, "/data/live")
    assert whole.index("08:55:00 Signed In Acme Mills") < whole.index("1 Mar, 09:00:00 Ticket Opened")
    assert CANARY in whole
    assert "Signed In Acme" not in page(mia, "/data/live", source="helpdesk")
    assert "Ticket Opened" in page(mia, "/data/live", name="ticket")
    assert CANARY not in page(mia, "/data/live", account="mills")
    assert "Nothing like this has arrived" in page(mia, "/data/live", account="nobody")


@pytest.mark.usefixtures("answering")
def test_events_alone_answer_a_page_that_asks_again(mia: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"HX-Request": "true", "HX-Target": "events"}
    assert mia.get("/data/live", headers=headers).content.decode().strip().startswith('<div class="table"')
    monkeypatch.setattr(client, "ask", lambda *_, **__: None)
    assert mia.get("/data/live", headers=headers).status_code == 204
    assert "The engine is counting, or does not run" in page(mia, "/data/live")


@pytest.mark.usefixtures("home")
def test_a_source_shows_what_was_refused_and_noted(mia: Client) -> None:
    told = page(mia, "/data/sources/product/")
    assert "2 refused 1 invalid_json, 1 missing_event" in told
    assert "a whole request could not be read: its sender has to send it again" in told
    assert "An id that was there, with other words: the first message counts" in told
    saved = mia.get("/data/sources/product/refused.csv").content.decode()
    assert "missing_event" in saved
    assert mia.get("/data/sources/nobody/").status_code == 404


def test_a_refused_message_is_mended_and_taken_in(mia: Client, home: Path) -> None:
    letter = DeadLetter.objects.get(code="missing_event")
    url = f"/data/letters/{letter.pk}/mend"
    wrong = mia.post(url, {"body": '{"type":"track","event":"Paid"}'})
    assert wrong.status_code == 422
    assert "A message needs a userId or an anonymousId." in plain(wrong.content.decode())
    right = mia.post(url, {"body": '{"type":"track","event":"Paid","userId":"u9"}'}, follow=True)
    assert "Taken in" in plain(right.content.decode())
    inbox = Inbox(inbox_of(home))
    assert [one.name for one in inbox.read(0)][-1] == "Paid"
    inbox.close()
    assert not DeadLetter.objects.filter(pk=letter.pk).exists()


@pytest.mark.usefixtures("home")
def test_a_write_key_is_made_shown_once_and_revoked(mia: Client) -> None:
    made = plain(mia.post("/data/sources", {"name": "billing"}).content.decode())
    key = made.partition("shown this once: ")[2].split()[0]
    assert source_of_key(key) == "billing"
    assert key not in page(mia, "/data/")
    again = mia.post("/data/sources", {"name": "billing"})
    assert again.status_code == 422
    assert "already exists" in plain(again.content.decode())
    source = Source.objects.get(name="billing")
    gone = plain(mia.post(f"/data/sources/{source.pk}/revoke", follow=True).content.decode())
    assert "Revoked the key of billing" in gone
    assert source_of_key(key) is None


@pytest.mark.usefixtures("home")
def test_for_how_long_raw_events_are_kept_is_set_at_their_source(mia: Client) -> None:
    mia.post("/data/sources", {"name": "billing"})
    source = Source.objects.get(name="billing")
    url = f"/data/sources/{source.pk}/keep"
    assert "Raw events are kept for ever" in page(mia, "/data/sources/billing/")
    kept = plain(mia.post(url, {"days": "400"}, follow=True).content.decode())
    assert "Raw events of billing are kept for 400 days, and rolled up after" in kept
    assert "Raw events are kept 400 days" in kept
    few = plain(mia.post(url, {"days": "30"}, follow=True).content.decode())
    assert "Not set: raw events are kept for 90 days at least" in few
    wrong = plain(mia.post(url, {"days": "a year"}, follow=True).content.decode())
    assert "Not set: “a year” is no number of days" in wrong
    assert "Raw events are kept 400 days" in wrong
    ever = plain(mia.post(url, {"days": ""}, follow=True).content.decode())
    assert "Raw events of billing are kept for ever" in ever
