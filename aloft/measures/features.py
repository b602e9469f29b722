"""What a rule asks of features: who used them, and who asked for them.

A feature is called as the event that its use sends. It is asked for by the event `Feature Requested`, whose property
`feature` names it. Where the event that a moment rests on names the feature (a release), the events themselves are
read: there are as many questions of that kind as events that may open a moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aloft.engagement.durations import duration
from aloft.engagement.expressions import Binary, Call, Expression, Name, Text, walk
from aloft.engagement.model import Metric, Rule
from aloft.facts.state import KNOWN_USERS
from aloft.measures import working
from aloft.measures.windows import trailing

if TYPE_CHECKING:  # it rests on metrics, which rest on these
    from aloft.measures.gathered import Stage

REQUESTED = "Feature Requested"
FUNCTIONS = frozenset({"used", "requested"})


@dataclass(frozen=True)
class Named:
    """A feature named by a property of the event; `past`: used in that time, empty: requested."""

    path: tuple[str, ...]
    past: str

    @property
    def column(self) -> str:
        return f"_{'used' if self.past else 'requested'} {self.past}.event.{'.'.join(self.path)}"


def used_columns(call: Call) -> tuple[str, str]:
    """The columns of those who used a feature, and of those who were active."""
    feature, past = call.arguments
    assert isinstance(past, Text)
    active = f"_active {past.value}"
    if isinstance(feature, Text):
        return f"_used {past.value}.{feature.value}", active
    assert isinstance(feature, Name)
    return Named(feature.path[1:], past.value).column, active


def requested_column(call: Call) -> str:
    """The column of how often a feature was asked for."""
    feature = call.arguments[0]
    if isinstance(feature, Text):
        return f"_requested.{feature.value}"
    assert isinstance(feature, Name)
    return Named(feature.path[1:], "").column


def metrics_of(call: Call) -> dict[str, Metric]:
    """The metrics that a call rests on: those who used a feature, those who were active, requests."""
    feature = call.arguments[0]
    if call.function == "requested":
        if not isinstance(feature, Text):
            return {}
        column = requested_column(call)
        asked = Rule(Binary("=", Name(("feature",)), feature), f"feature = '{feature.value}'", 0)
        return {column: Metric(column, "count", (REQUESTED,), 0, where=asked)}
    past = call.arguments[1]
    assert isinstance(past, Text)
    users, active = used_columns(call)
    over = duration(past.value)
    everybody = {active: Metric(active, "users", (), 0, over=over)}
    if not isinstance(feature, Text):
        return everybody
    return {users: Metric(users, "users", (feature.value,), 0, over=over), **everybody}


def named(expressions: Iterable[Expression]) -> tuple[Named, ...]:
    """The features that events name, each once."""
    found: dict[Named, None] = {}
    for one in expressions:
        for call in (part for part in walk(one) if isinstance(part, Call) and part.function in FUNCTIONS):
            feature = call.arguments[0]
            if isinstance(feature, Name):
                past = call.arguments[1] if call.function == "used" else None
                found[Named(feature.path[1:], past.value if isinstance(past, Text) else "")] = None
    return tuple(found)


def stages(read: Collection[Named]) -> list[Stage]:
    """For each a table of the questions that an event belongs to: the feature it names, and the number."""
    return [(_table(i), _sql(one)) for i, one in enumerate(read)]


def columns(read: Collection[Named]) -> str:
    """Of no use it is 0; where the event names no feature, unknown."""
    return "".join(
        f', case when fe{i}.feature is not null then fe{i}.n end as "{one.column}"'
        for i, one in enumerate(read)
    )


def joins(read: Collection[Named]) -> str:
    return " ".join(f"left join {_table(i)} fe{i} on fe{i}._key = f._key" for i, _ in enumerate(read))


def _table(i: int) -> str:
    return f"features_{i}"


def _sql(one: Named) -> str:
    path = ".".join('"' + step.replace('"', "").replace("'", "''") + '"' for step in one.path)
    asked = (
        f"select {_of_question(one)}, json_extract_string(_event, '$.{path}') as feature "
        "from named where _event is not null"
    )
    number, which = _used(one.past) if one.past else _REQUESTS
    return f"""
      with asking as ({asked}), told as (
        select a._key, {number} as n from asking a
        join event e on e.account = a._account and e.occurred <= a._at
        join event_name m on m.id = e.name where {which} group by a._key)
      select a._key, a.feature, {"coalesce(t.n, 0)" if not one.past else _KNOWN} as n
      from asking a left join told t on t._key = a._key"""


def _of_question(one: Named) -> str:
    columns = ["_key", "_account", "_at", "_date", "_zone"]
    past = duration(one.past) if one.past else None
    if past and past.unit in working.UNITS:
        columns.append(working.windows_from(past))
    return ", ".join(columns)


_REQUESTS = (
    "sum(e.times)::bigint",
    f"m.name = '{REQUESTED}' and json_extract_string(e.properties, '$.feature') = a.feature",
)
_KNOWN = "case when t._key is null then 0 else t.n end"


def _used(past: str) -> tuple[str, str]:
    """Distinct users; unknown where somebody used it and nobody knows how many did."""
    users = "case when bool_or(e.app_user is null) then null else count(distinct e.app_user) end"
    began = trailing(duration(past)).start
    return users, f"m.name = a.feature and e.occurred >= {began} and {KNOWN_USERS}"
