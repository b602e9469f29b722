"""Due rows as they are made: many at once, and written in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from aloft.act.models import Due, DueKind
from aloft.records.rows import put


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
