"""One message of a client, judged alone: an entry for the inbox, or the reason why it is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from aloft.collect.services import Letter
from aloft.collect.values import Entry
from aloft.collect.wire.instants import LONGEST, occurred
from aloft.collect.wire.segment import KINDS, Body, Call, Context, Message
from aloft.records.relationships import SEPARATOR

MESSAGE_LIMIT = 256 * 1024  # bytes
MESSAGE_LARGE = 32 * 1024  # bytes: taken, and flagged
MESSAGE_ID_LIMIT = 100  # characters, as the limits below
EVENT_LIMIT = 200
USER_LIMIT = 1_024
ACCOUNT_LIMIT = 200
VIEWED = {"page": "Page Viewed", "screen": "Screen Viewed"}
LONG = 308  # digits
LONG_NUMBER = re.compile(rb"\d{%d}" % LONG)
LARGEST_BITS = 1_023
NEW_ON_EVERY_RETRY = ("sentAt", "writeKey", "api_key")

context_decoder = msgspec.json.Decoder(Context)
NOTHING = Context()


class Unfit(Exception):
    def __init__(self, code: str, message: str, message_id: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.message_id = code, message, message_id


@dataclass(frozen=True)
class Judged:
    entries: Sequence[Entry]
    refused: Sequence[Letter]


def judge(call: Call, source: str, received: datetime) -> Judged:
    entries: list[Entry] = []
    refused: list[Letter] = []
    contexts = Contexts(context_of(call.context))
    for index, raw in enumerate(call.messages):
        try:
            entries.append(entry_of(raw, call, contexts, source, received))
        except Unfit as unfit:
            refused.append(Letter(unfit.code, unfit.message, raw, index, unfit.message_id))
    return Judged(entries, refused)


class Contexts:
    """Of the messages of one call, most of which say the same: each is read once."""

    def __init__(self, around: Context) -> None:
        self._around = around
        self._read: dict[bytes, tuple[Context, Context | UnsetType]] = {}

    def of(self, raw: Raw) -> tuple[Context, Context | UnsetType]:
        """What one says, with what stands around the batch; and what is kept of it."""
        text = bytes(raw)
        if text not in self._read:
            context = merged(context_of(raw), self._around)
            self._read[text] = (context, kept_of(context))
        return self._read[text]


def entry_of(raw: bytes, call: Call, contexts: Contexts, source: str, received: datetime) -> Entry:
    message = decoded(raw, call)
    message_id = identifier(message.message_id, MESSAGE_ID_LIMIT, "message_id") or made_id(raw, source)
    try:
        return understood(message, raw, message_id, call, contexts, source, received)
    except Unfit as unfit:
        unfit.message_id = message_id
        raise


def understood(
    message: Message,
    raw: bytes,
    message_id: str,
    call: Call,
    contexts: Contexts,
    source: str,
    received: datetime,
) -> Entry:
    if len(raw) > MESSAGE_LIMIT:
        raise Unfit("event_too_large", f"A message holds at most {MESSAGE_LIMIT // 1024} kB.")
    kind = kind_of(message, call)
    context, kept = contexts.of(message.context)
    original = message.original_timestamp or message.timestamp
    sent_at = call.sent_at if message.sent_at in (None, "") else message.sent_at
    at, doubts = occurred(original, sent_at, received)
    user, anonymous = people(message)
    return Entry(
        source=source,
        message_id=message_id,
        kind=kind,
        name=name_of(message, kind),
        account=account_of(message, kind, context),
        user=user or anonymous,
        occurred=at,
        body=body_of(message, kind, context, kept, original, anonymous if user else ""),
        flags=(*doubts, "event_large") if len(raw) > MESSAGE_LARGE else doubts,
    )


def decoded(raw: bytes, call: Call) -> Message:
    try:
        return call.understand(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Unfit("invalid_message", f"The message cannot be read: {error}") from error


def made_id(raw: bytes, source: str) -> str:
    """The same for a resend of the same message, although what says when it was sent differs."""
    content = value_of(raw, "message")
    canonical = {key: value for key, value in content.items() if key not in NEW_ON_EVERY_RETRY}
    return sha256(source.encode() + b"\n" + msgspec.json.encode(canonical, order="sorted")).hexdigest()


def kind_of(message: Message, call: Call) -> str:
    kind = call.kind or message.type
    if kind not in KINDS:
        raise Unfit("unknown_type", f"The type must be one of {', '.join(KINDS)}.")
    return str(kind)


def name_of(message: Message, kind: str) -> str:
    if kind != "track":
        return VIEWED.get(kind, "")
    name = message.event
    if not isinstance(name, str) or not name.strip():
        raise Unfit("missing_event", "A track call needs the name of its event.")
    if len(name) > EVENT_LIMIT:
        raise Unfit("event_name_too_long", f"The name of an event has at most {EVENT_LIMIT} characters.")
    return name


def people(message: Message) -> tuple[str, str]:
    if message.user_id is UNSET:
        return "", ""
    user = identifier(message.user_id, USER_LIMIT, "user_id")
    anonymous = identifier(message.anonymous_id, USER_LIMIT, "anonymous_id")
    if not user and not anonymous:
        raise Unfit("no_user_anon_id", "A message needs a userId or an anonymousId.")
    return user, anonymous


def account_of(message: Message, kind: str, context: Context) -> str:
    named = message.group_id if kind == "group" else context.group_id
    account = identifier(named, ACCOUNT_LIMIT, "group_id")
    if kind == "group" and not account:
        raise Unfit("missing_group_id", "A group call needs a groupId.")
    if SEPARATOR in account:
        raise Unfit("invalid_group_id", "group_id must not hold the control character U+001F.")
    return account


def identifier(value: object, limit: int, field: str) -> str:
    """Numbers are taken as their digits; null and the empty string as absent."""
    if isinstance(value, str) and len(value) <= limit:
        return value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit(f"invalid_{field}", f"{field} must be a string or a number.")
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if len(text) > limit:
        raise Unfit(f"{field}_too_long", f"{field} has at most {limit} characters.")
    return text


def kept_of(context: Context) -> Context | UnsetType:
    kept = Context(
        page=context.page,
        app=context.app,
        campaign=context.campaign,
        locale=context.locale,
        timezone=context.timezone,
    )
    return UNSET if kept == NOTHING else kept


def body_of(
    message: Message,
    kind: str,
    context: Context,
    kept: Context | UnsetType,
    original: object,
    anonymous: str,
) -> bytes:
    body = Body(
        context=kept,
        anonymous_id=anonymous,
        previous_id=identifier(message.previous_id, USER_LIMIT, "previous_id"),
        timestamp=original if isinstance(original, str) and len(original) <= LONGEST else None,
    )
    if kind in ("track", "page", "screen"):
        body.properties = properties_of(message, kind)
    elif kind in ("identify", "group"):
        body.traits = traits_of(message, kind, context)
    return msgspec.json.encode(body)


def properties_of(message: Message, kind: str) -> Raw | dict[str, Any]:
    """As they were sent, checked; a page's or screen's own name and category stand among them."""
    if not present(message.properties):
        given: dict[str, Any] = {}
    else:
        given = value_of(bytes(message.properties), "properties")
        if kind == "track":
            return message.properties
    if kind in VIEWED:
        own = {"name": message.name, "category": message.category}
        given = {**{key: value for key, value in own.items() if value is not None}, **given}
    return given


def traits_of(message: Message, kind: str, context: Context) -> Raw | dict[str, Any]:
    """Some clients send the traits of an identify call in its context alone."""
    if present(message.traits):
        value_of(bytes(message.traits), "traits")
        return message.traits
    return context.traits if kind == "identify" and isinstance(context.traits, dict) else {}


def context_of(raw: Raw) -> Context:
    """What cannot be read as a context is taken as an empty one: no event is lost over it."""
    if not present(raw):
        return Context()
    try:
        return context_decoder.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return Context()


def merged(own: Context, around: Context) -> Context:
    if around == NOTHING:
        return own
    fields = {name: getattr(own, name) for name in Context.__struct_fields__}
    return Context(**{name: getattr(around, name) if own is None else own for name, own in fields.items()})


def present(raw: Raw) -> bool:
    return bytes(raw) not in (b"", b"null")


def value_of(raw: bytes, field: str) -> dict[str, Any]:
    """The object this JSON says, read in full so that nothing unreadable is stored."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Unfit(f"invalid_{field}", f"The {field} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise Unfit(f"invalid_{field}", f"The {field} must be an object.")
    if len(raw) >= LONG and LONG_NUMBER.search(raw) and holds_endless(value):
        raise Unfit(f"invalid_{field}", f"The {field} hold a number out of range.")
    return value


def holds_endless(value: object) -> bool:
    """Whether a whole number is past what a double holds: one such number would make every sum infinite."""
    if isinstance(value, dict):
        return any(map(holds_endless, value.values()))
    if isinstance(value, list):
        return any(map(holds_endless, value))
    return isinstance(value, int) and value.bit_length() > LARGEST_BITS
