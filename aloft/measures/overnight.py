"""What the days that are over come to, kept beside the facts for the running day.

A question about a few accounts then reads what is kept of them and the events of today, not the days of everybody.
What is kept changes where something is told of such a day later, or a window begins elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from aloft.engagement.model import Metric
from aloft.measures.gathered import Stage
from aloft.measures.groups import Group
from aloft.measures.statements import Statements

_tables = count()
_EVER = -(2**31)


class Nights:
    """What is kept for each round of the statements of a model; without rounds nothing is."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rounds: Sequence[Statements]) -> None:
        self.rounds = [Overnight(connection, one.metrics, one.asked, one.suffix) for one in rounds]
        self._connection = connection
        self._begun: dict[str, date] = {}

    def begin(self, at: datetime, zones: Iterable[str]) -> list[str]:
        """Those of the zones in which a day has begun since they were last asked about, by the instant `at`."""
        today = {zone: at.astimezone(ZoneInfo(zone)).date() for zone in zones} if self.rounds else {}
        begun = [zone for zone, day in today.items() if self._begun.get(zone) != day]
        self._begun |= today
        return begun

    def stages(self) -> Iterator[Stage]:
        """What is kept of all that is asked, but for what counts since a metric: that is read as it is asked."""
        return self.rounds[0].begin()

    def come(self, since: Mapping[int, int], rebuilt: Collection[int]) -> None:
        """Facts have come: by account the first local day of which they tell. Of those `rebuilt` they tell of any."""
        days = {**since, **dict.fromkeys(rebuilt, _EVER)}
        if not self.rounds or not days:
            return
        rows = {"account": pa.array(days.keys(), pa.int32()), "day": pa.array(days.values(), pa.int32())}
        self._connection.register("come", pa.table(rows))
        for one in self.rounds:
            one.come()
        self._connection.unregister("come")

    def forget(self) -> None:
        """The facts were made anew, nobody knows at which accounts; or nobody asks any longer."""
        self._begun.clear()
        for one in self.rounds:
            one.forget()


class Overnight(Statements):
    """The statements of few questions. What is kept holds for an account on a local day, with windows that begin on
    given days. It is numbered, and a table for each group has it by its number, as `_key`."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, metrics: Sequence[Metric], asked: str, suffix: str = ""
    ) -> None:
        super().__init__(metrics, asked, suffix)
        self._connection = connection
        self._kept = f"overnight_{next(_tables)}"
        self._newest = 0
        """The number that was given last; before the first the tables are not there."""
        self._day = self._left = _EVER
        """The last day of which anything is kept, and that before which days were left behind."""

    def begin(self) -> Iterator[Stage]:
        """Where windows begin, and what is kept of each question."""
        yield self.bounds, self.bounds_sql()
        self.keep()
        numbered = (
            f"select b._key, k._key as number from {self.bounds} b join {self._kept} k on {self._alike}"
        )
        yield f"numbered{self.suffix}", numbered

    def _counted(self, groups: Sequence[Group]) -> Iterator[Stage]:
        for i, group in enumerate(groups):
            over = (
                f"(select n._key, k.* exclude (_key) from numbered{self.suffix} n "
                f"left join {self._kept}_{i} k on k._key = n.number)"
            )
            yield self._table(i), group.with_over(over) if group.has_over else group.sql()

    def keep(self) -> None:
        """Read what is asked by the table of bounds, and not kept yet."""
        if self._newest:
            self._leave()
        else:
            columns = [f"{name} integer" for name in ("account", "day", *self._firsts)]
            self._run(f"create or replace temp table {self._kept} (_key bigint, {', '.join(columns)})")
        lacking = f"lacking{self.suffix}"
        self._run(
            f"create or replace temp table {lacking} as select {self._newest} + row_number() over () as _key, "
            f"b.* exclude (_key) from {self.bounds} b anti join {self._kept} k on {self._alike} "
            f"qualify row_number() over (partition by {self._identity}) = 1"
        )
        ((newest, day),) = self._run(f"select max(_key), max(_day) from {lacking}")
        if newest:
            self._read(lacking)
            self._newest, self._day = newest, max(self._day, day)

    def _read(self, lacking: str) -> None:
        self._run(f"insert into {self._kept} select _key, {self._identity} from {lacking} b")
        over = copy(self)
        over.bounds = lacking
        for table, group in over._tables():
            into = (
                f"insert into {table} by name" if self._newest else f"create or replace temp table {table} as"
            )
            self._run(f"{into} {group.over()}")

    def _leave(self) -> None:
        """Days are left behind once every zone is beyond them."""
        if self._left == self._day:
            return
        self._left = self._day
        self._run(f"delete from {self._kept} where day < {self._day - 1}")
        for table, _ in self._tables():
            self._run(
                f"create or replace temp table {table} as from {table} semi join {self._kept} using (_key)"
            )

    def come(self) -> None:
        """Forget what the table `come` tells of: accounts, each with the first local day of which facts have come."""
        if self._newest:
            self._run(
                f"delete from {self._kept} k using come where come.account = k.account and come.day < k.day"
            )

    def forget(self) -> None:
        if self._newest:
            for table in (self._kept, *(table for table, _ in self._tables())):
                self._run(f"drop table {table}")
        self._newest, self._day, self._left = 0, _EVER, _EVER

    def _tables(self) -> Iterator[tuple[str, Group]]:
        """For each group of which anything is kept."""
        for i, group in enumerate(self._groups(many=False)):
            if group.has_over:
                yield f"{self._kept}_{i}", group

    @property
    def _firsts(self) -> list[str]:
        """The first whole day of each window."""
        return [f"first_{i}" for i in range(len(self.windows))]

    @property
    def _identity(self) -> str:
        return ", ".join(f"b.{name}" for name in ("_account", "_day", *self._firsts))

    @property
    def _alike(self) -> str:
        """SQL of whether what is kept (`k`) holds for a question."""
        begins = [f"k.{first} is not distinct from b.{first}" for first in self._firsts]
        return " and ".join(["k.account = b._account", "k.day = b._day", *begins])

    def _run(self, statement: str) -> list[tuple[int, ...]]:
        return self._connection.execute(statement).fetchall()
