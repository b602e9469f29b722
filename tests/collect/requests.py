"""Requests to the ingestion application, without a server."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from aloft.collect.wire.application import Front


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def behind(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Stands for Django."""
    start_response("418 Django", [])
    return [b"django"]


def basic(user: str) -> str:
    return "Basic " + base64.b64encode(user.encode()).decode()


def call(front: Front, method: str, path: str, body: bytes = b"", query: str = "", **headers: Any) -> Reply:
    said: list[Any] = []

    def start_response(status: str, given: list[tuple[str, str]], *_: Any) -> Any:
        said.extend([int(status.split()[0]), dict(given)])

    environ: WSGIEnvironment = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        **headers,
    }
    answered = b"".join(front(environ, start_response))
    return Reply(said[0], said[1], answered)


def post(front: Front, path: str, document: object, key: str = "", **headers: Any) -> Reply:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    if key:
        headers.setdefault("HTTP_AUTHORIZATION", basic(f"{key}:"))
    return call(front, "POST", path, body, **headers)
