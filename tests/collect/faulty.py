"""The real application behind a bad network: what becomes of the first requests stands in ALOFT_FAULTS.

A number is answered instead of the application; `lost` is a request that was taken in and whose answer is lost.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from aloft.collect.wire.body import read
from aloft.wsgi import application as real

faults = iter(os.environ.get("ALOFT_FAULTS", "503 lost").split())
one_at_a_time = Lock()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST":
        return real(environ, start_response)
    with one_at_a_time:
        fault = next(faults, None)
    if fault is None:
        return real(environ, start_response)
    if fault == "lost":
        list(real(environ, note_lost_answer))
        return instead(HTTPStatus.SERVICE_UNAVAILABLE, start_response)
    read(environ)
    return instead(HTTPStatus(int(fault)), start_response)


def note_lost_answer(status: str, *_: Any) -> Callable[[bytes], object]:
    noted = Path(os.environ["ALOFT_HOME"]) / "answer_lost"
    noted.write_text(status)
    return noted.write_bytes


def instead(status: HTTPStatus, start_response: StartResponse) -> Iterable[bytes]:
    headers = [("Content-Type", "application/json"), ("Retry-After", "1")]
    start_response(f"{status.value} {status.phrase}", headers)
    return [b'{"success": false, "code": "fault", "message": "later"}']
