"""What a list adds up to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, Q, QuerySet, Sum


@dataclass(frozen=True)
class Sums:
    """Of the accounts found: how many, their MRR, and both by band; `silent` have no reading of any kind."""

    total: int
    mrr: Decimal
    red: int
    red_mrr: Decimal
    yellow: int
    green: int
    silent: int

    @property
    def scored(self) -> int:
        return self.red + self.yellow + self.green


def sums_of(found: QuerySet[Any], *, narrow: bool = False) -> Sums:
    """Of accounts, or of their narrow rows."""
    row = "" if narrow else "listing__"
    red = Q(**{f"{row}band": "red"})
    told: dict[str, Aggregate] = {
        "total": Count("pk"),
        "mrr": Sum(f"{row}mrr", default=Decimal(0)),
        "red": Count("pk", filter=red),
        "red_mrr": Sum(f"{row}mrr", filter=red, default=Decimal(0)),
        "yellow": Count("pk", filter=Q(**{f"{row}band": "yellow"})),
        "green": Count("pk", filter=Q(**{f"{row}band": "green"})),
        "silent": Count("pk", filter=Q(pk=None) if narrow else Q(listing=None)),
    }
    # No sum may be called as a field of the rows is.
    counted = found.order_by().aggregate(**{f"all_{name}": one for name, one in told.items()})
    return Sums(**{name: counted[f"all_{name}"] for name in told})
