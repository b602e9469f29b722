"""Which contract is spoken at which path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.conf import settings
from msgspec import Raw

from aloft.collect.wire import body, posthog
from aloft.collect.wire.segment import BATCH, CALLS, DEPTH_LIMIT, Call, check_depth, read_call

Reading = Callable[[bytes], Call]

BEACON = "/beacon/v1/batch"


def named(path: str) -> str:
    return path.removesuffix("/")


def reading_of(path: str) -> Reading | None:
    """How a body that comes to this path is read."""
    if named(path) in posthog.PATHS:
        return partial(posthog.read_call, group_types=settings.ACCOUNT_GROUPS)
    call = call_of(path)
    return None if call is None else lambda raw: read_call(body.plain(raw), call)


def alone(message: bytes, path: str) -> Call:
    """A call of one message that came to this path, perhaps within a batch. Raises Refused."""
    text = body.storable(message)
    check_depth(text, DEPTH_LIMIT)
    call = Call(kind="", keys=(None, None), sent_at=None, context=Raw(b""), messages=[text])
    if named(path) in posthog.PATHS:
        return replace(call, understand=partial(posthog.understood, group_types=settings.ACCOUNT_GROUPS))
    kind = call_of(path)
    return call if kind in (None, BATCH) else replace(call, kind=kind)


def call_of(path: str) -> str | None:
    """What of the Segment contract is called at this path, a value of CALLS."""
    return BATCH if named(path) == BEACON else CALLS.get(named(path).removeprefix("/v1/"))
