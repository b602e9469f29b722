"""Which accounts make up a figure?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.act.policies import accounts_of
from aloft.engine import client
from aloft.records.models import Account
from aloft.workspace import sentences
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.pages.revenue import Choice, choice_of, day_of
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.revenue import KINDS


@dataclass(frozen=True)
class Line:
    account: Account
    day: date | None
    amount: Decimal


@require_safe
def behind(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    choice = choice_of(request, reader)
    month = (day_of(request.GET.get("month", "")) or choice.day).replace(day=1)
    kind = request.GET.get("kind", "closing")
    if kind not in KINDS or month > choice.day:
        raise Http404
    answer = client.ask("behind", **choice.arguments(reader), month=month.isoformat(), kind=kind)
    if answer is None and request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return frame.whole(request, main(reader, choice, month, kind, answer))


def main(
    reader: Reader, choice: Choice, month: date, kind: str, answer: Mapping[str, Any] | None
) -> frame.Main:
    told = answer.get("behind") if answer else None
    what = f"{KINDS[kind]} {month:%B %Y}"
    context: dict[str, object] = {
        "crumbs": [Crumb("Revenue", f"{reverse('revenue')}?{choice.query()}"), Crumb(what)],
        "refused": answer.get("error", "") if answer else "",
        "again": f"{reverse('behind')}?{choice.query(month=month.isoformat(), kind=kind)}",
        "sentence": what,
    }
    if told:
        context |= {
            "told": told,
            "lines": lines(reader, told["rows"]),
            "hidden": max(0, told["total"] - len({row[0] for row in told["rows"]})),
            "sentence": sentences.accounts_behind(
                told["total"], what, Decimal(told["sum"]), told["currency"]
            ),
        }
    return frame.Main("behind", what, context)


def lines(reader: Reader, rows: list[list[str | None]]) -> list[Line]:
    """Those of the accounts that the reader may see; the engine was asked for no others."""
    names = {row[0] for row in rows}
    visible = accounts_of(reader.person).filter(external_id__in=names)
    known = {account.external_id: account for account in visible}
    return [
        Line(known[external], date.fromisoformat(day) if day else None, Decimal(amount or 0))
        for external, day, amount in rows
        if external in known
    ]
