from __future__ import annotations

import secrets
from dataclasses import dataclass
from http import HTTPStatus

import msgspec

# Retries add x-retry-count: a list without it would break nothing but the retries.
CORS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "authorization, content-type, x-retry-count, anonymousid, sentat"),
    ("Access-Control-Expose-Headers", "Retry-After"),
    ("Access-Control-Max-Age", "7200"),
)


@dataclass(frozen=True)
class Answer:
    status: HTTPStatus
    body: bytes
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def line(self) -> str:
        return f"{self.status.value} {self.status.phrase}"

    @property
    def headers(self) -> list[tuple[str, str]]:
        typed = ("Content-Type", "application/json")
        length = ("Content-Length", str(len(self.body)))
        return [typed, length, ("Cache-Control", "no-store"), *CORS, *self.extra]


class Refused(Exception):
    """The whole request is refused; nothing of it was stored."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def answer(document: object) -> Answer:
    return Answer(HTTPStatus.OK, msgspec.json.encode(document))


def refusal(status: HTTPStatus, code: str, message: str, *extra: tuple[str, str]) -> Answer:
    """Some clients raise inside, and then resend a refused batch, when `code` or `message` is missing."""
    document = {"success": False, "code": code, "message": message, "detail": message}
    return Answer(status, msgspec.json.encode(document), extra)


def unavailable() -> Answer:
    """The wait is drawn from 5 to 30 seconds, so that clients do not come back all at once."""
    wait = str(5 + secrets.randbelow(26))
    message = "Nothing was stored. Send it again later."
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", message, ("Retry-After", wait))
