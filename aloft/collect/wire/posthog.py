"""What PostHog's clients say, told in the words of the Segment contract, and judged as that is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import UNSET, Raw, Struct

from aloft.collect.wire.body import broken, plain, storable
from aloft.collect.wire.normalise import Judged
from aloft.collect.wire.segment import OUTSIDE, Call, Message, check_depths, in_a_batch

BATCH, CAPTURE, EVENTS = "/batch", "/e", "/i/v1/analytics/events"
PATHS = (BATCH, CAPTURE, EVENTS)
KINDS = {
    "$identify": "identify",
    "$set": "identify",
    "$create_alias": "alias",
    "$groupidentify": "group",
    "$pageview": "page",
    "$screen": "screen",
}
KEPT = frozenset(
    {
        "$current_url",
        "$pathname",
        "$host",
        "$referrer",
        "$screen_name",
        "$feature_flag",
        "$feature_flag_response",
    }
)
"""Of what the clients add by themselves; addresses and device details of people are not kept."""
OWN = frozenset({"token", "distinct_id", "alias"})
BY_AGE = datetime(2000, 1, 1, tzinfo=UTC)
"""Any instant: of an event that says its age alone, only the way from it to the sending matters."""


class Envelope(Struct):
    batch: list[Raw] | None = None
    data: list[Raw] | None = None
    api_key: Any = None
    token: Any = None
    sent_at: Any = None
    sent_at_js: Any = msgspec.field(default=None, name="sentAt")


class Event(Struct):
    event: Any = None
    uuid: Any = None
    distinct_id: Any = None
    timestamp: Any = None
    offset: Any = None
    options: Any = None
    properties: Any = None
    set: Any = msgspec.field(default=None, name="$set")
    set_once: Any = msgspec.field(default=None, name="$set_once")


envelopes = msgspec.json.Decoder(Envelope)
events = msgspec.json.Decoder(Event)
lists = msgspec.json.Decoder(list[Raw])


def read_call(raw: bytes, group_types: tuple[str, ...]) -> Call:
    """`group_types` are those that stand for an account. Raises Refused when nothing of it can be understood."""
    body = unwrapped(raw)
    try:
        envelope = Envelope(batch=lists.decode(body)) if body.startswith(b"[") else envelopes.decode(body)
    except msgspec.MsgspecError as error:
        raise broken(f"The body is not what it should be: {error}") from error
    except RecursionError as error:
        raise broken("The body is nested too deep.") from error
    several = envelope.batch if envelope.batch is not None else envelope.data
    messages = [body] if several is None else in_a_batch(several)
    check_depths(messages, 0 if several is None else OUTSIDE)
    return Call(
        kind="",
        keys=(envelope.api_key or envelope.token or key_within(messages[0] if messages else b""), None),
        sent_at=envelope.sent_at or envelope.sent_at_js,
        context=Raw(b""),
        messages=messages,
        understand=lambda message: understood(message, group_types),
    )


def unwrapped(raw: bytes) -> bytes:
    """As a page is left, browsers send a form of one field, `data`, in base 64."""
    if not raw.startswith(b"data="):
        return plain(raw)
    try:
        decoded = base64.b64decode(unquote_to_bytes(raw.removeprefix(b"data=")), validate=True)
    except binascii.Error as error:
        raise broken("The field `data` is not in base 64.") from error
    return plain(storable(decoded))


def key_within(message: bytes) -> object:
    """A single event of a browser names the key among its properties."""
    try:
        properties = events.decode(message).properties
    except (msgspec.MsgspecError, RecursionError):
        return None
    return properties.get("token") if isinstance(properties, dict) else None


def understood(raw: bytes, group_types: tuple[str, ...]) -> Message:
    """Raises msgspec.MsgspecError for what is no event."""
    event = events.decode(raw)
    properties = event.properties if isinstance(event.properties, dict) else {}
    kind = kind_of(event.event, properties, group_types)
    sent = sending(event, properties)
    message = Message(
        type=kind,
        message_id=event.uuid,
        user_id=event.distinct_id if event.distinct_id is not None else properties.get("distinct_id"),
        event=event.event,
        timestamp=event.timestamp,
        properties=encoded(said_by_people(properties)),
        context=encoded({"groupId": account_of(properties.get("$groups"), group_types)}),
    )
    if sent is not None:
        message.timestamp, message.sent_at = sent
    match kind:
        case "identify":
            message.anonymous_id = properties.get("$anon_distinct_id")
            message.traits = encoded(traits_of(event, properties))
        case "alias":
            message.previous_id = properties.get("distinct_id")
            message.user_id = properties.get("alias")
        case "group":
            # The clients of servers make up somebody to send it.
            message.user_id = UNSET
            message.group_id = properties.get("$group_key")
            message.traits = encoded(properties.get("$group_set") or {})
        case "screen":
            message.name = properties.get("$screen_name")
    return message


def kind_of(name: object, properties: Mapping[str, Any], group_types: tuple[str, ...]) -> str:
    kind = KINDS.get(name, "track") if isinstance(name, str) else "track"
    about_account = properties.get("$group_type") in group_types
    return "track" if kind == "group" and not about_account else kind


def sending(event: Event, properties: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """When it happened and when it was sent by the sender's clock, where the event itself says so."""
    if (
        isinstance(event.offset, int | float)
        and not isinstance(event.offset, bool)
        and event.timestamp is None
    ):
        age = timedelta(milliseconds=min(max(event.offset, 0), 1e13))
        return (BY_AGE - min(age, timedelta(days=36_500))).isoformat(), BY_AGE.isoformat()
    options = event.options if isinstance(event.options, dict) else {}
    if properties.get("$ignore_sent_at") or options.get("disable_skew_correction"):
        return event.timestamp, False
    return None


def account_of(groups: object, group_types: tuple[str, ...]) -> object:
    if not isinstance(groups, dict):
        return None
    return next((groups[name] for name in group_types if groups.get(name) not in (None, "")), None)


def traits_of(event: Event, properties: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for given in (properties.get("$set_once"), event.set_once, properties.get("$set"), event.set):
        told |= given if isinstance(given, dict) else {}
    return told


def said_by_people(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in properties.items()
        if name in KEPT or not (name.startswith("$") or name in OWN)
    }


def encoded(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


def results(judged: Judged) -> dict[str, object]:
    """What one of the paths answers for each event, by its uuid: what was refused need not come again."""
    taken = {entry.message_id: {"result": "ok"} for entry in judged.entries}
    refused = {
        letter.message_id: {"result": "drop", "details": letter.message}
        for letter in judged.refused
        if letter.message_id
    }
    return {"results": {**refused, **taken}}
