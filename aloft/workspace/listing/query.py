"""What a list of accounts was asked for, as its address says it; every page of the list is one address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from urllib.parse import urlencode

from django.http import QueryDict

from aloft.workspace.listing.measures import NO_VALUE, OPERATORS

LISTS = ("status", "segment", "phase", "touch", "health", "profile", "owner", "region")
LONGEST, MOST = 100, 50
EVERY = "all"
"""As a status: whatever it is."""


@dataclass(frozen=True)
class Where:
    """A comparison; `value` as the reader wrote it, empty for `known` and `unknown`."""

    measure: str
    operator: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.measure} {self.operator} {self.value}".strip()


@dataclass(frozen=True)
class Query:
    """Without a `status` it asks for those that have not left; EVERY among them asks for all.

    `sort` is the key of a column, with a minus for descending; `view` the saved view that it began with."""

    q: str = ""
    status: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    phase: tuple[str, ...] = ()
    touch: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    sort: str = "name"
    col: tuple[str, ...] = ()
    page: int = 1
    view: str = ""

    @property
    def narrows(self) -> bool:
        asked = [name for name in LISTS if name != "status" or not self.of_every_status]
        return bool(self.q or self.where or any(getattr(self, name) for name in asked))

    @property
    def of_every_status(self) -> bool:
        return EVERY in self.status

    @property
    def only_searches(self) -> bool:
        return bool(self.q) and not replace(self, q="").narrows

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values, without what is as usual."""
        told: list[tuple[str, str]] = []
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, tuple):
                told += [(one.name, str(each)) for each in value]
            elif value != one.default:
                told.append((one.name, str(value)))
        return told

    def __str__(self) -> str:
        return urlencode(self.pairs())

    @property
    def kept(self) -> str:
        """What a saved view keeps: not the page, nor the view itself."""
        return str(replace(self, page=1, view=""))

    def but(self, **changes: object) -> Query:
        """With these changes, from its first page."""
        return replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]

    def without(self, name: str) -> Query:
        return self.but(**{name: type(getattr(self, name))()})

    def without_where(self, gone: Where) -> Query:
        return self.but(where=tuple(one for one in self.where if one != gone))


@dataclass(frozen=True)
class Asked:
    """`problems` say what was left out of the query, and why."""

    query: Query
    problems: tuple[str, ...] = field(default=())


def read_query(told: QueryDict) -> Asked:
    wheres, problems = read_wheres(told)
    lists = {name: _distinct(told.getlist(name)) for name in LISTS}
    return Asked(
        Query(
            q=told.get("q", "").strip()[:LONGEST],
            where=wheres,
            sort=_last(told, "sort") or "name",
            col=_distinct(told.getlist("col")),
            page=_page(told.get("page", "")),
            view=told.get("view", "")[:20],
            **lists,
        ),
        tuple(problems),
    )


def read_text(kept: str) -> Query:
    """Of a saved view."""
    return read_query(QueryDict(kept)).query


def read_wheres(told: QueryDict) -> tuple[tuple[Where, ...], list[str]]:
    """Those of the address, and the one that the form for one more tells in three fields."""
    found: list[Where] = []
    problems: list[str] = []
    more = f"{told.get('measure', '')} {told.get('operator', '')} {told.get('value', '')}"
    for text in [*told.getlist("where")[:MOST], *([more] if told.get("measure") else [])]:
        name, _, rest = text.strip().partition(" ")
        operator, _, value = rest.strip().partition(" ")
        value = "" if operator in NO_VALUE else value.strip()[:LONGEST]
        if operator not in OPERATORS:
            problems.append(f"“{text.strip()[:LONGEST]}” compares nothing; choose a comparison")
        elif not value and operator not in NO_VALUE:
            problems.append(f"“{name} {OPERATORS[operator][0]}” lacks a value; give one to compare with")
        else:
            found.append(Where(name, operator, value))
    return tuple(dict.fromkeys(found)), problems


def hidden(query: Query, *shown: str) -> list[tuple[str, str]]:
    """What a form keeps beside the fields that it shows."""
    return [(name, value) for name, value in query.pairs() if name not in {*shown, "page"}]


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:LONGEST] for value in values if value))[:MOST]


def _last(told: QueryDict, name: str) -> str:
    """A head of the table says how to sort after what the form keeps."""
    values = told.getlist(name)
    return values[-1][: LONGEST + 1] if values else ""


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
