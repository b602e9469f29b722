"""The accounts of a list in the order of what waits at them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Count, F, Min, QuerySet

from aloft.act.selectors import by_customer, to_do
from aloft.records.rows import among


def page_by_work(
    found: QuerySet[Any],
    sort: str,
    first: int,
    most: int,
    *,
    automated: Collection[str],
    but: Collection[int] | None = None,
) -> list[int]:
    """The keys of a page of them: where something waits, by how much (`open`) or by when the first is due (`due`).

    Few accounts are busy, so these alone are counted and put in order. Names put the others in order, which are
    last but where those come first at which least waits. `found` has keys and names of accounts: their rows, or
    their narrow ones. `but`: the keys of those that it leaves out of everybody, where these are known to be few.
    `automated`: the roles that are nobody.
    """
    waiting = by_customer(to_do(automated))
    busy, idle = _busy(found, sort, waiting, but), _idle(found, waiting)
    parts = [idle, busy] if sort == "open" else [busy, idle]
    page: list[int] = []
    for part in parts:
        page += part[first : first + most - len(page)]
        if len(page) == most:
            break
        first = max(0, first - part.count()) if not page else 0
    return page


def _busy(
    found: QuerySet[Any], sort: str, waiting: QuerySet[Any], but: Collection[int] | None
) -> QuerySet[Any]:
    told = {"open": Count("pk"), "due": Min("due_at")}[sort.lstrip("-")]
    if but is None:
        waiting = waiting.filter(customer__in=found.order_by().values("pk"))
    elif but:
        waiting = waiting.exclude(customer__in=among(but))
    by = F("told").desc() if sort.startswith("-") else F("told").asc()
    rows: QuerySet[Any] = waiting.values("customer").annotate(told=told).order_by(by, "customer")
    return rows.values_list("customer", flat=True)


def _idle(found: QuerySet[Any], waiting: QuerySet[Any]) -> QuerySet[Any]:
    others = found.exclude(pk__in=waiting.values("customer"))
    return others.order_by("name", "external_id").values_list("pk", flat=True)
