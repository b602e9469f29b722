from __future__ import annotations

import base64
import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import Settings

from aloft.collect.inbox import Inbox, Logged
from aloft.collect.place import inbox_of
from aloft.collect.selectors import dead_letters
from aloft.collect.wire.application import Front
from tests.collect.facts import NOON
from tests.collect.requests import call, post

ID = "9391f18d-07dc-48c6-b03d-6a19beb3a79f"
EXPORTED = {
    "event": "Report Exported",
    "uuid": ID,
    "distinct_id": "u1",
    "properties": {
        "rows": 12,
        "$groups": {"company": "acme"},
        "$ip": "203.0.113.7",
        "$current_url": "http://x",
    },
}


def stored(home: Path) -> list[Logged]:
    inbox = Inbox(inbox_of(home))
    entries = inbox.read(0)
    inbox.close()
    return entries


def told(entry: Logged) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(entry.body)
    return told


def batch(key: str, *events: object, **more: object) -> dict[str, object]:
    return {"api_key": key, "batch": list(events), **more}


@pytest.mark.parametrize("path", ["/batch/", "/batch", "/e/", "/e"])
def test_an_event_in_a_batch_is_stored_with_the_account_of_its_group(
    front: Front, key: str, tmp_path: Path, path: str
) -> None:
    reply = post(front, path, batch(key, EXPORTED))
    assert (reply.status, reply.json["accepted"], reply.json["rejected"]) == (200, 1, [])
    [entry] = stored(tmp_path)
    assert (entry.kind, entry.name, entry.account, entry.user, entry.message_id) == (
        "track", "Report Exported", "acme", "u1", ID,
    )  # fmt: skip
    assert told(entry)["properties"] == {"rows": 12, "$current_url": "http://x"}


def test_a_resend_counts_once(front: Front, key: str, tmp_path: Path) -> None:
    post(front, "/batch/", batch(key, EXPORTED, sent_at="2026-01-01T00:00:00Z"))
    reply = post(front, "/batch/", batch(key, EXPORTED, sent_at="2026-01-01T00:05:00Z"))
    assert (reply.json["accepted"], reply.json["duplicates"]) == (0, 1)
    assert len(stored(tmp_path)) == 1


def event(name: str, properties: object, **more: object) -> dict[str, object]:
    return {"event": name, "uuid": ID, "distinct_id": "u1", "properties": properties, **more}


@pytest.mark.parametrize(
    ("sent", "kind", "user", "account", "kept"),
    [
        (
            event("$identify", {"$anon_distinct_id": "anon1", "$set_once": {"plan": "free", "seen": 1}},
                  **{"$set": {"plan": "pro"}}),
            "identify", "u1", "", {"traits": {"plan": "pro", "seen": 1}, "anonymousId": "anon1"},
        ),
        (event("$set", {"$set": {"email": "a@ex.test"}}), "identify", "u1", "", {"traits": {"email": "a@ex.test"}}),
        (event("$create_alias", {"distinct_id": "anon1", "alias": "u2"}, distinct_id="anon1"),
         "alias", "u2", "", {"previousId": "anon1"}),
        (event("$groupidentify", {"$group_type": "company", "$group_key": "acme", "$group_set": {"name": "Acme"}}),
         "group", "", "acme", {"traits": {"name": "Acme"}}),
        (event("$groupidentify", {"$group_type": "team", "$group_key": "red"}), "track", "u1", "", {"properties": {}}),
        (event("$pageview", {"$current_url": "http://x"}), "page", "u1", "", {"properties": {"$current_url": "http://x"}}),
        (event("$screen", {"$screen_name": "Home"}), "screen", "u1", "",
         {"properties": {"name": "Home", "$screen_name": "Home"}}),
    ],
)  # fmt: skip
def test_what_posthog_calls_otherwise_becomes_the_call_that_it_is(
    front: Front, key: str, tmp_path: Path, sent: object, kind: str, user: str, account: str, kept: object
) -> None:
    assert post(front, "/batch/", batch(key, sent)).json["accepted"] == 1
    [entry] = stored(tmp_path)
    assert (entry.kind, entry.user, entry.account, told(entry)) == (kind, user, account, kept)


