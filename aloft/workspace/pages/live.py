"""What arrives just now? The last events, for those who may hear of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.act import policies
from aloft.collect.models import Source
from aloft.engine import client
from aloft.records.models import Account
from aloft.records.policies import may_import
from aloft.workspace import selectors
from aloft.workspace.context import Crumb
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, Request, reader_of

SHOWN = 50  # events


@dataclass(frozen=True)
class Filter:
    """Parts of names; an empty one takes everything."""

    source: str = ""
    name: str = ""
    account: str = ""

    @property
    def query(self) -> str:
        return urlencode({key: value for key, value in vars(self).items() if value})


@dataclass(frozen=True)
class Event:
    """`account_id` leads to the account's page, where there is one. `late`: it happened a while before."""

    received: datetime
    occurred: datetime
    at: str
    source: str
    what: str
    account: str
    account_id: UUID | None
    user: str
    times: int
    properties: str


@require_safe
def live(request: Request) -> HttpResponse:
    reader = reader_of(request)
    wanted = Filter(*(request.GET.get(key, "").strip()[:200] for key in ("source", "name", "account")))
    told = ask(reader, wanted)
    if request.htmx and request.htmx.target == "events":
        if told is None:
            return HttpResponse(status=204)  # the page goes on as it is, and asks again
        return render(request, "workspace/_events.html", shown(reader, wanted, told))
    return frame.whole(request, main(reader, wanted, told))


def ask(reader: Reader, wanted: Filter) -> Sequence[Mapping[str, Any]] | None:
    """None where the engine does not answer. Who is not to see everything is told of their own accounts alone."""
    only = accounts_of(reader, wanted)
    answer = client.ask("newest", accounts=only, limit=SHOWN, source=wanted.source, name=wanted.name)
    found: list[dict[str, Any]] | None = answer.get("newest") if answer else None
    return found


def accounts_of(reader: Reader, wanted: Filter) -> list[str] | None:
    """The external ids of whom the engine may tell; None for everybody, and for what belongs to nobody."""
    everything = may_import(reader.person)
    if everything and not wanted.account:
        return None
    seen = Account.objects.filter(whole=None) if everything else selectors.customers_of(reader.person)
    called = Q(name__icontains=wanted.account) | Q(external_id__icontains=wanted.account)
    return list(seen.filter(called).order_by("external_id").values_list("external_id", flat=True))


def main(reader: Reader, wanted: Filter, told: Sequence[Mapping[str, Any]] | None) -> frame.Main:
    operates = may_import(reader.person)
    context = {
        "crumbs": [Crumb("Data", reverse("data")), Crumb("Live")],
        "sentence": "What arrives just now" if operates else "What arrives of your accounts just now",
        "operates": operates,
        "wanted": wanted,
        "names": list(Source.objects.values_list("name", flat=True)) if operates else [],
        "answered": told is not None,
    }
    return frame.Main("live", "Live", {**context, **shown(reader, wanted, told or [])})


def shown(reader: Reader, wanted: Filter, told: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    named = {one["account"] for one in told} - {""}
    known = Account.objects.filter(external_id__in=named, whole=None)
    if not may_import(reader.person):
        known = known.filter(pk__in=policies.accounts_of(reader.person).order_by().values("pk"))
    pages = {account.external_id: account for account in known}
    return {"wanted": wanted, "events": [event(one, pages, reader) for one in told]}


def event(one: Mapping[str, Any], pages: Mapping[str, Account], reader: Reader) -> Event:
    received = datetime.fromisoformat(one["received"])
    local = received.astimezone(reader.zone)
    today = local.date() == reader.now.astimezone(reader.zone).date()
    account = pages.get(one["account"])
    return Event(
        received=received,
        occurred=datetime.fromisoformat(one["occurred"]),
        at=f"{local:%H:%M:%S}" if today else f"{local.day} {local:%b, %H:%M:%S}",
        source=one["source"],
        what=one["name"] or one["kind"],
        account=account.name if account else one["account"],
        account_id=account.public_id if account else None,
        user=one["user"],
        times=one["times"],
        properties="" if one["properties"] in ("{}", None) else one["properties"],
    )
