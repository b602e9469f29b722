"""Keeps the narrow rows that lists of accounts are read from in step with projections and health."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db import connection, transaction

from aloft.measures.models import PLACES, AccountHealth, AccountProjection, ListedMetric, Listing
from aloft.records.models import Account
from aloft.records.rows import batched, put

T = TypeVar("T")
AT_ONCE = 500
FEW = 5_000
"""Of more than that it takes longer to name them than to look at all."""
_POSITION = ["account_id", "phase", "segment", "touch", "owner_id", "mrr", "renews_at", "status"]
_HEALTH = ["account_id", "band", "score", "trend", "profile"]
_NEVER_NULL: dict[str, str | bool] = {
    **dict.fromkeys(
        ("phase", "segment", "touch", "status", "band", "profile", "name", "external_id", "country"), ""
    ),
    "is_customer": False,
}


class Shown(NamedTuple):
    """The columns of an `AccountProjection` that is not written yet."""

    account_id: int
    model: str
    model_since: datetime | None
    phase: str
    phase_since: datetime | None
    phase_entry: int
    segment: str
    segment_since: datetime | None
    segment_waits: str
    touch: Sequence[str]
    owner_id: int | None
    mrr: Decimal | None
    values: Mapping[str, Any]
    as_of: datetime


class Terms(NamedTuple):
    """What is listed of an account and not projected."""

    renews_at: datetime | None = None
    status: str = ""


UNTOLD = Terms()
Projections = Sequence[Shown] | Sequence[AccountProjection]


def list_positions(projections: Projections, terms: Mapping[int, Terms]) -> None:
    """Where accounts stand, with what their metrics count; `terms` are by row of the account."""
    if not projections:
        return
    columns = columns_of({name for one in projections for name in one.values})
    rows = [
        (*_position(one, terms.get(one.account_id, UNTOLD)), *_numbers(one, columns)) for one in projections
    ]
    _upsert([*_POSITION, *columns.values()], rows)
    list_records([one.account_id for one in projections])


def list_health(standing: Iterable[AccountHealth]) -> None:
    rows = [(one.account_id, one.band, one.score, one.trend, one.profile) for one in standing]
    _upsert(_HEALTH, rows)
    list_records([row[0] for row in rows])


_OF_THE_ACCOUNT = """
    UPDATE {listing} SET name = a.name, external_id = a.external_id, country = a.country,
        is_customer = (a.whole_id IS NULL AND a.merged_into_id IS NULL)
    FROM {account} a
    WHERE a.id = {listing}.account_id AND NOT ({listing}.name = a.name AND {listing}.external_id = a.external_id
        AND {listing}.country = a.country
        AND {listing}.is_customer = (a.whole_id IS NULL AND a.merged_into_id IS NULL))
"""


def list_records(accounts: Collection[int] | None = None) -> None:
    """What the record of these accounts says of them, or of all, where it is not what is listed."""
    told = _OF_THE_ACCOUNT.format(listing=Listing._meta.db_table, account=Account._meta.db_table)
    with connection.cursor() as cursor:
        if accounts is None or len(accounts) > FEW:
            cursor.execute(told)
            return
        for some in batched(accounts, AT_ONCE):
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"{told} AND a.id IN ({marks})", some)


def keep_listed() -> None:
    """List everybody where nobody is listed yet; their terms follow as accounts are read."""
    if not Listing.objects.exists():
        list_all()
    list_records()


@transaction.atomic
def list_all() -> None:
    """List everybody anew from projections and health: who is listed in part would be taken for all."""
    listed = Listing.objects.values_list("account", "renews_at", "status")
    kept = {account: Terms(renews_at, status) for account, renews_at, status in listed}
    for some in batched(AccountProjection.objects.iterator(AT_ONCE), AT_ONCE):
        list_positions(some, kept)
    for scored in batched(AccountHealth.objects.iterator(AT_ONCE), AT_ONCE):
        list_health(scored)


def columns_of(names: Iterable[str]) -> dict[str, str]:
    """The column of each metric; one that is met for the first time takes a free one while there are any."""
    known = {one.name: one for one in ListedMetric.objects.all()}
    taken = {one.place for one in known.values()}
    free = iter(place for place in range(PLACES) if place not in taken)
    fresh = [
        ListedMetric(name=name, place=place)
        for name, place in zip(sorted(set(names) - known.keys()), free, strict=False)
    ]
    ListedMetric.objects.bulk_create(fresh)
    return {one.name: one.column for one in [*known.values(), *fresh]}


def between_commas(names: Iterable[str]) -> str:
    told = ",".join(names)
    return f",{told}," if told else ""


def as_number(value: object) -> float | None:
    """As columns hold it; None for text that is neither a number nor an instant."""
    if value is None:
        return None
    if isinstance(value, (bool, int, float)):
        return float(value)
    text = str(value)
    for read in (_seconds, float) if _DATED.match(text) else (float, _seconds):
        with suppress(ValueError):
            return read(text)
    return None


_DATED = re.compile(r"\d{4}-")
"""How instants begin, and no number does: text is taken for the more likely first, for to try takes longest."""


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _position(one: Shown | AccountProjection, terms: Terms) -> tuple[Any, ...]:
    return one.account_id, one.phase, one.segment, between_commas(one.touch), one.owner_id, one.mrr, *terms


def _numbers(one: Shown | AccountProjection, columns: Iterable[str]) -> list[float | None]:
    values = map(one.values.get, columns)
    return [value if value is None or type(value) is float else as_number(value) for value in values]


def _upsert(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows have many columns, and most are not meant."""
    kept = [name for name in _NEVER_NULL if name not in columns]
    blank = tuple(_NEVER_NULL[name] for name in kept)
    put(Listing, [*columns, *kept], ((*row, *blank) for row in rows), unique=["account_id"], kept=kept)
