"""What a document says of money and effort."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import ConfigDict, Field

from aloft.engagement.economy import Better, ExperimentUnit, Formality, Transaction
from aloft.engagement.figures import CountLeaf, ShareLeaf
from aloft.engagement.leaves import (
    AmountItem,
    AmountLeaf,
    CurrencyLeaf,
    DayLeaf,
    DurationLeaf,
    ExpressionLeaf,
    NameLeaf,
    PercentItem,
    PercentLeaf,
    TextLeaf,
    word,
)
from aloft.engagement.part import Part, required

TRANSACTIONS: tuple[Transaction, ...] = get_args(Transaction)

BetterLeaf = Annotated[Better | None, word("direction", get_args(Better))]
TransactionLeaf = Annotated[Transaction | None, word("transaction", TRANSACTIONS)]
FormalityLeaf = Annotated[Formality | None, word("formality", get_args(Formality))]
ExperimentUnitLeaf = Annotated[ExperimentUnit | None, word("unit", get_args(ExperimentUnit))]


class ValueMetricDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("metric", "unit"))

    metric: NameLeaf = None
    unit: TextLeaf = None
    better: BetterLeaf = None


class OwnershipRolesDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("self_service", "csm", "sales"))

    self_service: NameLeaf = None
    csm: NameLeaf = None
    sales: NameLeaf = None


class CaseDoc(Part):
    segment: NameLeaf = None
    product: TextLeaf = None
    transaction: TransactionLeaf = None
    service_complexity: ShareLeaf = None
    transaction_complexity: ShareLeaf = None


class OwnershipDoc(Part):
    model_config = ConfigDict(
        json_schema_extra=required("service_complexity", "transaction_complexity", "line", "shift", "roles")
    )

    service_complexity: ShareLeaf = None
    transaction_complexity: ShareLeaf = None
    cases: tuple[CaseDoc, ...] = ()
    line: ShareLeaf = None
    shift: ExpressionLeaf = None
    roles: OwnershipRolesDoc | None = None


class TravelDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("hours", "fare"))

    hours: AmountLeaf = None
    fare: AmountLeaf = None
    visits_per_trip: AmountLeaf = None


class RegionDoc(Part):
    face_to_face: ShareLeaf = None
    formality: FormalityLeaf = None
    travel: TravelDoc | None = None


class EconomicsDoc(Part):
    currency: CurrencyLeaf = None
    gross_margin: ShareLeaf = None
    spend: dict[str, PercentItem] = {}
    hours: dict[str, AmountItem] = {}


class ExceptionsDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("most", "per", "rank_by"))

    most: CountLeaf = None
    per: DurationLeaf = None
    rank_by: ExpressionLeaf = None


class PrimaryDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("expect", "within"))

    expect: ExpressionLeaf = None
    within: DurationLeaf = None


class ExperimentDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("holdout", "primary", "from"))

    holdout: PercentLeaf = None
    primary: PrimaryDoc | None = None
    unit: ExperimentUnitLeaf = None
    start: DayLeaf = Field(default=None, alias="from")
