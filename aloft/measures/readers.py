"""Rules about single contacts: `persona`, `locale` and `last_seen` are theirs, every other name is the account's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import pyarrow as pa
from sqlglot import exp

from aloft.engagement.expressions import Expression, Name
from aloft.measures.compile import Scope, frame_scope, sql
from aloft.measures.frame import Frames

OF_PERSON = ("persona", "locale", "last_seen")
_PEOPLE = pa.schema(
    [
        ("_key", pa.int64()),
        ("_contact", pa.int64()),
        ("persona", pa.string()),
        ("locale", pa.string()),
        ("_user", pa.string()),
    ]
)


@dataclass(frozen=True)
class Reader:
    """A contact, at the question `key` of a frame. `user` is who they are in the customer's product, if known."""

    key: int
    contact: int
    persona: str
    locale: str
    user: str


def of_whom(frames: Frames, rule: Expression, readers: Sequence[Reader]) -> set[tuple[int, int]]:
    """(key, contact) of those of whom the rule is true, over the frame as it is built."""
    if not readers:
        return set()
    columns = zip(*(astuple(reader) for reader in readers), strict=True)
    people = pa.table(dict(zip(_PEOPLE.names, columns, strict=True)), schema=_PEOPLE)
    frames.connection.register("readers_asked", people)
    try:
        found = frames.connection.execute(_STATEMENT.format(rule=sql(rule, _scope(frames)))).fetchall()
    finally:
        frames.connection.unregister("readers_asked")
    return set(found)


_STATEMENT = """
with seen as (
  select p._key, p._contact, max(e.occurred) as last_seen
  from readers_asked p join frame f on f._key = p._key join app_user u on u.external = p._user
    join event e on e.app_user = u.id and e.occurred <= f._at
  where p._user <> '' group by all),
reader as (
  select p.* , s.last_seen from readers_asked p left join seen s on s._key = p._key and s._contact = p._contact)
select r._key, r._contact from reader r join frame f on f._key = r._key where ({rule}) is true
"""


def _scope(frames: Frames) -> Scope:
    whole = frame_scope(frames.model)

    def column(name: Name) -> exp.Expression:
        if name.dotted in OF_PERSON:
            return exp.column(name.dotted, table="r", quoted=True)
        found = whole.column(name)
        return exp.column(name.dotted, table="f", quoted=True) if isinstance(found, exp.Column) else found

    return replace(whole, column=column)
