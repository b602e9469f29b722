from __future__ import annotations

import gzip
import io
import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from aloft.collect.inbox import Inbox, Logged
from aloft.collect.models import DeadLetter, Source
from aloft.collect.opening import connect
from aloft.collect.place import inbox_of
from aloft.collect.selectors import dead_letters
from aloft.collect.services import disable_source
from aloft.collect.wire.application import Front
from tests.collect.facts import NOON
from tests.collect.requests import basic, call, post

TRACK = {"type": "track", "messageId": "m1", "userId": "u1", "event": "Signed In"}
BATCH = {"batch": [TRACK]}


def stored(home: Path) -> list[Logged]:
    inbox = Inbox(inbox_of(home))
    entries = inbox.read(0)
    inbox.close()
    return entries


def deep(levels: int) -> bytes:
    """A batch of one message whose properties reach `levels` levels down from the body."""
    nested = "[" * (levels - 4) + "]" * (levels - 4)
    return json.dumps(BATCH).replace('"Signed In"', f'"Signed In", "properties": {{"x": {nested}}}').encode()


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["/v1/batch", "/v1/import", "/v1/b", "/beacon/v1/batch"])
def test_a_batch_is_stored_at_each_spelling_of_its_path(
    front: Front, key: str, tmp_path: Path, path: str, slash: str
) -> None:
    reply = post(front, path + slash, BATCH, key)
    assert (reply.status, reply.json) == (
        200,
        {"success": True, "accepted": 1, "duplicates": 0, "rejected": []},
    )
    assert [(entry.source, entry.message_id, entry.name) for entry in stored(tmp_path)] == [
        ("product", "m1", "Signed In")
    ]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("kind", ["track", "identify", "group", "page", "screen", "alias"])
def test_a_single_message_is_stored_at_each_spelling_of_its_path(
    front: Front, key: str, tmp_path: Path, kind: str, short: bool, slash: str
) -> None:
    message = {"messageId": "m1", "userId": "u1", "event": "Signed In", "groupId": "acme", "writeKey": key}
    reply = post(front, f"/v1/{kind[0] if short else kind}{slash}", message)
    assert (reply.status, reply.json["accepted"]) == (200, 1)
    assert [entry.kind for entry in stored(tmp_path)] == [kind]


def test_a_resend_is_answered_like_the_first_and_counts_as_duplicates(
    front: Front, key: str, tmp_path: Path
) -> None:
    post(front, "/v1/batch", BATCH, key)
    reply = post(front, "/v1/batch", BATCH, key)
    assert (reply.status, reply.json["accepted"], reply.json["duplicates"]) == (200, 0, 1)
    assert len(stored(tmp_path)) == 1


def test_bad_messages_are_told_by_their_place_and_kept_as_dead_letters(front: Front, key: str) -> None:
    bad = {**TRACK, "messageId": "m2", "event": ""}
    reply = post(front, "/v1/batch", {"batch": [TRACK, bad]}, key)
    assert (reply.status, reply.json["accepted"]) == (200, 1)
    assert reply.json["rejected"] == [{"index": 1, "messageId": "m2", "code": "missing_event"}]
    letter = dead_letters("product").get()
    assert (letter.code, letter.index, letter.message_id, letter.received_at) == (
        "missing_event",
        1,
        "m2",
        NOON,
    )
    assert json.loads(bytes(letter.body)) == bad


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"not json",
        b"[]",
        b"7",
        b'{"batch": 7}',
        b"{}",
        b'{"batch":[NaN]}',
        b'{"batch":["\x00"]}',
        b'{"batch":["\xff"]}',
        b"\x1f\x8bnot gzip",
        gzip.compress(json.dumps(BATCH).encode(), mtime=0)[:-9],
        deep(65),
        b'{"batch":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_body_that_cannot_be_understood_is_refused_and_kept(front: Front, key: str, body: bytes) -> None:
    reply = post(front, "/v1/batch", body, key)
    assert (reply.status, reply.json["success"], reply.json["code"]) == (400, False, "invalid_json")
    assert reply.json["message"]
    assert [(letter.code, bytes(letter.body)) for letter in dead_letters()] == [
        ("invalid_json", body[:65_536])
    ]


def test_sixty_four_levels_are_taken(front: Front, key: str) -> None:
    assert post(front, "/v1/batch", deep(64), key).json["accepted"] == 1


