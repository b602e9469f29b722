"""Of all the accounts that are watched, which need somebody? The exception report, as the engine tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.engine import client
from aloft.records.models import Account
from aloft.ui.words import counted
from aloft.workspace import selectors
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.pages.revenue import accounts_of
from aloft.workspace.reader import Reader, reader_of


@dataclass(frozen=True)
class Line:
    account: Account
    moment: str
    because: str
    owner: str
    since: datetime
    due: datetime
    rank: Decimal | None


@require_safe
def exceptions(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    answer = client.ask(
        "report", name="exceptions", accounts=None if reader.sees_everything else accounts_of(reader)
    )
    if answer is None and request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return frame.whole(request, main(reader, answer))


def main(reader: Reader, answer: Mapping[str, Any] | None) -> frame.Main:
    told = answer.get("report") if answer else None
    lines = _lines(reader, told) if told else []
    need = counted(len(lines), "account is an exception", "accounts are exceptions")
    refused = answer.get("error", "") if answer else ""
    context: dict[str, object] = {
        "crumbs": [Crumb("Model", reverse("model")), Crumb("Exceptions")],
        "sentence": need if told else "Exceptions",
        "asked": not refused or any(model.exceptions for model in reader.models),
        "refused": refused,
        "again": reverse("exceptions"),
        "told": told,
        "lines": lines,
    }
    return frame.Main("exception_list", "Exceptions", context)


def _lines(reader: Reader, told: Mapping[str, Any]) -> list[Line]:
    """Those at accounts that the reader may see; the columns are told by name."""
    names = [name for name, _ in told["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in told["rows"]]
    seen = selectors.customers_of(reader.person).filter(external_id__in={row["account"] for row in rows})
    known = {account.external_id: account for account in seen}
    return [_line(row, known[row["account"]]) for row in rows if row["account"] in known]


def _line(row: Mapping[str, Any], account: Account) -> Line:
    return Line(
        account=account,
        moment=row["moment"],
        because=row["because"],
        owner=row["owner"],
        since=datetime.fromisoformat(row["since"]).replace(tzinfo=UTC),
        due=datetime.fromisoformat(row["due"]).replace(tzinfo=UTC),
        rank=None if row["rank"] is None else Decimal(row["rank"]),
    )
