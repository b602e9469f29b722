"""Whatever bytes arrive, at whatever path: never an answer of 5xx, and every message is accounted for."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aloft.collect.inbox import Inbox
from aloft.collect.models import DeadLetter
from aloft.collect.wire.application import Front
from tests.collect.requests import post

EXAMPLES = int(os.environ.get("ALOFT_FUZZ", "150"))
PATHS = ["/v1/batch", "/v1/track", "/v1/identify", "/v1/g", "/batch/", "/e/", "/i/v1/analytics/events"]
ODD = st.sampled_from(
    ["", "\0", "\ud800", "1e999", "null", "[object Object]", "a" * 1_100, 10**400, -0.0, 2**63]
)
WORDS = ["type", "event", "userId", "anonymousId", "messageId", "timestamp", "sentAt", "properties", "traits",
         "context", "groupId", "batch", "writeKey", "api_key", "$groups", "distinct_id", "uuid"]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | ODD
KEYS = st.sampled_from(WORDS) | st.text(max_size=8)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify", "group", "page", "alias", "no such"])},
    optional={word: DOCUMENTS for word in WORDS if word not in ("type", "batch")},
)


def written(document: Any) -> bytes:
    return json.dumps(document).encode("utf-8", "surrogatepass")


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A batch, a document or plain bytes; cut, zipped or with a byte turned over."""
    body = draw(
        st.binary(max_size=200)
        | DOCUMENTS.map(written)
        | st.lists(MESSAGES, max_size=5).map(lambda messages: written({"batch": messages}))
    )
    harm = draw(st.sampled_from(["none", "none", "cut", "zip", "turn"]))
    if harm == "zip":
        return gzip.compress(body)
    place = draw(st.integers(0, max(len(body) - 1, 0)))
    if harm == "cut":
        return body[:place]
    if harm == "turn" and body:
        return body[:place] + bytes([body[place] ^ draw(st.integers(1, 255))]) + body[place + 1 :]
    return body


@pytest.mark.slow
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), body=bodies())
def test_no_body_is_answered_by_5xx_and_every_message_is_counted(
    front: Front, key: str, tmp_path: Path, path: str, body: bytes
) -> None:
    before, letters = stored(tmp_path), DeadLetter.objects.count()
    told = post(front, path, body, key)
    assert told.status in {200, 400, 413}, (told.status, told.body)
    refused = DeadLetter.objects.count() - letters
    if told.status != 200:
        assert told.json["code"]
        assert (stored(tmp_path), refused) == (before, 1)
        return
    answer = told.json
    assert stored(tmp_path) - before == answer["accepted"]
    assert refused == len(answer["rejected"])
    assert answer["accepted"] + answer["duplicates"] + refused == messages_in(path, body, answer)


def stored(home: Path) -> int:
    inbox = Inbox(home / "inbox.sqlite3")
    try:
        return inbox.end()
    finally:
        inbox.close()


def messages_in(path: str, body: bytes, answer: dict[str, Any]) -> int:
    """As a reader of the JSON counts them; where only the server can tell, as it says."""
    plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    try:
        document = json.loads(plain)
    except ValueError:
        return int(answer["accepted"] + answer["duplicates"] + len(answer["rejected"]))
    if path == "/v1/batch" and isinstance(document, dict):
        return len(document["batch"])
    if path.startswith("/v1/"):
        return 1
    batch = document.get("batch", [document]) if isinstance(document, dict) else document
    return len(batch) if isinstance(batch, list) else 1
