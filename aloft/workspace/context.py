"""What every page's frame needs. Asks the database nothing for a reader who has not signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from aloft import clock
from aloft.records.models import Account
from aloft.records.policies import may_import
from aloft.workspace import selectors
from aloft.workspace.horizon import horizon
from aloft.workspace.reader import Reader, reader_of


@dataclass(frozen=True)
class Item:
    name: str
    url: str
    icon: str
    count: int | None
    pages: tuple[str, ...]  # those that it stands for


@dataclass(frozen=True)
class Crumb:
    name: str
    url: str = ""


def above(account: Account) -> list[Crumb]:
    """What an account's page stands below; a relationship's, below that of its account."""
    whole = account.whole
    over = [Crumb(whole.name, reverse("account", args=[whole.public_id]))] if whole else []
    return [Crumb("Accounts", reverse("accounts")), *over]


def shell(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"now": clock.now(), "zone": UTC, "person": None, "navigation": []}
    reader = reader_of(request)
    return {
        "now": reader.now,
        "zone": reader.zone,
        "person": reader.person,
        "navigation": SimpleLazyObject(lambda: navigation(reader)),
    }


def navigation(reader: Reader) -> list[Item]:
    load = selectors.load_of(reader.person, horizon(reader.now, reader.zone))
    items = [
        Item("Today", reverse("today"), "list-todo", load.needing, ("today",)),
        Item(
            "Accounts",
            reverse("accounts"),
            "building-2",
            load.accounts,
            ("accounts", "account", "explain", "why"),
        ),
        Item("Revenue", reverse("revenue"), "trending-up", None, ("revenue", "behind")),
        Item("Model", reverse("model"), "route", None, ("model", "version", "publish")),
    ]
    if may_import(reader.person):
        pages = ("imports", "import", "mapping", "import_report")
        items.append(Item("Data", reverse("imports"), "database", None, pages))
    return items
