"""What a list adds up to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Aggregate, Count, Q, QuerySet, Sum

from aloft.records.models import Account


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


def sums_of(found: QuerySet[Account]) -> Sums:
    red = Q(listing__band="red")
    told: dict[str, Aggregate] = {
        "total": Count("pk"),
        "mrr": Sum("listing__mrr", default=Decimal(0)),
        "red": Count("pk", filter=red),
        "red_mrr": Sum("listing__mrr", filter=red, default=Decimal(0)),
        "yellow": Count("pk", filter=Q(listing__band="yellow")),
        "green": Count("pk", filter=Q(listing__band="green")),
        "silent": Count("pk", filter=Q(listing=None)),
    }
    return Sums(**found.order_by().aggregate(**told))
