"""What was decided of an account, as columns beside its facts: its position, the instants of other moments, and
what the daily pass found.

These columns are narrow and few: they are put together for the accounts in question and joined to the facts once,
for each join carries every column along.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from aloft.engagement.model import Model
from aloft.measures import daily
from aloft.measures.detectors.asked import Detector
from aloft.measures.names import MOMENT_INSTANTS, anchor_moments

TABLES = """
create temp table if not exists decided_position (
  account integer, phase text, phase_start timestamp, entry integer, segment text, segment_since timestamp,
  waits text, touch_set text[]);
create temp table if not exists decided_follow (account integer, model text);
create temp table if not exists decided_moment (
  account integer, moment text, ordinal integer, opened timestamp, due timestamp, done timestamp, met timestamp);
create temp table if not exists decided_spell (
  account integer, moment text, holds boolean, since timestamp, n integer);
"""
DECIDED = ("decided_position", "decided_follow", "decided_moment", "decided_spell", "decided_daily")
_POSITION = {
    "phase": "phase",
    "phase_start": "phase_start",
    "_entry": "entry",
    "segment": "segment",
    "segment_since": "segment_since",
    "_waits": "waits",
    "touch": "touch_set[1]",
    "_touch_set": "touch_set",
}


class DecidedNames:
    """The columns of the names that are read; the tables are `TABLES` and that of `daily`."""

    def __init__(self, model: Model, names: Collection[str], detectors: Sequence[Detector]) -> None:
        self._moments = anchor_moments(names, model)
        profiles = model.health.profiles if model.health else {}
        self._daily = daily.columns(detectors, names, profiles)

    def columns(self) -> list[str]:
        """As SQL writes them."""
        instants = [f'"{moment}.{instant}"' for moment in self._moments for instant in MOMENT_INSTANTS]
        ordinals = [f'"_{moment}.ordinal"' for moment in self._moments]
        return [*_POSITION, *instants, *ordinals, *map(daily.quoted, self._daily)]

    def as_then(self) -> str:
        """A `replace` of SQL for frames about the past: what the daily pass finds is known from the newest reading on,
        the start of the account's local day of the instant $now. Before it, it is unknown. Empty where none is read.
        """
        told = [
            f"case when _date >= aloft_local($now::timestamp, _zone)::date then {name} end as {name}"
            for name in map(daily.quoted, self._daily)
        ]
        return f"replace ({', '.join(told)})" if told else ""

    def beside(self, facts: str, chosen: str) -> str:
        """The rows of the table `facts` with these columns. `chosen`: a query of _key (to be had), _number (the key
        in `facts`) and _of (the account)."""
        return f"""
          with chosen as ({chosen}),
          here as (select distinct _of from chosen),
          decided as ({self._of_here()}),
          told as (
            select c._key as _asked, c._number, d.* exclude (_of) from chosen c join decided d on d._of = c._of)
          select t._asked as _key, f.* exclude (_key), t.* exclude (_asked, _number)
          from {facts} f join told t on t._number = f._key"""

    def beside_each(self, facts: str) -> str:
        """All rows of `facts` with these columns, put together by account: what is joined to facts in part, as plans
        are, has told their rows in another order."""
        return f"""
          with here as (select distinct _account as _of from asked)
          select f.*{self._columns_and_joins(f"{facts} f", "f._account")}"""

    def _of_here(self) -> str:
        return f"select h._of{self._columns_and_joins('here h', 'h._of')}"

    def _columns_and_joins(self, rows: str, account: str) -> str:
        """SQL of these columns beside the rows of the table, whose account is `account`."""
        position = "".join(f", p.{column} as {name}" for name, column in _POSITION.items())
        moments = self._joined("decided_moment", "m", self._of_moments(), account)
        judged = self._joined("decided_daily", "j", daily.pivoted(self._daily), account)
        return (
            f"{position}{moments[0]}{judged[0]} "
            f"from {rows} left join decided_position p on p.account = {account} {moments[1]} {judged[1]}"
        )

    def _joined(self, table: str, alias: str, told: Sequence[str], account: str) -> tuple[str, str]:
        """The columns, and the join, of a table with several rows for an account; nothing where none is read."""
        if not told:
            return "", ""
        rows = (
            f"select account, {', '.join(told)} from {table} semi join here on _of = account group by account"
        )
        return f", {alias}.* exclude (account)", f"left join ({rows}) {alias} on {alias}.account = {account}"

    def _of_moments(self) -> list[str]:
        return [
            f"max({column}) filter (where moment = '{moment}') as \"{name}\""
            for moment in self._moments
            for column, name in (
                *((instant, f"{moment}.{instant}") for instant in MOMENT_INSTANTS),
                ("ordinal", f"_{moment}.ordinal"),
            )
        ]
