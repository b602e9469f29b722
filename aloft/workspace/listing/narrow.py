"""Lists read from narrow rows alone, where these tell of every account that is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from aloft.measures.models import Listing

ROW = "listing"


@dataclass(frozen=True)
class Narrow:
    """Those of all customers: `by_name` finds them by their index, in the order of names and without reading rows;
    `scanned` reads all of them one after the other, which is quicker where rows are looked at."""

    by_name: QuerySet[Any]
    scanned: QuerySet[Any]


def narrow_rows(accounts: int) -> Narrow | None:
    """None while fewer are listed than there are, as before they are first read."""
    # SQLite looks for one of a list in an index, and for a bare truth in the rows.
    by_name = Listing.objects.filter(is_customer__in=[True])
    if by_name.order_by().count() != accounts:
        return None
    return Narrow(by_name, Listing.objects.filter(is_customer=True))


def placed(lookup: str) -> str:
    """A lookup from an account, as it is told from its narrow row."""
    if lookup == ROW or lookup.startswith(f"{ROW}__"):
        return lookup.removeprefix(f"{ROW}__").replace(ROW, "pk")
    return f"account__{lookup}" if lookup.startswith("projection") else lookup


def moved(condition: Q) -> Q:
    """The same condition, asked of narrow rows."""
    told = [_moved(one) for one in condition.children]
    return Q(*told, _connector=condition.connector, _negated=condition.negated)


def _moved(one: Any) -> Any:
    """Of a condition its parts: conditions, and lookups with what is looked for."""
    return moved(one) if isinstance(one, Q) else (placed(one[0]), one[1])
