"""Where is it? Pages, accounts, people and moments by a few letters of their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from aloft.records.models import Contact
from aloft.ui import words
from aloft.workspace import selectors, sentences
from aloft.workspace.context import Crumb, places
from aloft.workspace.pages import frame
from aloft.workspace.reader import Reader, reader_of

SHOWN = 6
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
    looked: dict[str, Callable[[Reader, str], list[Hit]]] = {"Pages": pages}
    if query:
        looked |= {"Accounts": accounts, "Moments": moments, "People": people}
    found = [Group(title, look(reader, query)) for title, look in looked.items()]
    return [group for group in found if group.hits]


def pages(reader: Reader, query: str) -> list[Hit]:
    return [
        Hit(place.name, place.url, place.icon)
        for place in places(reader)
        if query.lower() in place.name.lower()
    ]


def accounts(reader: Reader, query: str) -> list[Hit]:
    rows = selectors.customers_of(reader.person).select_related("projection")
    named = rows.filter(Q(name__icontains=query) | Q(external_id__icontains=query)).order_by("name", "pk")
    return [
        Hit(row.name, reverse("account", args=[row.public_id]), "building-2", selectors.phase_of(row))
        for row in named[:SHOWN]
    ]


def moments(reader: Reader, query: str) -> list[Hit]:
    seen = selectors.occurrences_of(reader.person)
    named = seen.filter(state__in=selectors.WAITING).select_related(None)
    named = named.filter(Q(title__icontains=query) | Q(account__name__icontains=query))
    rows = seen.filter(pk__in=_first(named, "due_at")).order_by("due_at", "pk")
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
    named = _contacts(reader).filter(name__icontains=query).exclude(status="erased")
    rows = Contact.objects.filter(pk__in=_first(named, "name")).select_related("account")
    return [
        Hit(str(row), reverse("account", args=[row.account.public_id]), "user", row.account.name)
        for row in rows.order_by("name", "pk")
    ]


def _contacts(reader: Reader) -> QuerySet[Contact]:
    if reader.sees_everything:  # named by what they are not, whole accounts need not be listed first
        return Contact.objects.filter(account__whole=None, account__merged_into=None)
    return Contact.objects.filter(account__in=selectors.customers_of(reader.person).order_by().values("pk"))


def _first(found: QuerySet[Any], by: str) -> list[int]:
    """The keys of the first: rows are wide, and all that is found is put in order."""
    return list(found.order_by(by, "pk").values_list("pk", flat=True)[:SHOWN])
