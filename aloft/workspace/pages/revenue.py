"""What do customers pay, and do they go on?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.engine import client
from aloft.revenue.months import after
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.revenue import Figures, curve_picture, figures, movements_picture

SHOWN = 24  # months
CONTRACTS = {"all": "All live lines", "latest": "The latest line"}
END_DAYS = {"exclusive": "not live", "included": "live"}


@dataclass(frozen=True)
class Choice:
    """How to count, and up to which day; what makes no sense counts as not said."""

    contracts: str
    end_day: str
    day: date

    def query(self, **more: str) -> str:
        told = {"contracts": self.contracts, "end_day": self.end_day, "to": self.day.isoformat()}
        return urlencode({**told, **more})

    def arguments(self, reader: Reader) -> dict[str, Any]:
        """For the engine. Who does not see everything is told of their own accounts alone."""
        first = after(self.day.replace(day=1), 1 - SHOWN)
        return {
            "from": first.isoformat(),
            "to": self.day.isoformat(),
            "contracts": self.contracts,
            "end_day": self.end_day,
            "accounts": None if reader.sees_everything else accounts_of(reader),
        }


def choice_of(request: HttpRequest, reader: Reader) -> Choice:
    today = reader.now.astimezone(reader.zone).date()
    contracts, end_day = request.GET.get("contracts", ""), request.GET.get("end_day", "")
    return Choice(
        contracts if contracts in CONTRACTS else "all",
        end_day if end_day in END_DAYS else "exclusive",
        min(day_of(request.GET.get("to", "")) or today, today),
    )


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def accounts_of(reader: Reader) -> list[str]:
    accounts = selectors.customers_of(reader.person).order_by("external_id")
    return list(accounts.values_list("external_id", flat=True))


@require_safe
def revenue(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    choice = choice_of(request, reader)
    answer = client.ask("revenue", **choice.arguments(reader))
    if answer is None and request.headers.get("HX-Request"):
        return HttpResponse(status=204)  # asked again by a page that waits: it goes on as it is
    return frame.whole(request, main(reader, choice, answer))


def main(reader: Reader, choice: Choice, answer: Mapping[str, Any] | None) -> frame.Main:
    told = answer.get("figures") if answer else None
    context: dict[str, object] = {
        "crumbs": [Crumb("Revenue")],
        "choice": choice,
        "contracts": CONTRACTS,
        "end_days": END_DAYS,
        "query": choice.query(),
        "refused": answer.get("error", "") if answer else "",
        "again": f"{reverse('revenue')}?{choice.query()}",
        "sentence": "Revenue",
    }
    if told:
        context |= shown(figures(told), team=reader.sees_everything)
    return frame.Main("revenue", "Revenue", context)


def shown(found: Figures, *, team: bool) -> dict[str, object]:
    pays = any(row.closing or row.cells[0].amount for row in found.rows)
    return {
        "figures": found,
        "sentence": sentences.mrr_stands(found, team=team),
        "sub": sentences.year_kept(found, team=team) if pays else "",
        "pays": pays,
        "movements": movements_picture(found.rows) if pays else None,
        "curve": curve_picture(found) if found.tiers else None,
        "newest_first": list(reversed(found.rows)),
    }
