"""What people noted on an occurrence, as columns of a frame: that somebody was contacted, and what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import duckdb

from aloft.measures import plans
from aloft.measures.account import typed

NOTED = ("contacted", "attended", "confirmed", "trained", "signed", "no_show")
ON_OCCURRENCE = frozenset({*NOTED, plans.AGREED, plans.REVIEWED})
"""What people tell on an occurrence and of the plan; a plan may have been agreed before, not reviewed."""
ACTOR = "_actor"
"""Where an event that is asked about says which contact caused it, beside its properties."""
NOTES = f"""
  select _key, list(fact) as facts, list(fact || ':' || coalesce(persona, '')) || coalesce(
      list(fact || ':actor') filter (contact = json_extract_string(_event, '$.{ACTOR}')), []) as by_persona,
    map_from_entries(list(row(fact, value)) filter (is_newest)) as said
  from (
    select a._key, a._event, r.fact, r.value, r.persona, r.contact,
      row_number() over (partition by a._key, r.fact order by r.seq desc) = 1 as is_newest
    from asked a join (
        select * from recorded_fact where not withdrawn
        qualify row_number() over (partition by account, moment, anchor, n, fact, contact order by seq desc) = 1
      ) r on r.account = a._account and r.moment = a._moment and r.anchor = a._anchor and r.n = a._n
    where r.occurred <= a._at)
  group by _key"""


class Noted:
    """The columns of the names that are read, and of what a model records."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, records: Mapping[str, str], names: Collection[str]
    ) -> None:
        self._connection = connection
        self._records = records
        self._facts = [fact for fact in NOTED if fact in names]
        self._held: dict[str, bool] = {}

    def columns(self) -> str:
        """SQL over `n`, a row of `NOTES`, or none."""
        noted = [f"coalesce(list_contains(n.facts, '{one}'), false) as {one}" for one in self._facts]
        values = self._said(lambda name: f"n.said['{name}']")
        return ", ".join([*noted, *values, "coalesce(n.by_persona, []) as _noted"])

    def nothing(self) -> str:
        """SQL of where there is no occurrence, or nothing was noted on it."""
        noted = [f"false as {one}" for one in self._facts]
        return ", ".join([*noted, *self._said(lambda _: "null::text"), "[]::text[] as _noted"])

    def holds_unnoted(self, condition: str) -> bool:
        """As `Frames` has it."""
        if condition not in self._held:
            nothing = (
                f'{self.nothing()}, unnest([true, false]) as "{plans.AGREED}", false as "{plans.REVIEWED}" '
                "from (select 'UTC' as _zone) f"
            )
            found = self._connection.execute(f"select bool_or(({condition}) is true) from (select {nothing})")
            self._held[condition] = found.fetchall() == [(True,)]
        return self._held[condition]

    def _said(self, text: Callable[[str], str]) -> list[str]:
        return [f'{typed(text(name), kind, "f._zone")} as "{name}"' for name, kind in self._records.items()]
