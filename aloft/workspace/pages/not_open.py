"""Why not the others? The part of an account's page that comes after it: the engine reads every rule to answer."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aloft.engine import client
from aloft.records.models import Account
from aloft.ui.words import humanised
from aloft.workspace import selectors
from aloft.workspace.pages.account_why import PATIENCE
from aloft.workspace.reader import reader_of


@dataclass(frozen=True)
class NotOpen:
    """A moment that is not open, and why."""

    moment: str
    verdict: str
    because: str
    change: str


@require_safe
def not_open(request: HttpRequest, account_id: UUID) -> HttpResponse:
    account = selectors.account_or_404(reader_of(request).person, account_id)
    told = why_not(account)
    context = {"account": account, "answered": told is not None, "not_open": told or []}
    return render(request, "workspace/_not_open.html", context)


def why_not(account: Account) -> list[NotOpen] | None:
    """Asked of the engine; None when it is busy or does not run."""
    answer = client.ask("why_not", patience=PATIENCE, account=account.external_id)
    if answer is None or "explanations" not in answer:
        return None
    return [
        NotOpen(
            humanised(told["moment"]), told["verdict"], told["headline"].partition(": ")[2], told["change"]
        )
        for told in answer["explanations"]
    ]
