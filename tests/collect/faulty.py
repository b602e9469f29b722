"""The real application behind a bad network: of the first requests some are lost, of others the answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from aloft.wsgi import application as real

requests = count(1)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST":
        return real(environ, start_response)
    number = next(requests)
    if number == 1:
        return unavailable(environ, start_response)
    if number == 2:
        list(real(environ, note_lost_answer))
        return unavailable(environ, start_response)
    return real(environ, start_response)


def note_lost_answer(status: str, *_: Any) -> Callable[[bytes], object]:
    noted = Path(os.environ["ALOFT_HOME"]) / "answer_lost"
    noted.write_text(status)
    return noted.write_bytes


def unavailable(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "application/json")])
    return [b'{"success": false, "code": "unavailable", "message": "later"}']
