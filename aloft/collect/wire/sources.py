from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterator
from urllib.parse import parse_qs
from wsgiref.types import WSGIEnvironment

from django.db import close_old_connections

from aloft.collect import selectors

REMEMBERED = 5.0  # seconds: how long a disabled key may go on working
KEYS_REMEMBERED = 1_000


class Sources:
    """The source of a write key; a known key costs one query in a few seconds, not one per request."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float]] = {}

    def of(self, key: str) -> str | None:
        name, until = self._known.get(key, ("", 0.0))
        return name if time.monotonic() < until else self._asked(key)

    def _asked(self, key: str) -> str | None:
        try:
            name = selectors.source_of_key(key)
        finally:
            close_old_connections()
        if name is None:
            self._known.pop(key, None)
            return None
        if len(self._known) >= KEYS_REMEMBERED:
            self._known.clear()
        self._known[key] = (name, time.monotonic() + REMEMBERED)
        return name


def first_key(environ: WSGIEnvironment, in_body: tuple[object, ...] = ()) -> str:
    """The user name of Basic, else a key of the body, else of the query, else Bearer; empty when none."""
    return next((key for key in offered(environ, in_body) if isinstance(key, str) and key), "")


def offered(environ: WSGIEnvironment, in_body: tuple[object, ...]) -> Iterator[object]:
    scheme, _, credentials = environ.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() == "basic":
        yield basic_user(credentials)
    yield from in_body
    yield query_key(environ)
    if scheme.lower() == "bearer":
        yield credentials.strip()


def query_key(environ: WSGIEnvironment) -> str:
    query: str = environ.get("QUERY_STRING", "")
    return parse_qs(query).get("writeKey", [""])[0]


def basic_user(credentials: str) -> str:
    """Clients leave the password empty; a missing colon is accepted."""
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[0]
