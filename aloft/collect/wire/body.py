from __future__ import annotations

import re
import zlib
from http import HTTPStatus
from typing import Protocol
from wsgiref.types import WSGIEnvironment

from aloft.collect.wire.answers import Refused

LIMIT = 20 * 1024 * 1024  # bytes, as sent and again as inflated
DRAINED = 4 * LIMIT
PIECE = 64 * 1024
GZIP = b"\x1f\x8b"
UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<bad>u0000|u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read(environ: WSGIEnvironment) -> bytes:
    """The body as sent, cut a byte over LIMIT. A chunked one is read to its end, never taken as empty."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        return read_exactly(environ["wsgi.input"], int(length) if length.isdecimal() else -1)
    if environ.get("wsgi.input_terminated"):
        return read_to_end(environ["wsgi.input"])
    if environ.get("HTTP_TRANSFER_ENCODING"):
        raise broken("This server does not read chunked bodies: send a Content-Length.")
    return b""


def read_exactly(stream: Stream, length: int) -> bytes:
    if length < 0:
        raise broken("The Content-Length is not a number.")
    body = read_to_end(stream, length)
    if len(body) < min(length, LIMIT):
        raise broken("The body ended before its Content-Length.")
    return body


def read_to_end(stream: Stream, length: int = DRAINED) -> bytes:
    """What is over LIMIT is read and dropped for a while: a client that is still sending hears no answer."""
    pieces: list[bytes] = []
    size = 0
    while size < min(length, DRAINED) and (piece := stream.read(min(PIECE, length - size))):
        if size <= LIMIT:
            pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)[: LIMIT + 1]


def plain(raw: bytes) -> bytes:
    """JSON in UTF-8, inflated where it starts like gzip: the headers of real clients do not say."""
    if len(raw) > LIMIT:
        raise too_large()
    body = inflated(raw) if raw.startswith(GZIP) else raw
    if not body.strip():
        raise broken("The body is empty.")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise broken("The body is not UTF-8.") from error
    return storable(body)


def inflated(raw: bytes) -> bytes:
    out = b""
    rest = raw
    while rest:
        member = zlib.decompressobj(wbits=31)
        try:
            out += member.decompress(rest, LIMIT + 1 - len(out))
        except zlib.error as error:
            raise broken("The gzip data is broken.") from error
        if len(out) > LIMIT:
            raise too_large()
        if not member.eof:
            raise broken("The gzip data ends too early.")
        rest = member.unused_data
    return out


def storable(body: bytes) -> bytes:
    """NUL and half surrogate pairs, which no store keeps, become U+FFFD. Clipped emoji make such halves."""
    if not UNSTORABLE.search(body):
        return body
    return ESCAPE.sub(lambda found: rb"\ufffd" if found["bad"] else found[0], body)


def broken(message: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, "invalid_json", message)


def too_large() -> Refused:
    message = f"A request holds at most {LIMIT // 1024 // 1024} MiB, inflated."
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", message)
