from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aloft.collect.inbox import Entry
from aloft.collect.wire.body import plain
from aloft.collect.wire.instants import occurred
from aloft.collect.wire.normalise import Judged, judge
from aloft.collect.wire.segment import read_call
from tests.collect.facts import NOON

TRACK: dict[str, Any] = {
    "type": "track",
    "messageId": "m1",
    "userId": "u1",
    "event": "Report Exported",
    "properties": {"rows": 12},
    "context": {"groupId": "acme"},
}


def judged(*messages: object, **around: object) -> Judged:
    return judged_text(json.dumps({"batch": messages, **around}))


def judged_text(text: str) -> Judged:
    return judge(read_call(plain(text.encode("utf-8", "surrogatepass")), "batch"), "product", NOON)


def only(*messages: object, **around: object) -> Entry:
    result = judged(*messages, **around)
    assert not result.refused
    [entry] = result.entries
    return entry


def code_of(**changes: object) -> str:
    result = judged({**TRACK, **changes})
    assert not result.entries
    return result.refused[0].code


def body_of(**changes: object) -> Any:
    return json.loads(only({**TRACK, **changes}).body)


def test_a_track_call() -> None:
    assert only(TRACK) == Entry(
        source="product",
        message_id="m1",
        kind="track",
        name="Report Exported",
        account="acme",
        user="u1",
        occurred=NOON,
        body=b'{"properties":{"rows": 12}}',
    )


def test_the_contract_s_sample_batch() -> None:
    batch = [
        {**TRACK, "anonymousId": None},
        {"type": "identify", "messageId": "m2", "userId": "u1", "traits": {"email": "a@ex.test"}},
        {"type": "group", "messageId": "m3", "userId": "u1", "groupId": "acme", "traits": {"mrr": 1000}},
        {"type": "page", "messageId": "m4", "userId": "u1", "category": "Docs", "name": "Pricing"},
        {"type": "screen", "messageId": "m5", "anonymousId": "an1", "name": "Home", "properties": {}},
        {"type": "alias", "messageId": "m6", "previousId": "anon1", "userId": "u1"},
    ]
    told = [(e.kind, e.name, e.account, e.user, json.loads(e.body)) for e in judged(*batch).entries]
    assert told == [
        ("track", "Report Exported", "acme", "u1", {"properties": {"rows": 12}}),
        ("identify", "", "", "u1", {"traits": {"email": "a@ex.test"}}),
        ("group", "", "acme", "u1", {"traits": {"mrr": 1000}}),
        ("page", "Page Viewed", "", "u1", {"properties": {"name": "Pricing", "category": "Docs"}}),
        ("screen", "Screen Viewed", "", "an1", {"properties": {"name": "Home"}}),
        ("alias", "", "", "u1", {"previousId": "anon1"}),
    ]


@pytest.mark.parametrize(("given", "taken"), [(7, "7"), (7.0, "7"), (1.5, "1.5"), ("7", "7")])
def test_numbers_are_taken_as_ids(given: object, taken: str) -> None:
    entry = only({**TRACK, "userId": given, "context": {"groupId": given}, "messageId": given})
    assert (entry.user, entry.account, entry.message_id) == (taken, taken, taken)


def test_an_empty_user_id_counts_as_absent() -> None:
    assert only({**TRACK, "userId": "", "anonymousId": "an1"}).user == "an1"


def test_both_ids_are_kept_when_a_message_names_both() -> None:
    entry = only({"type": "identify", "messageId": "m1", "userId": "u1", "anonymousId": "an1"})
    assert (entry.user, json.loads(entry.body)) == ("u1", {"traits": {}, "anonymousId": "an1"})


def test_an_identify_call_may_hold_its_traits_in_its_context() -> None:
    message = {"type": "identify", "messageId": "m1", "userId": "u1", "context": {"traits": {"plan": "pro"}}}
    assert json.loads(only(message).body) == {"traits": {"plan": "pro"}}


def test_the_context_of_the_batch_lies_under_that_of_the_message() -> None:
    around = {"groupId": "globex", "locale": "de", "ip": "203.0.113.7"}
    own = only({**TRACK, "context": {"groupId": "acme"}}, context=around)
    other = only({**TRACK, "context": {}}, context=around)
    assert (own.account, other.account) == ("acme", "globex")
    assert json.loads(own.body)["context"] == {"locale": "de"}


def test_the_page_is_kept_of_a_context_and_addresses_of_people_are_not() -> None:
    context = {"ip": "203.0.113.7", "userAgent": "Mozilla", "page": {"path": "/pricing"}}
    assert body_of(context=context)["context"] == {"page": {"path": "/pricing"}}


def test_a_context_that_is_no_object_loses_no_event() -> None:
    assert only({**TRACK, "context": "none"}).account == ""


