"""The things that schedules and expectations count from: an instant, and the name that stays when it moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from aloft.decide.calendar import WorkCalendar
from aloft.engagement.model import Anchor
from aloft.engine.turn import Row
from aloft.measures.frame import aware

BEGINS = {"contract_signed", "contract_start"}
ENDS = {"contract_end", "renewal_date"}
UNNAMED = "unnamed"


@dataclass(frozen=True)
class Anchored:
    """`name` is the anchor of an occurrence's key: a contract, a term of it, an entry into a phase, an occurrence."""

    name: str
    at: datetime

    @cached_property
    def written(self) -> str:
        """The instant, in ISO 8601."""
        return self.at.isoformat()


def anchored(anchor: Anchor, row: Row, calendar: WorkCalendar) -> Anchored | None:
    """What `anchor` means for the account of a frame's row; None while it is unknown."""
    if anchor.date is not None:
        return Anchored(f"date:{anchor.date.isoformat()}", calendar.start_of_day(anchor.date))
    name = anchor.name or "phase_start"
    at = aware(row[name])
    return Anchored(_thing(name, row), at) if at is not None else None


def _thing(name: str, row: Row) -> str:
    kind, columns = _parts(name)
    return ":".join([kind, *(_said(row.get(column)) for column in columns)])


def columns_of(anchor: Anchor) -> set[str]:
    """The columns of a frame that `anchored` may read: the instant, and what the name of the thing is made of."""
    if anchor.date is not None:
        return set()
    name = anchor.name or "phase_start"
    return {name, *_parts(name)[1]}


def named_in_sql(name: str, row: str = "f") -> str:
    """SQL of the name of what an anchor called `name` is for an account, over a frame: as `anchored` names it."""
    kind, columns = _parts(name)
    said = (f"coalesce(nullif({row}.\"{column}\"::text, ''), '{UNNAMED}')" for column in columns)
    return " || ':' || ".join([f"'{kind}'", *said])


def _parts(name: str) -> tuple[str, tuple[str, ...]]:
    """What the name of the thing begins with, and the columns of a frame that it goes on with."""
    if name in BEGINS:
        return "contract", ("_contract",)
    if name in ENDS:  # each term has one
        return "contract", ("_contract_term",)
    if name == "phase_start":
        return "phase", ("phase", "_entry")
    if name == "segment_since":
        return "segment", ("segment", "_entry")
    moment, dot, _instant = name.partition(".")
    return (f"moment:{moment}", (f"_{moment}.ordinal",)) if dot else (f"field:{name}", ())


def _said(value: object) -> str:
    return UNNAMED if value in (None, "") else str(value)
