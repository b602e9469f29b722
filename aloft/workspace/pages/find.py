"""Where is it? Pages, accounts, people and moments by a few letters of their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.records.models import Account, Contact
from aloft.ui import words
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb, places
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

SHOWN = 6
LOOKED_AT = 50
LONGEST = 100


@dataclass(frozen=True)
class Hit:
    name: str
    url: str
    icon: str
    detail: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    hits: list[Hit]


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """A page of its own, or (htmx) the list in the palette."""
    reader = reader_of(request)
    query = request.GET.get("q", "").strip()[:LONGEST]
    found = groups(reader, query)
    if request.headers.get("HX-Request"):
        return render(request, "workspace/_found.html", {"groups": found, "query": query})
    hits = sum(len(group.hits) for group in found)
    context = {
        "crumbs": [Crumb("Find")],
        "sentence": sentences.found(hits, query),
        "groups": found,
        "query": query,
    }
    return frame.whole(request, frame.Main("find", "Find", context))


def groups(reader: Reader, query: str) -> list[Group]:
    """Without a query, the pages. Whatever it finds, the reader may see."""
    found = [Group("Pages", pages(reader, query))]
    if query:
        called = _accounts(reader, query)
        found += [
            Group("Accounts", accounts(called)),
            Group("Moments", moments(reader, query, called)),
            Group("People", people(reader, query)),
        ]
    return [group for group in found if group.hits]


def pages(reader: Reader, query: str) -> list[Hit]:
    return [
        Hit(place.name, place.url, place.icon)
        for place in places(reader)
        if query.lower() in place.name.lower()
    ]


def accounts(called: Sequence[int]) -> list[Hit]:
    """The first of those that are called so."""
    named = Account.objects.filter(pk__in=called[:SHOWN]).select_related("projection")
    return [
        Hit(row.name, reverse("account", args=[row.public_id]), "building-2", selectors.phase_of(row))
        for row in named.order_by("name", "pk")
    ]


def moments(reader: Reader, query: str, called: Sequence[int]) -> list[Hit]:
    """Those that are called so, and those at the accounts that are, or at a relationship of theirs."""
    parts = Account.objects.filter(whole__in=called).values_list("pk", flat=True)
    seen = selectors.occurrences_of(reader.person)
    waiting = seen.filter(state__in=selectors.WAITING).select_related(None)
    titled = _first(waiting.filter(title__icontains=query), "due_at")
    theirs = _first(waiting.filter(account__in=[*called, *parts]), "due_at")
    rows = seen.filter(pk__in={*titled, *theirs}).order_by("due_at", "pk")[:SHOWN]
    return [
        Hit(
            f"{row.title}, {row.account.name}",
            reverse("why", args=[row.public_id]),
            "flag",
            words.due(row.due_at, reader.now, reader.zone),
        )
        for row in rows
    ]


def people(reader: Reader, query: str) -> list[Hit]:
    """Of the customers."""
    named = Contact.objects.filter(name__icontains=query).exclude(status="erased")
    if not reader.sees_everything:
        customers = selectors.customers_of(reader.person).order_by().values("pk")
        named = named.filter(account__in=customers)
    # Whose account is whole is asked of the first alone: joined with all, accounts would be listed first.
    first = Contact.objects.filter(pk__in=_first(named, "name", LOOKED_AT)).select_related("account")
    rows = [
        one
        for one in first.order_by("name", "pk")
        if one.account.whole_id is None and one.account.merged_into_id is None
    ]
    return [
        Hit(str(row), reverse("account", args=[row.account.public_id]), "user", row.account.name)
        for row in rows[:SHOWN]
    ]


def _accounts(reader: Reader, query: str) -> list[int]:
    """The keys of the first that are called so."""
    called = Q(name__icontains=query) | Q(external_id__icontains=query)
    return _first(selectors.customers_of(reader.person).filter(called), "name", LOOKED_AT)


def _first(found: QuerySet[Any], by: str, most: int = SHOWN) -> list[int]:
    """The keys of the first: rows are wide, and all that is found is put in order."""
    return list(found.order_by(by, "pk").values_list("pk", flat=True)[:most])
