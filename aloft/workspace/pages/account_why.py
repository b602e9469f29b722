"""Why was it open, and why was it not? An account as it was known on a day, by what was in force then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.act.models import Occurrence, OccurrenceState
from aloft.act.standing import as_of
from aloft.engine import client
from aloft.engine.explained import Explanation, from_object
from aloft.records.models import Account
from aloft.ui.words import counted
from aloft.workspace import selectors
from aloft.workspace.context import Crumb, above
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

PATIENCE = 3.0
"""Seconds: the log of the account is rolled to that day, and the page is nothing without the answer."""


@dataclass(frozen=True)
class Asked:
    """The end of `day`, or now. `says` why it cannot be asked."""

    day: date
    at: datetime | None
    says: str = ""


@require_safe
def account_why(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """`?at=2026-01-31`: as of the end of that day in the reader's zone; without it, as of now."""
    reader = reader_of(request)
    account = selectors.account_or_404(reader.person, account_id)
    asked = asked_of(request.GET.get("at", ""), reader)
    answer = None if asked.says else ask(account, asked.at)
    return frame.whole(request, main(reader, account, asked, answer))


def asked_of(text: str, reader: Reader) -> Asked:
    today = reader.now.astimezone(reader.zone).date()
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        return Asked(today, None, f"“{text}” is no day: write 2026-01-31")
    if day > today:
        return Asked(day, None, "That day lies ahead: why is told of the past, and of now")
    if day == today:
        return Asked(day, None)
    return Asked(day, datetime.combine(day + timedelta(days=1), time(), reader.zone) - datetime.resolution)


def ask(account: Account, at: datetime | None) -> Mapping[str, Any] | None:
    if at is None:
        return client.ask("why_not", patience=PATIENCE, account=account.external_id)
    return client.ask("why_not_at", patience=PATIENCE, account=account.external_id, at=at.isoformat())


def main(reader: Reader, account: Account, asked: Asked, answer: Mapping[str, Any] | None) -> frame.Main:
    told = [from_object(one) for one in answer.get("explanations", ())] if answer else []
    here = reverse("account_why", args=[account.public_id])
    context: dict[str, object] = {
        "crumbs": [
            *above(account),
            Crumb(account.name, reverse("account", args=[account.public_id])),
            Crumb("Why"),
        ],
        "account": account,
        "asked": asked,
        "today": reader.now.astimezone(reader.zone).date(),
        "refused": asked.says or (answer.get("error", "") if answer else ""),
        "again": f"{here}?at={asked.day.isoformat()}" if asked.at else here,
        "answered": answer is not None,
        "open": stood_open(reader, account, asked.at or reader.now),
        "not_open": told,
        "sentence": sentence(account, asked, told),
    }
    return frame.Main("account_why", f"Why · {account.name}", context)


def stood_open(reader: Reader, account: Account, at: datetime) -> list[Occurrence]:
    """Those that were open at `at`, as they stood then; of one that several may see, by who may see it now."""
    rows = selectors.occurrences_of(reader.person).filter(account=account, opened_at__lte=at)
    return [one for one in as_of(rows.order_by("opened_at"), at) if one.state != OccurrenceState.CLOSED]


def sentence(account: Account, asked: Asked, told: list[Explanation]) -> str:
    when = f"at the end of {asked.day.day} {asked.day:%B %Y}" if asked.at else "now"
    if not told:
        return f"Why moments are open at {account.name} {when}"
    waiting = counted(len(told), "moment")
    return f"{waiting} {'is' if asked.at is None else 'was'} not open at {account.name} {when}"
