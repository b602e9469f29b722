"""What does a value rest on?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.engine import client
from aloft.records.models import Account
from aloft.ui import words
from aloft.workspace import selectors
from aloft.workspace.context import Crumb, above
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

PATIENCE = 2.0  # seconds: the page is nothing without the answer


@dataclass(frozen=True)
class Value:
    """`shown` is the value as people say it; `at` the value where it is an instant."""

    name: str
    title: str
    shown: str
    at: datetime | None
    says: str


@dataclass(frozen=True)
class Behind:
    """A fact: when it happened or holds from, when it was learned, and what it says."""

    at: datetime
    known: datetime
    what: str
    user: str
    says: Mapping[str, Any]
    source: str
    id: str


@require_safe
def explain(request: HttpRequest, account_id: UUID, name: str) -> HttpResponse:
    reader = reader_of(request)
    account = selectors.account_or_404(reader.person, account_id)
    answer = client.ask("explain", patience=PATIENCE, account=account.external_id, name=name)
    if answer is None and request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return frame.whole(request, main(reader, account, name, answer))


def main(reader: Reader, account: Account, name: str, answer: Mapping[str, Any] | None) -> frame.Main:
    title = words.humanised(name)
    told = answer.get("explained") if answer else None
    context: dict[str, object] = {
        "crumbs": [
            *above(account),
            Crumb(account.name, reverse("account", args=[account.public_id])),
            Crumb(title),
        ],
        "account": account,
        "refused": answer.get("error", "") if answer else "",
        "again": reverse("explain", args=[account.public_id, name]),
        "sentence": f"{title} of {account.name}",
    }
    if told:
        value = value_of(told)
        shown = words.instant(value.at, reader.now, reader.zone) if value.at else value.shown
        context |= {
            "sentence": f"{title} of {account.name} is {shown}",
            "value": value,
            "parts": [value_of(part) for part in told["parts"]],
            "facts": [behind(fact) for fact in told["facts"]],
            "more": told["more"],
        }
    return frame.Main("explain", f"{title} · {account.name}", context)


def value_of(told: Mapping[str, Any]) -> Value:
    at = datetime.fromisoformat(told["value"]) if told["is_instant"] else None
    return Value(told["name"], words.humanised(told["name"]), shown_as(told["value"]), at, told["says"])


def shown_as(value: object) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return words.number(value)
        case _:
            return str(value)


def behind(fact: Mapping[str, Any]) -> Behind:
    return Behind(
        at=datetime.fromisoformat(fact["at"]),
        known=datetime.fromisoformat(fact["known"]),
        says={name: shown_as(value) for name, value in fact["says"].items()},
        **{name: fact[name] for name in ("what", "user", "source", "id")},
    )
