"""Which questions are put: some, or about all accounts at one instant; and those beside them that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb

from aloft.facts.merges import STANDS
from aloft.measures.asides import FAMILIES, Aside, questions
from aloft.measures.question import PUT, Ask, naive, of_all, rows
from aloft.measures.working import Worked


class Questions:
    """The table `asked` of a connection to the fact store."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, home_zone: str, asides: Sequence[Aside], worked: Worked
    ) -> None:
        """`asides`: what is asked beside each, of other accounts or instants; `worked` knows working hours."""
        self._connection = connection
        self._asides = asides
        self._worked = worked
        self._zone = f"case when a.zone = '' then '{home_zone}' else a.zone end"

    def put(self, asks: Sequence[Ask]) -> None:
        """These, instead of what was asked."""
        self._connection.execute("delete from asked")
        if not asks:
            return
        self._connection.register("asks", rows(asks))
        self._insert("select *, null, null from asks")
        self._connection.unregister("asks")
        self._put_beside()

    def put_each(self, points: str) -> None:
        """About each account at each instant (`_account`, `_at`) of a table, instead of what was asked; its rows in
        order are the keys."""
        self._connection.execute("delete from asked")
        blanks = ", ".join(["null"] * (len(PUT) - 3))
        key = "row_number() over (order by _account, _at) - 1"
        self._insert(f"select {key}, _account, _at, {blanks} from {points}")
        self._put_beside()

    def put_all(self, at: datetime, zones: Sequence[str] | None, among: Sequence[str] | None) -> None:
        """About every account, as `Frames.ask_all` says, instead of what was asked."""
        source, parameters = self._everybody(zones, among)
        self._connection.execute(
            f"create or replace temp table asked as {of_all(source, self._zone)}",
            {**parameters, "at": naive(at)},
        )
        self._put_beside()

    def accounts_of(self, zones: Sequence[str] | None, among: Sequence[str] | None) -> list[int]:
        source, parameters = self._everybody(zones, among)
        found = self._connection.execute(f"select a.id from {source} order by a.id", parameters).fetchall()
        return [account for (account,) in found]

    def how_many(self, zones: Sequence[str] | None, among: Sequence[str] | None) -> int:
        source, parameters = self._everybody(zones, among)
        return int(self._connection.execute(f"select count(*) from {source}", parameters).fetchall()[0][0])

    def _everybody(
        self, zones: Sequence[str] | None, among: Sequence[str] | None
    ) -> tuple[str, dict[str, object]]:
        tests: list[str] = [STANDS]
        parameters: dict[str, object] = {}
        if zones is not None:
            tests.append(f"{self._zone} in $zones")
            parameters["zones"] = list(zones)
        if among is not None:
            tests.append("a.id in (select account from decided_follow where model in $among)")
            parameters["among"] = list(among)
        return f"account a where {' and '.join(tests)}", parameters

    def _insert(self, source: str) -> None:
        """Questions, with the zone and the local day of each."""
        local = "aloft_local(s._at, z.zone)::date"
        self._connection.execute(
            f"insert into asked select s.*, z.zone, {local}, aloft_days({local}) from ({source}) s({', '.join(PUT)}) "
            f"join (select a.id, {self._zone} as zone from account a) z on z.id = s._account"
        )

    def _put_beside(self) -> None:
        """Those that stand beside the questions that were put."""
        if not self._asides:
            return
        if any(aside.past is None for aside in self._asides):
            self._connection.execute(f"create or replace temp table families as {FAMILIES}")
        if self._worked:
            self._worked.put_down(self._connection)
        blanks = ", ".join(["null"] * 11)
        self._insert(
            f"select -row_number() over () as _key, _account, _at, {blanks}, _of, _place "
            f"from ({questions(self._asides)})"
        )
