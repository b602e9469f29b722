"""The columns that a list of accounts can have: what each is called, sorts by, and says of an account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from aloft.measures.daily import NO_PROFILE
from aloft.measures.models import Listing
from aloft.records.models import Account
from aloft.ui.words import humanised
from aloft.workspace.listing.measures import Measure
from aloft.workspace.rows import projection_of


@dataclass(frozen=True)
class Column:
    """`cell` names how it is drawn; `sort` are the lookups to order by, none where the order is asked apart.

    `plain` is what a file says of it: text, a number, an instant, or None.
    """

    key: str
    title: str
    cell: str
    sort: tuple[str, ...]
    plain: Callable[[Account], Any]
    numeric: bool = False


def listing_of(account: Account) -> Listing | None:
    found: Listing | None = getattr(account, "listing", None)
    return found


def _listed(name: str) -> Callable[[Account], Any]:
    return lambda account: getattr(listing_of(account), name, None)


def _words(name: str) -> Callable[[Account], str]:
    return lambda account: humanised(getattr(listing_of(account), name, ""))


def _profile(account: Account) -> str:
    listing = listing_of(account)
    named = listing.profile if listing else ""
    return "" if named == NO_PROFILE else humanised(named)


def _touch(account: Account) -> str:
    listing = listing_of(account)
    return ", ".join(listing.touch.strip(",").split(",")) if listing else ""


def _owner(account: Account) -> str:
    listing = listing_of(account)
    return listing.owner.name if listing and listing.owner else ""


def _of_listing(name: str) -> tuple[str, ...]:
    return (f"listing__{name}",)


NAME = Column("name", "Account", "name", ("name",), lambda account: account.name)
BUILT_IN = (
    Column("phase", "Phase", "phase", _of_listing("phase"), _words("phase")),
    Column("status", "Status", "plain", _of_listing("status"), _words("status")),
    Column("segment", "Segment", "segment", _of_listing("segment"), _words("segment")),
    Column("touch", "Touch", "touch", _of_listing("touch"), _touch),
    Column("health", "Health", "health", _of_listing("score"), _listed("score")),
    Column("band", "Band", "band", _of_listing("band"), _listed("band")),
    Column("profile", "Scored as", "plain", _of_listing("profile"), _profile),
    Column("trend", "Health trend", "trend", _of_listing("trend"), _listed("trend"), numeric=True),
    Column("mrr", "MRR", "mrr", _of_listing("mrr"), _listed("mrr"), numeric=True),
    Column("renews", "Renews", "renews", _of_listing("renews_at"), _listed("renews_at"), numeric=True),
    Column(
        "open", "Open", "open", ("waiting",), lambda account: getattr(account, "waiting", 0), numeric=True
    ),
    Column("due", "First due", "due", ("first_due",), lambda account: getattr(account, "first_due", None)),
    Column("owner", "Owner", "owner", ("listing__owner__name",), _owner),
    Column("country", "Region", "country", ("country",), lambda account: account.country),
    Column("id", "Id", "id", ("external_id",), lambda account: account.external_id),
)
USUAL = ("phase", "segment", "health", "mrr", "renews", "open", "due", "owner")
CELLS = frozenset(column.cell for column in (NAME, *BUILT_IN))
WORK = frozenset({"open", "due"})


def columns(measures: Mapping[str, Measure]) -> dict[str, Column]:
    """All of them by key, the name first, the metrics last."""
    stored = [_of_measure(one) for one in measures.values() if one.stored]
    return {column.key: column for column in (NAME, *BUILT_IN, *stored)}


def _of_measure(measure: Measure) -> Column:
    cell = "date" if measure.kind == "instant" else "value"
    sort = (measure.lookup,) if measure.lookup else ()
    return Column(measure.name, measure.title, cell, sort, lambda one: value_of(one, measure), numeric=True)


def value_of(account: Account, measure: Measure) -> Any:
    """As it was projected; an instant in UTC, None where there is no data."""
    projection = projection_of(account)
    told = projection.values.get(measure.stored) if projection else None
    if measure.kind == "instant" and isinstance(told, str):
        return datetime.fromisoformat(told).astimezone(UTC)
    return told


def chosen(keys: tuple[str, ...], known: Mapping[str, Column]) -> list[Column]:
    """The columns to show, the account's name first; of an address that names none, the usual ones."""
    named = [key for key in keys if key in known and key != "name"]
    return [NAME, *(known[key] for key in (named or USUAL))]


READ = ("public_id", "external_id", "name", "country")
READ_LISTED = (
    "phase",
    "status",
    "segment",
    "touch",
    "mrr",
    "renews_at",
    "band",
    "score",
    "trend",
    "profile",
    "owner__name",
)


def with_columns(accounts: QuerySet[Account], shown: Iterable[Column]) -> QuerySet[Account]:
    """With what these columns read, and nothing besides: rows are wide."""
    listed = [f"listing__{name}" for name in READ_LISTED]
    if all(column.cell in CELLS for column in shown):
        return accounts.select_related("listing__owner").only(*READ, *listed)
    joined = accounts.select_related("listing__owner", "projection")
    return joined.only(*READ, *listed, "projection__values")
