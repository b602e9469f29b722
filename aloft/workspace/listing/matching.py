"""From a query to the accounts that it means, in its order."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from django.db.models import F, Q, QuerySet

from aloft.act.selectors import first_due, waiting
from aloft.measures.daily import NO_PROFILE
from aloft.records.models import Account, AccountStatus
from aloft.workspace.listing.columns import NAME, WORK, Column
from aloft.workspace.listing.measures import NO_VALUE, OPERATORS, Measure, NotComparable, read_value
from aloft.workspace.listing.narrow import moved, placed
from aloft.workspace.listing.query import EVERY, Query, Where

NONE = "-"
"""Chosen where there is nothing: nobody holds it, no country is known, no score was ever read."""
LEFT = (AccountStatus.CHURNED.value, AccountStatus.MERGED.value)
"""Lists leave these out, unless they are asked for."""


@dataclass(frozen=True)
class Meant:
    """What a query asks of an account. `problems` say which comparisons were left out, and why."""

    conditions: tuple[Q, ...]
    problems: tuple[str, ...]

    def among(self, accounts: QuerySet[Account]) -> QuerySet[Account]:
        return functools.reduce(lambda found, one: found.filter(one), self.conditions, accounts)

    def among_narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return functools.reduce(lambda found, one: found.filter(moved(one)), self.conditions, rows)


def meant(query: Query, measures: Mapping[str, Measure], zone: tzinfo) -> Meant:
    conditions, problems = [], []
    if query.q:
        conditions.append(Q(name__icontains=query.q) | Q(external_id__icontains=query.q))
    for name, narrow in _LISTS.items():
        if wanted := getattr(query, name):
            conditions.append(narrow(wanted))
    for where in query.where:
        try:
            conditions.append(compared(where, measures, zone))
        except NotComparable as problem:
            problems.append(str(problem))
    # Last, for it is true of most: the database asks it of those that the others leave.
    conditions += with_status(query.status)
    return Meant(tuple(conditions), tuple(problems))


def with_status(wanted: tuple[str, ...]) -> list[Q]:
    """What is asked of the status of accounts; what none is told of has not left."""
    if EVERY in wanted:
        return []
    if not wanted:
        return [~Q(listing__status__in=LEFT)]
    return [_any("listing__status", Q(listing=None) | Q(listing__status=""))(wanted)]


def _any(lookup: str, nothing: Q) -> Callable[[tuple[str, ...]], Q]:
    def narrow(wanted: tuple[str, ...]) -> Q:
        named = Q(**{f"{lookup}__in": [one for one in wanted if one != NONE]})
        return named | nothing if NONE in wanted else named

    return narrow


def _touched(wanted: tuple[str, ...]) -> Q:
    meant = Q()
    for level in wanted:
        meant |= Q(listing__touch__contains=f",{level},")
    return meant


_LISTS: Mapping[str, Callable[[tuple[str, ...]], Q]] = {
    "segment": _any("listing__segment", Q(listing=None) | Q(listing__segment="")),
    "phase": _any("listing__phase", Q(listing=None) | Q(listing__phase="")),
    "touch": _touched,
    "health": _any("listing__band", Q(listing=None) | Q(listing__band="")),
    "profile": _any("listing__profile", Q(listing=None) | Q(listing__profile__in=["", NO_PROFILE])),
    "owner": _any("listing__owner__handle", Q(listing__owner=None)),
    "region": _any("country", Q(country="")),
}


def compared(where: Where, measures: Mapping[str, Measure], zone: tzinfo) -> Q:
    """What is not known matches no comparison but “has no data”. Raises NotComparable."""
    measure = measures.get(where.measure)
    if measure is None:
        raise NotComparable(f"No value is called “{where.measure}”; it may have left the model")
    if where.operator in NO_VALUE:
        unknown = _unknown(measure, text=measure.kind == "text")
        return unknown if where.operator == "unknown" else ~unknown
    value = read_value(measure, where.value, zone)
    text = isinstance(value, str)
    if text and where.operator not in ("eq", "ne"):
        raise NotComparable(f"{measure.title} is text: compare it with “exactly” or “other than”")
    holds = Q(**{f"{_lookup(measure, text=text)}__{OPERATORS[where.operator][1]}": value})
    return ~_unknown(measure, text=text) & ~holds if where.operator == "ne" else holds


def _lookup(measure: Measure, *, text: bool) -> str:
    """Text is compared where it was projected, numbers in their column."""
    return f"projection__values__{measure.stored}" if text or not measure.lookup else measure.lookup


def _unknown(measure: Measure, *, text: bool) -> Q:
    lookup = _lookup(measure, text=text)
    missing = Q(**{f"{lookup}__isnull": True})
    return missing | Q(**{lookup: None}) if lookup.startswith("projection") else missing


def ordered(
    accounts: QuerySet[Any],
    sort: str,
    columns: Mapping[str, Column],
    *,
    automated: Collection[str],
    narrow: bool = False,
) -> QuerySet[Any]:
    """What is not known comes last, either way; names decide between equals. `narrow`: of rows of that kind.
    `automated`: the roles that are nobody."""
    column = columns.get(sort.lstrip("-"), NAME)
    if column.key in WORK:
        accounts = with_work(accounts, automated)
    down = sort.startswith("-")
    first: list[Any] = [
        F(lookup).desc(nulls_last=True) if down else F(lookup).asc(nulls_last=True)
        for lookup in (map(placed, column.sort) if narrow else column.sort)
        if lookup != "name"
    ]
    by_name = F("name").desc() if down and column is NAME else F("name").asc()
    return accounts.order_by(*first, by_name, "external_id")


def with_work(accounts: QuerySet[Account], automated: Collection[str]) -> QuerySet[Account]:
    return accounts.annotate(waiting=waiting(automated), first_due=first_due(automated))
