"""A question about an account at an instant, and the table in which those are that a frame answers.

Instants in the table are naive UTC, days are local to the account (as days since 1970-01-01).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

_TYPES = {
    "_key": "bigint", "_account": "integer", "_at": "timestamp", "_moment": "text", "_anchor": "text", "_n": "integer",
    "opened": "timestamp", "due": "timestamp", "started": "boolean", "done": "boolean", "met": "boolean",
    "cleared": "boolean", "_opening": "text", "_event": "text", "_of": "bigint", "_place": "text",
}  # fmt: skip
PUT = tuple(_TYPES)
"""The columns of a question, before its zone, its local date and its day."""
_DAY = {"_zone": "text", "_date": "date", "_day": "integer"}
_BESIDE = ("_of", "_place")
TABLE = "create temp table if not exists asked ({})".format(
    ", ".join(f"{name} {kind}" for name, kind in (_TYPES | _DAY).items())
)
_ARROW = {
    "bigint": pa.int64(), "integer": pa.int32(), "timestamp": pa.timestamp("us"), "text": pa.string(),
    "boolean": pa.bool_(),
}  # fmt: skip
_ROWS = pa.schema([(name, _ARROW[kind]) for name, kind in _TYPES.items() if name not in _BESIDE])


@dataclass(frozen=True)
class Ask:
    """A question about an account at an instant (facts at that very instant included).

    The rest belongs to an occurrence, or to the event that may open one.
    """

    key: int
    account: int
    at: datetime
    moment: str | None = None
    anchor: str | None = None
    n: int | None = None
    opened: datetime | None = None
    due: datetime | None = None
    started: bool | None = None
    done: bool | None = None
    met: bool | None = None
    cleared: bool | None = None
    opening: str | None = None
    event: str | None = None

    @property
    def question(self) -> tuple[object, ...]:
        """What is asked, whatever its key."""
        return (
            self.account, self.at, self.moment, self.anchor, self.n, self.opened, self.due, self.started, self.done,
            self.met, self.cleared, self.opening, self.event,
        )  # fmt: skip

    def columns(self) -> tuple[object, ...]:
        """As `asked` has them."""
        return (
            self.key, self.account, naive(self.at), self.moment, self.anchor, self.n, naive(self.opened),
            naive(self.due), self.started, self.done, self.met, self.cleared, self.opening, self.event,
        )  # fmt: skip


def naive(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC).replace(tzinfo=None) if instant else None


def aware(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=UTC) if instant else None


def rows(asks: Sequence[Ask]) -> pa.Table:
    """The columns of `asked` but those of questions beside them, and of their place."""
    columns = zip(*(ask.columns() for ask in asks), strict=True)
    return pa.table(dict(zip(_ROWS.names, columns, strict=True)), schema=_ROWS)


def of_all(source: str, zone: str) -> str:
    """SQL of questions about all accounts of a source (`account a ...`) at `$at`; the account is the key.

    `zone`: SQL of that of an account.
    """
    blanks = ", ".join(f"null::{kind} as {name}" for name, kind in list(_TYPES.items())[3:])
    day = "aloft_local(_at, _zone)::date"
    return (
        f"select *, {day} as _date, aloft_days({day}) as _day from ("
        f"select a.id::bigint as _key, a.id as _account, $at::timestamp as _at, {blanks}, {zone} as _zone "
        f"from {source})"
    )
