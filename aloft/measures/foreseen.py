"""Facts read ahead of the questions that need them: one pass of statements serves all that is put before more
facts arrive. What was not foreseen is read when it is first asked, and kept beside the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import duckdb

from aloft.facts.store import listed

if TYPE_CHECKING:
    from aloft.measures.frame import Ask

_tables = count()
_CHOSEN = ", ".join(
    f"unnest(string_split(${given}, ','))::bigint as {name}"
    for given, name in (("keys", "_key"), ("numbers", "_number"), ("accounts", "_of"))
)


class Foreseen:
    """Rows of facts by number, for each question whatever its key. False while nothing is foreseen."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.table = f"foreseen_{next(_tables)}"
        self._numbers: dict[tuple[object, ...], int] = {}

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def lacking(self, asks: Iterable[Ask]) -> list[Ask]:
        """Those that are not known yet, each once, with the numbers that they will have as keys."""
        further = {question: ask for ask in asks if (question := ask.question) not in self._numbers}
        return [replace(ask, key=number) for number, ask in enumerate(further.values(), len(self._numbers))]

    def add(self, asks: Sequence[Ask], facts: str) -> None:
        """The rows of the table `facts` are the answers to these, which were `lacking`; the first table is kept as it
        is, for wide rows take longer to write than to find."""
        if self:
            self._connection.execute(f"insert into {self.table} by name select * from {facts}")
        else:
            self._connection.execute(f"alter table {facts} rename to {self.table}")
        self._numbers |= {ask.question: ask.key for ask in asks}

    def forget(self) -> None:
        if self:
            self._connection.execute(f"drop table {self.table}")
        self._numbers = {}

    def chosen(self, asks: Sequence[Ask]) -> tuple[str, dict[str, object]]:
        """A query of the key, the number and the account of each (`_key`, `_number`, `_of`), with its parameters."""
        if not asks:
            return "select 0 as _key, 0 as _number, 0 as _of where false", {}
        return f"select {_CHOSEN}", {
            "keys": listed(ask.key for ask in asks),
            "numbers": listed(self._numbers[ask.question] for ask in asks),
            "accounts": listed(ask.account for ask in asks),
        }