def test_a_group_type_that_the_deployment_names_stands_for_the_account(
    front: Front, key: str, tmp_path: Path, settings: Settings
) -> None:
    settings.ACCOUNT_GROUPS = ("workspace",)
    post(front, "/batch/", batch(key, event("Opened", {"$groups": {"company": "no", "workspace": 7}})))
    assert [entry.account for entry in stored(tmp_path)] == ["7"]


def test_the_senders_clock_is_corrected_unless_it_asks_for_its_own(
    front: Front, key: str, tmp_path: Path
) -> None:
    happened = {"timestamp": "2020-01-01T00:00:00Z"}
    own = event("Own", {"$ignore_sent_at": True}, **happened) | {"uuid": "own"}
    post(front, "/batch/", batch(key, EXPORTED | happened, own, sent_at="2020-01-01T00:00:30Z"))
    occurred = {entry.name: entry.occurred for entry in stored(tmp_path)}
    assert occurred["Report Exported"] == NOON - timedelta(seconds=30)
    assert occurred["Own"].isoformat() == "2020-01-01T00:00:00+00:00"


def single(key: str) -> dict[str, object]:
    """As a browser sends it: alone, with the key among its properties, and its age instead of its instant."""
    return {
        "event": "Clicked",
        "uuid": ID,
        "offset": 1500,
        "properties": {"token": key, "distinct_id": "u1", "n": 1},
    }


def browser_bodies(key: str) -> list[bytes]:
    one = json.dumps(single(key)).encode()
    return [one, json.dumps([single(key)]).encode(), gzip.compress(one, mtime=0),
            f"data={quote(base64.b64encode(one).decode(), safe='')}".encode()]  # fmt: skip


@pytest.mark.parametrize("form", range(4))
def test_a_browsers_event_is_read_in_each_form_that_it_comes_in(
    front: Front, key: str, tmp_path: Path, form: int
) -> None:
    reply = call(front, "POST", "/e/", browser_bodies(key)[form], query="ip=0&compression=any")
    assert (reply.status, reply.json["accepted"]) == (200, 1)
    [entry] = stored(tmp_path)
    assert (entry.name, entry.user, told(entry)["properties"]) == ("Clicked", "u1", {"n": 1})
    assert entry.occurred == NOON - timedelta(seconds=1.5)


def test_the_newer_path_takes_the_key_as_bearer_and_answers_for_each_event(
    front: Front, key: str, tmp_path: Path
) -> None:
    nameless = EXPORTED | {"uuid": "bad", "event": ""}
    headers = {
        "HTTP_AUTHORIZATION": f"Bearer {key}",
        "HTTP_POSTHOG_REQUEST_TIMESTAMP": "2020-01-01T00:00:10Z",
    }
    happened = EXPORTED | {"timestamp": "2020-01-01T00:00:00Z"}
    reply = post(front, "/i/v1/analytics/events", {"batch": [happened, nameless]}, **headers)
    assert reply.json["results"] == {
        ID: {"result": "ok"},
        "bad": {"result": "drop", "details": "A track call needs the name of its event."},
    }
    assert [entry.occurred for entry in stored(tmp_path)] == [NOON - timedelta(seconds=10)]


@pytest.mark.parametrize(
    "body", [b"data=%%%", b"7", b'{"batch": 7}', b"[" * 100_000, b'{"data": [{"x": NaN}]}']
)
def test_a_body_that_cannot_be_understood_is_refused(front: Front, key: str, body: bytes) -> None:
    reply = call(front, "POST", "/e/", body, HTTP_AUTHORIZATION=f"Bearer {key}")
    assert (reply.status, reply.json["code"], dead_letters().count()) == (400, "invalid_json", 1)


@pytest.mark.parametrize("sent", [7, "x", {"event": 7}, {"event": "X", "properties": {"distinct_id": ["u"]}}])
def test_a_message_that_is_no_event_is_told_and_kept(front: Front, key: str, sent: object) -> None:
    reply = post(front, "/batch/", batch(key, sent, EXPORTED))
    assert (reply.status, reply.json["accepted"], len(reply.json["rejected"])) == (200, 1, 1)
    assert json.loads(bytes(dead_letters("product").get().body)) == sent


def test_without_a_key_nothing_is_stored(front: Front, tmp_path: Path) -> None:
    assert post(front, "/batch/", batch("", EXPORTED)).status == 401
    assert not (tmp_path / "inbox.sqlite3").exists()
