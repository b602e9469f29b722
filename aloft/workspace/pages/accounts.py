"""Which of mine?"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from aloft.act.selectors import first_due, waiting
from aloft.records.models import Account
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

SHOWN = 200


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    return frame.whole(request, main(reader_of(request), request.GET.get("q", "").strip()[:100]))


def main(reader: Reader, query: str = "") -> frame.Main:
    mine = selectors.customers_of(reader.person)
    found = matching(mine, query)
    total = found.count()
    context: dict[str, object] = {
        "crumbs": [Crumb("Accounts")],
        "sentence": sentence(reader, mine, total, query),
        "query": query,
        "accounts": list(with_work(found)[:SHOWN]),
        "hidden": max(0, total - SHOWN),
    }
    return frame.Main("accounts", "Accounts", context)


def matching(accounts: QuerySet[Account], query: str) -> QuerySet[Account]:
    if not query:
        return accounts
    return accounts.filter(Q(name__icontains=query) | Q(external_id__icontains=query))


def with_work(accounts: QuerySet[Account]) -> QuerySet[Account]:
    counted = accounts.annotate(waiting=waiting(), first_due=first_due())
    return counted.select_related("projection__owner").order_by("name", "external_id")


def sentence(reader: Reader, mine: QuerySet[Account], total: int, query: str) -> str:
    if query:
        return sentences.accounts_matching(total, query)
    busy = mine.annotate(waiting=waiting()).filter(waiting__gt=0).count()
    return sentences.accounts_found(total, busy, team=reader.sees_everything)
