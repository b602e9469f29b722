"""Due rows as they are made: many at once, and written in one statement."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet

from aloft.act.models import Due, DueKind
from aloft.records.rows import among, batched, put, told

_Key = tuple[int, str, str, str, int]


class DueRow(NamedTuple):
    """A `Due` of no occurrence, not written yet. `at` is UTC; instants among the `details` are in ISO 8601."""

    at: datetime
    account_id: int
    kind: DueKind
    moment: str
    anchor: str
    n: int
    details: Mapping[str, Any]

    def as_due(self) -> Due:
        """For who reads due rows, and writes none."""
        return Due(**self._asdict())


def write(rows: Iterable[DueRow]) -> None:
    """Those of an account one after the other: so the database finds its place once for all of them."""
    put(Due, DueRow._fields, sorted(rows, key=attrgetter("account_id")))


_KEY = ("account_id", "kind", "moment", "anchor", "n")


def renew(standing: QuerySet[Due], rows: Iterable[DueRow], now: datetime) -> Counter[int]:
    """Put `rows` into the place of those that are `standing`: what stands already, and says the same, is left alone.

    A warning that is about to be read, at `now`, goes only where the same one is due later. Gives by account how many
    more there are than there were.
    """
    more: Counter[int] = Counter()
    wanted: dict[_Key, DueRow] = {row[1:6]: row for row in rows}
    said: dict[str, Any] = {}
    gone: list[int] = []
    for pk, at, details, *key in told(standing, ["pk", "at", "details", *_KEY]):
        stands, instant = (*key,), at.replace(tzinfo=UTC)
        row = wanted.get(stands)
        if row is None:
            if key[1] != DueKind.WARN or instant > now:
                gone.append(pk)
                more[key[0]] -= 1
            continue
        if details not in said:
            said[details] = json.loads(details)
        if row.at == instant and row.details == said[details]:
            del wanted[stands]
        else:
            gone.append(pk)
            more[key[0]] -= 1
    for some in batched(gone):
        Due.objects.filter(pk__in=among(some)).delete()
    write(wanted.values())
    more.update(row.account_id for row in wanted.values())
    return more