def test_brackets_in_texts_are_no_levels(front: Front, key: str) -> None:
    message = {**TRACK, "properties": {"text": '[{"' * 100}}
    assert post(front, "/v1/batch", {"batch": [message]}, key).json["accepted"] == 1


@pytest.mark.parametrize("label", ["text/plain", "application/x-www-form-urlencoded", "application/json"])
def test_gzip_is_known_by_its_first_bytes_whatever_its_label(front: Front, key: str, label: str) -> None:
    body = gzip.compress(json.dumps(BATCH).encode(), mtime=0)
    assert post(front, "/v1/batch", body, key, CONTENT_TYPE=label).json["accepted"] == 1


def test_a_body_that_inflates_past_the_limit_is_too_large(front: Front, key: str) -> None:
    reply = post(front, "/v1/batch", gzip.compress(b" " * (20 * 1024 * 1024 + 1), mtime=0), key)
    assert (reply.status, reply.json["code"]) == (413, "body_too_large")
    assert dead_letters().get().code == "body_too_large"


def test_a_plain_body_past_the_limit_is_too_large_and_its_beginning_is_kept(front: Front, key: str) -> None:
    reply = post(front, "/v1/batch", b"x" * (20 * 1024 * 1024 + 1), key)
    assert (reply.status, reply.json["success"]) == (413, False)
    assert bytes(dead_letters().get().body) == b"x" * 65_536


def test_twenty_thousand_messages_are_taken_and_one_more_is_too_many(front: Front, key: str) -> None:
    messages = [{**TRACK, "messageId": f"m{number}"} for number in range(20_001)]
    reply = post(front, "/v1/batch", {"batch": messages}, key)
    assert (reply.status, reply.json["code"]) == (413, "too_many_messages")
    assert post(front, "/v1/batch", {"batch": messages[:-1]}, key).json["accepted"] == 20_000


def test_a_chunked_body_is_read_to_its_end(front: Front, key: str) -> None:
    stream = io.BytesIO(json.dumps(BATCH).encode())
    headers: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input": stream, "wsgi.input_terminated": True}
    assert post(front, "/v1/batch", BATCH, key, **headers).json["accepted"] == 1