def test_a_message_without_an_id_is_given_the_same_one_on_every_resend() -> None:
    message = {key: value for key, value in TRACK.items() if key != "messageId"}
    first = only({**message, "sentAt": "2026-03-02T12:00:00Z"})
    resent = only({"sentAt": "2026-03-02T12:00:09Z", **dict(reversed(message.items()))})
    other = only({**message, "properties": {"rows": 13}})
    assert first.message_id == resent.message_id != other.message_id
    assert len(first.message_id) == 64


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "purchase"}, "unknown_type"),
        ({"type": None}, "unknown_type"),
        ({"event": None}, "missing_event"),
        ({"event": " "}, "missing_event"),
        ({"event": 7}, "missing_event"),
        ({"event": "x" * 201}, "event_name_too_long"),
        ({"userId": None}, "no_user_anon_id"),
        ({"userId": True}, "invalid_user_id"),
        ({"userId": {"id": 1}}, "invalid_user_id"),
        ({"userId": "x" * 1025}, "user_id_too_long"),
        ({"messageId": "x" * 101}, "message_id_too_long"),
        ({"context": {"groupId": "x" * 201}}, "group_id_too_long"),
        ({"context": {"groupId": "acme\x1fLedger"}}, "invalid_group_id"),
        ({"type": "group"}, "missing_group_id"),
        ({"properties": [1]}, "invalid_properties"),
        ({"type": "identify", "traits": "none"}, "invalid_traits"),
        ({"properties": {"text": "x" * 262_144}}, "event_too_large"),
    ],
)
def test_a_message_is_refused_with_a_code(changes: dict[str, object], code: str) -> None:
    assert code_of(**changes) == code


def test_a_refused_message_stops_no_other_and_is_kept_whole() -> None:
    result = judged(TRACK, {**TRACK, "messageId": "m2", "event": ""}, 7, {**TRACK, "messageId": "m3"})
    assert [entry.message_id for entry in result.entries] == ["m1", "m3"]
    kept = [(letter.index, letter.message_id, letter.code) for letter in result.refused]
    assert kept == [(1, "m2", "missing_event"), (2, "", "invalid_message")]
    assert json.loads(result.refused[0].body) == {**TRACK, "messageId": "m2", "event": ""}


@pytest.mark.parametrize("number", ["1e999", "9" * 5_000, "9" * 309])
def test_a_number_that_no_store_holds_refuses_its_message(number: str) -> None:
    text = json.dumps({"batch": [TRACK]}).replace("12", number)
    assert [letter.code for letter in judged_text(text).refused] == ["invalid_properties"]


@pytest.mark.parametrize("kind", ["track", "page"])
def test_a_whole_number_past_64_bits_is_taken_as_it_is(kind: str) -> None:
    assert body_of(type=kind, properties={"rows": 2**70}) == {"properties": {"rows": 2**70}}


def test_a_text_of_many_digits_is_no_number() -> None:
    assert body_of(properties={"serial": "9" * 400}) == {"properties": {"serial": "9" * 400}}


def test_characters_that_no_store_keeps_are_replaced() -> None:
    text = json.dumps({"batch": [TRACK]}).replace("Report Exported", r"a\ud83d b\u0000 \ud83d\ude00 \\u0000")
    assert judged_text(text).entries[0].name == "a\ufffd b\ufffd 😀 \\u0000"


def test_a_large_message_is_taken_and_flagged() -> None:
    assert only({**TRACK, "properties": {"text": "x" * 32_768}}).flags == ("event_large",)


def test_the_clock_of_the_sender_is_corrected() -> None:
    received = datetime(2026, 1, 1, 17, 0, 12, tzinfo=UTC)
    corrected = occurred("2026-01-01T17:59:40Z", "2026-01-01T18:00:10Z", received)
    assert corrected == (datetime(2026, 1, 1, 16, 59, 42, tzinfo=UTC), ())


@pytest.mark.parametrize(
    ("original", "sent", "at", "doubts"),
    [
        (None, None, NOON, ()),
        ("2026-03-02T11:00:00", None, NOON - timedelta(hours=1), ()),
        ("2026-03-02T13:00:00.250+02:00", None, NOON - timedelta(minutes=59, seconds=59.75), ()),
        ("2026-03-02T12:05:00Z", None, NOON, ()),
        ("2026-03-02T12:05:01Z", None, NOON, ("clock_suspect",)),
        ("2026-03-02T12:06:00Z", "2026-03-02T12:07:00Z", NOON - timedelta(minutes=1), ()),
        ("yesterday", None, NOON, ("timestamp_unreadable",)),
        (1772452800, None, NOON, ("timestamp_unreadable",)),
        ("0001-01-01T00:00:00+14:00", None, NOON, ("timestamp_unreadable",)),
        ("9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z", NOON, ("clock_suspect",)),
        ("2026-03-02T11:00:00Z", "soon", NOON - timedelta(hours=1), ()),
    ],
)
def test_when_a_message_happened(
    original: object, sent: object, at: datetime, doubts: tuple[str, ...]
) -> None:
    assert occurred(original, sent, NOON) == (at, doubts)


def test_the_original_timestamp_goes_before_the_timestamp_and_is_kept_as_it_was_said() -> None:
    entry = only({**TRACK, "originalTimestamp": "2026-03-02T10:00:00Z", "timestamp": "2026-03-02T11:00:00Z"})
    assert entry.occurred == NOON - timedelta(hours=2)
    assert json.loads(entry.body)["timestamp"] == "2026-03-02T10:00:00Z"


def test_the_batch_says_when_it_was_sent() -> None:
    message = {**TRACK, "timestamp": "2026-03-02T13:00:00Z"}
    assert only(message, sentAt="2026-03-02T13:00:01Z").occurred == NOON - timedelta(seconds=1)
