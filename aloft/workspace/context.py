"""What every page's frame needs. Asks the database nothing for a reader who has not signed in."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from datetime import UTC

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from aloft import clock
from aloft.records.models import Account
from aloft.workspace import notices
from aloft.workspace.reader import Reader, reader_of


@dataclass(frozen=True)
class Item:
    name: str
    url: str
    icon: str
    pages: tuple[str, ...]  # those that it stands for
    count: int | None = None


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
    seen = functools.cache(lambda: notices.seen_by(reader.person))
    return {
        "now": reader.now,
        "zone": reader.zone,
        "person": reader.person,
        "navigation": SimpleLazyObject(lambda: navigation(reader)),
        "fresh": SimpleLazyObject(lambda: notices.fresh_for(reader.person, reader.now, seen())),
        # Who has neither walked the tour nor skipped it.
        "newcomer": SimpleLazyObject(lambda: reader.person is not None and seen().toured_at is None),
    }


def navigation(reader: Reader) -> list[Item]:
    """The places, with how much waits there."""
    counts = {"Today": reader.load.needing, "Accounts": reader.load.accounts}
    return [replace(place, count=counts.get(place.name)) for place in places(reader)]


def places(reader: Reader) -> list[Item]:
    """What the reader may go to, in the order of the navigation: five at most, for they stand below a phone's page."""
    found = [
        Item("Today", reverse("today"), "list-todo", ("today", "notices", "find")),
        Item(
            "Accounts",
            reverse("accounts"),
            "building-2",
            ("accounts", "account", "explain", "why", "account_why", "merge", "erase"),
        ),
        Item("Revenue", reverse("revenue"), "trending-up", ("revenue", "behind")),
        Item(
            "Model",
            reverse("model"),
            "route",
            (
                "model",
                "version",
                "publish",
                "draft",
                "return",
                "experiments",
                "exceptions",
                "team",
                "member",
                "backtest",
                "backtest_run",
            ),
        ),
    ]
    pages = (
        "data",
        "live",
        "source",
        "imports",
        "import",
        "mapping",
        "import_report",
        "outbox",
        "texts",
        "text",
    )
    return [*found, Item("Data", reverse("data"), "database", pages)]