def test_a_chunked_body_that_the_server_hides_is_not_taken_as_empty(front: Front, key: str) -> None:
    reply = post(front, "/v1/batch", BATCH, key, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert (reply.status, reply.json["message"]) == (
        400,
        "This server does not read chunked bodies: send a Content-Length.",
    )


@pytest.mark.parametrize("length", ["1000", "many", "-1"])
def test_a_body_that_is_not_as_long_as_announced_is_refused(front: Front, key: str, length: str) -> None:
    assert post(front, "/v1/batch", BATCH, key, CONTENT_LENGTH=length).status == 400


def test_the_key_is_looked_for_in_basic_then_the_body_then_the_query_then_bearer(
    front: Front, key: str
) -> None:
    def accepted(document: object = BATCH, query: str = "", authorization: str = "") -> bool:
        body = json.dumps(document).encode()
        reply = call(front, "POST", "/v1/batch", body, query, HTTP_AUTHORIZATION=authorization)
        return reply.status == 200

    assert accepted(authorization=basic(f"{key}:"))
    assert accepted(authorization=basic(key))
    assert accepted({**BATCH, "writeKey": key})
    assert accepted({**BATCH, "api_key": key})
    assert accepted(query=f"writeKey={key}")
    assert accepted(authorization=f"Bearer {key}")
    assert not accepted()
    assert not accepted({**BATCH, "writeKey": key}, authorization=basic("other:"))
    assert not accepted({**BATCH, "writeKey": "other"}, query=f"writeKey={key}")
    assert not accepted(authorization="Basic §")


def test_an_unknown_key_stores_nothing(front: Front, key: str) -> None:
    for body in (BATCH, b"not json"):
        reply = post(front, "/v1/batch", body, "wk_unknown")
        assert (reply.status, reply.json["code"]) == (401, "unknown_write_key")
    assert not DeadLetter.objects.exists()


def test_a_disabled_source_is_refused_once_it_is_looked_up_again(front: Front, key: str) -> None:
    disable_source(source=Source.objects.get())
    assert post(front, "/v1/batch", BATCH, key).status == 401


def test_a_known_key_costs_no_query(
    front: Front, key: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post(front, "/v1/batch", BATCH, key)
    with django_assert_num_queries(0):
        assert post(front, "/v1/batch", BATCH, key).status == 200


def test_the_key_is_not_stored(key: str) -> None:
    source = Source.objects.get()
    assert key.startswith(source.write_key_prefix)
    assert len(source.write_key_prefix) == 9
    assert key not in str(vars(source))


def test_a_locked_inbox_is_told_to_come_back_later_and_nothing_is_kept(
    front: Front, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aloft.collect.wire.application.PATIENCE", 0.05)
    post(front, "/v1/batch", BATCH, key)
    with closing(connect(inbox_of(tmp_path), patience=1)) as holder:
        holder.begin()
        reply = post(front, "/v1/batch", {"batch": [{**TRACK, "messageId": "m2"}, 7]}, key)
    assert (reply.status, reply.json["code"]) == (503, "unavailable")
    assert 5 <= int(reply.headers["Retry-After"]) <= 30
    assert not DeadLetter.objects.exists()
    assert post(front, "/v1/batch", {"batch": [{**TRACK, "messageId": "m2"}]}, key).json["accepted"] == 1


def test_a_header_may_say_when_it_was_sent(front: Front, key: str, tmp_path: Path) -> None:
    message = {**TRACK, "timestamp": "2026-03-02T13:00:00Z"}
    post(front, "/v1/track", message, key, HTTP_SENTAT="2026-03-02T13:00:01Z")
    assert stored(tmp_path)[0].occurred == NOON - timedelta(seconds=1)


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/t/", "/v1/projects/any/settings", "/sourceConfig/"])
def test_a_preflight_allows_what_clients_and_their_retries_send(front: Front, path: str) -> None:
    reply = call(front, "OPTIONS", path)
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    allowed = reply.headers["Access-Control-Allow-Headers"]
    assert allowed == "authorization, content-type, x-retry-count, anonymousid, sentat"
    assert reply.headers["Access-Control-Max-Age"] == "7200"
    assert "Access-Control-Allow-Credentials" not in reply.headers


def test_every_answer_may_be_read_by_another_origin(front: Front, key: str) -> None:
    for reply in (post(front, "/v1/batch", BATCH, key), post(front, "/v1/batch", BATCH)):
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert reply.headers["Access-Control-Expose-Headers"] == "Retry-After"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "TRACE"])
def test_an_ingest_path_is_never_redirected_nor_taken_for_another_method(front: Front, method: str) -> None:
    for path in ("/v1/batch", "/v1/batch/"):
        reply = call(front, method, path)
        assert (reply.status, reply.json["code"]) == (405, "method_not_allowed")


def test_an_unknown_path_is_told_so_in_json(front: Front) -> None:
    for path in ("/v1/", "/v1/unknown", "/v1/batch//", "/beacon/v1/track", "/v1/projects//settings"):
        assert (call(front, "POST", path).status, call(front, "POST", path).json["code"]) == (
            404,
            "not_found",
        )


@pytest.mark.parametrize("path", ["/", "/accounts/", "/v1", "/v10/batch", "/sourceConfigs"])
def test_every_other_path_is_left_to_django(front: Front, path: str) -> None:
    assert call(front, "GET", path).body == b"django"


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_settings_point_a_browser_client_back_here(
    front: Front, key: str, settings: Settings, slash: str
) -> None:
    settings.ALLOWED_HOSTS = ["aloft.example"]
    reply = call(front, "GET", f"/v1/projects/{key}/settings{slash}", HTTP_HOST="aloft.example:8000")
    assert (reply.status, reply.json) == (
        200,
        {
            "integrations": {
                "Segment.io": {"apiKey": key, "apiHost": "aloft.example:8000/v1", "protocol": "http"}
            },
            "plan": {},
            "metrics": {"sampleRate": 0},
        },
    )
    elsewhere = call(front, "GET", f"/v1/projects/{key}/settings", HTTP_HOST="evil.example")
    assert elsewhere.json["integrations"]["Segment.io"]["apiHost"] == "aloft.example/v1"
    assert call(front, "GET", "/v1/projects/unknown/settings").status == 401


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_source_config_sends_a_client_nowhere_else(front: Front, key: str, slash: str) -> None:
    reply = call(front, "GET", f"/sourceConfig{slash}", query=f"writeKey={key}")
    assert reply.status == 200
    source = reply.json["source"]
    assert (source["id"], source["enabled"], source["destinations"]) == ("product", True, [])
    assert call(front, "GET", "/sourceConfig").status == 401
