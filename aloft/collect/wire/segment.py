"""The Segment contract, which the Rudder clients speak too: what a request says, before it is judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct

from aloft.collect.wire.answers import Refused
from aloft.collect.wire.body import broken

EVENTS_LIMIT = 20_000
DEPTH_LIMIT = 64
OUTSIDE = 2  # levels around the messages of a batch
TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{\]}]', re.DOTALL)
BATCH = "batch"
KINDS = ("track", "identify", "group", "page", "screen", "alias")
CALLS = {
    **{name: name for name in (*KINDS, BATCH)},
    **{name[0]: name for name in (*KINDS, BATCH)},
    "import": BATCH,
}


class Envelope(Struct):
    """What stands around a batch, or in a single message beside it."""

    write_key: Any = msgspec.field(default=None, name="writeKey")
    api_key: Any = None
    sent_at: Any = msgspec.field(default=None, name="sentAt")
    context: Raw = Raw(b"")
    batch: list[Raw] | None = None


class Message(Struct, rename="camel", gc=False):
    """`user_id` is UNSET of what nobody need have done."""

    type: Any = None
    message_id: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    previous_id: Any = None
    group_id: Any = None
    event: Any = None
    name: Any = None
    category: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    properties: Raw = Raw(b"")
    traits: Raw = Raw(b"")
    context: Raw = Raw(b"")


class Context(Struct, rename="camel", omit_defaults=True, gc=False):
    """What is kept of a context. Addresses and device details of people are not."""

    group_id: Any = None
    traits: Any = None
    page: Any = None
    app: Any = None
    campaign: Any = None
    locale: Any = None
    timezone: Any = None


class Body(Struct, rename="camel", omit_defaults=True, gc=False):
    properties: Any = UNSET
    traits: Any = UNSET
    context: Any = UNSET
    anonymous_id: str = ""
    previous_id: str = ""
    timestamp: Any = None


envelopes = msgspec.json.Decoder(Envelope)
decoder = msgspec.json.Decoder(Message)


@dataclass(frozen=True)
class Call:
    """`understand` reads one of the messages; it raises msgspec.MsgspecError or RecursionError."""

    kind: str  # of a single message; empty when each says its own
    keys: tuple[object, object]
    sent_at: object
    context: Raw
    messages: list[bytes]
    understand: Callable[[bytes], Message] = decoder.decode


def read_call(body: bytes, call: str) -> Call:
    """`call` is a value of CALLS. Raises Refused when the request as a whole cannot be understood."""
    try:
        envelope = envelopes.decode(body)
    except msgspec.MsgspecError as error:
        raise broken(f"The body is not what it should be: {error}") from error
    except RecursionError as error:
        raise too_deep() from error
    messages = batch_of(envelope) if call == BATCH else [body]
    check_depths(messages, OUTSIDE if call == BATCH else 0)
    check_depth(bytes(envelope.context), DEPTH_LIMIT - 1)
    return Call(
        kind="" if call == BATCH else call,
        keys=(envelope.write_key, envelope.api_key),
        sent_at=envelope.sent_at,
        context=envelope.context,
        messages=messages,
    )


def batch_of(envelope: Envelope) -> list[bytes]:
    if envelope.batch is None:
        raise broken("The body has no batch.")
    return in_a_batch(envelope.batch)


def in_a_batch(several: Sequence[Raw]) -> list[bytes]:
    if len(several) > EVENTS_LIMIT:
        message = f"A batch holds at most {EVENTS_LIMIT} messages."
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_messages", message)
    return [bytes(message) for message in several]


def check_depths(messages: Sequence[bytes], outside: int) -> None:
    """`outside` are the levels around each message."""
    for message in messages:
        check_depth(message, DEPTH_LIMIT - outside)


def check_depth(text: bytes, limit: int) -> None:
    # Counting the brackets is cheap, and settles it for nearly every message.
    if text.count(b"{") + text.count(b"[") > limit and depth(text) > limit:
        raise too_deep()


def depth(text: bytes) -> int:
    deepest = now = 0
    for token in TOKENS.finditer(text):
        if token[0] in (b"{", b"["):
            now += 1
            deepest = max(deepest, now)
        elif token[0] in (b"}", b"]"):
            now -= 1
    return deepest


def too_deep() -> Refused:
    return broken(f"The body is nested deeper than {DEPTH_LIMIT} levels.")
