"""What was refused, mended and sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aloft.clock import SetClock
from aloft.collect.inbox import Inbox, Outcome
from aloft.collect.models import DeadLetter
from aloft.collect.place import inbox_of
from aloft.collect.services import BODY_KEPT, Letter, dead_letter
from aloft.collect.wire.again import NotSent, send_again
from tests.collect.facts import NOON

MESSAGE = {"type": "track", "messageId": "m1", "userId": "u1", "timestamp": "2026-03-02T11:00:00Z"}
MENDED = json.dumps({**MESSAGE, "event": "Signed In"}).encode()


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    opened = Inbox(inbox_of(tmp_path), SetClock(NOON + timedelta(days=3)))
    yield opened
    opened.close()


def kept(body: bytes, index: int | None = 0, path: str = "/v1/batch") -> DeadLetter:
    letter = Letter("missing_event", "A track call needs the name of its event.", body, index, "m1")
    dead_letter(source="product", letters=[letter], at=NOON, path=path)
    return DeadLetter.objects.get()


@pytest.mark.django_db
def test_a_mended_message_is_taken_in_as_of_when_it_happened(inbox: Inbox) -> None:
    assert send_again(letter=kept(json.dumps(MESSAGE).encode()), body=MENDED, inbox=inbox) == Outcome.stored
    (entry,) = inbox.read(0)
    assert (entry.source, entry.message_id, entry.name) == ("product", "m1", "Signed In")
    assert entry.occurred == NOON - timedelta(hours=1)
    assert entry.flags == ()
    assert not DeadLetter.objects.exists()


@pytest.mark.django_db
def test_a_message_of_a_path_of_its_own_kind_needs_no_type(inbox: Inbox) -> None:
    body = b'{"messageId": "m1", "userId": "u1", "event": "Signed In"}'
    assert send_again(letter=kept(b"{}", path="/v1/t/"), body=body, inbox=inbox) == Outcome.stored
    (entry,) = inbox.read(0)
    assert (entry.kind, entry.name) == ("track", "Signed In")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/batch/", "/e/", "/i/v1/analytics/events"])
def test_a_message_of_posthogs_clients_is_mended_in_their_own_words(inbox: Inbox, path: str) -> None:
    body = b'{"event": "Signed In", "uuid": "p1", "distinct_id": "u1", "properties": {"plan": "pro"}}'
    assert send_again(letter=kept(b"{}", path=path), body=body, inbox=inbox) == Outcome.stored
    (entry,) = inbox.read(0)
    assert (entry.message_id, entry.kind, entry.name, entry.user) == ("p1", "track", "Signed In", "u1")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "invalid_message"),
        (b'{"type": "track", "event": "Signed In"}', "no_user_anon_id"),
        (b"[" * 100 + b"]" * 100, "invalid_json"),
    ],
)
def test_what_is_still_wrong_stays_with_its_new_reason(inbox: Inbox, body: bytes, code: str) -> None:
    again = send_again(letter=kept(b"{}"), body=body, inbox=inbox)
    assert isinstance(again, Letter)
    letter = DeadLetter.objects.get()
    assert (letter.code, bytes(letter.body), letter.message) == (code, body, again.message)
    assert inbox.read(0) == []


@pytest.mark.django_db
def test_sent_twice_it_counts_once(inbox: Inbox) -> None:
    send_again(letter=kept(b"{}"), body=MENDED, inbox=inbox)
    assert send_again(letter=kept(b"{}"), body=MENDED, inbox=inbox) == Outcome.duplicate
    assert len(inbox.read(0)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "index"), [(b"{", None), (b"x" * BODY_KEPT, 0)])
def test_a_whole_request_and_what_was_cut_cannot_be_sent_again(
    inbox: Inbox, body: bytes, index: int | None
) -> None:
    with pytest.raises(NotSent):
        send_again(letter=kept(body, index), body=MENDED, inbox=inbox)
    assert DeadLetter.objects.count() == 1
