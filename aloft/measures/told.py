"""What a built frame tells: its rows, and what compiled rules say of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import duckdb

from aloft.facts.store import LISTED, listed

_KEYS = LISTED.format("$keys")

Row = dict[str, Any]


class Told:
    """Reads the table `frame` of a connection, which has a row for each question, by its key.

    Where no key is given nothing is asked: a statement costs as much as the reading of a thousand rows.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    @property
    def facts(self) -> duckdb.DuckDBPyConnection:
        """The connection that has every event."""
        return self.connection

    def accounts(self) -> list[int]:
        """Those that the frame tells of."""
        found = self.connection.execute("select distinct _account from frame order by _account").fetchall()
        return [account for (account,) in found]

    def rows(self, keys: Iterable[int]) -> dict[int, dict[str, object]]:
        """The frame's rows of some keys, whole."""
        wanted = listed(keys)
        if not wanted:
            return {}
        found = self.connection.execute(f"select * from frame where _key in {_KEYS}", {"keys": wanted})
        names = [column[0] for column in found.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}

    def true(self, condition: str, keys: Iterable[int] | None = None) -> list[int]:
        """The keys for which a compiled condition is true: neither false nor unknown."""
        wanted = None if keys is None else listed(keys)
        if wanted == "":
            return []
        only = "" if wanted is None else f"and _key in {_KEYS}"
        rows = self.connection.execute(
            f"select _key from frame where ({condition}) is true {only}", wanted and {"keys": wanted}
        )
        return [key for (key,) in rows.fetchall()]

    def each(self, conditions: Mapping[str, str], keys: Iterable[int] | None = None) -> dict[str, list[int]]:
        """By name, the keys for which that compiled condition is true; all of them read at once.

        Of all rows, where no `keys` are named.
        """
        wanted = None if keys is None else listed(keys)
        if not conditions or wanted == "":
            return {name: [] for name in conditions}
        columns = ", ".join(f"({condition}) is true" for condition in conditions.values())
        only = "" if wanted is None else f"where _key in {_KEYS}"
        rows = self.connection.execute(
            f"select _key, {columns} from frame {only} order by _key", wanted and {"keys": wanted}
        ).fetchall()
        return {name: [row[0] for row in rows if row[i]] for i, name in enumerate(conditions, 1)}

    def judged_each(self, conditions: Mapping[str, str], key: int) -> dict[str, bool | None]:
        """By name, true, false or unknown of compiled conditions at one key; all of them read at once."""
        columns = ", ".join(f"({condition})::boolean" for condition in conditions.values())
        found = self.connection.execute(
            f"select {columns or 'null'} from frame where _key = {key}"
        ).fetchone()
        return dict(zip(conditions, found or (), strict=False))

    def judged(self, condition: str, keys: Iterable[int]) -> dict[int, bool | None]:
        """True, false or unknown of a compiled condition, by key."""
        wanted = listed(keys)
        if not wanted:
            return {}
        rows = self.connection.execute(
            f"select _key, ({condition})::boolean from frame where _key in {_KEYS}", {"keys": wanted}
        )
        return dict(rows.fetchall())

    def judged_rows(self, conditions: Collection[str]) -> dict[int, tuple[Mapping[str, bool | None], Row]]:
        """Of every key what compiled conditions say, each by its text, and the row: all of it read at once."""
        columns = "".join(f"({condition})::boolean, " for condition in conditions)
        found = self.connection.execute(f"select {columns} * from frame")
        names = [column[0] for column in found.description][len(conditions) :]
        told: dict[int, tuple[Mapping[str, bool | None], Row]] = {}
        for one in found.fetchall():
            row = dict(zip(names, one[len(conditions) :], strict=True))
            told[row["_key"]] = dict(zip(conditions, one, strict=False)), row
        return told

    def numbers(self, statements: Mapping[str, str], key: int) -> dict[str, float | None]:
        """By name, what compiled expressions say of one row, as numbers; None is unknown."""
        if not statements:
            return {}
        columns = ", ".join(f"try_cast(({statement}) as double)" for statement in statements.values())
        found = self.connection.execute(f"select {columns} from frame where _key = ?", [key]).fetchone()
        return dict(zip(statements, found or [None] * len(statements), strict=True))

    def values(self, expression: str) -> dict[int, float | None]:
        """What a compiled expression says of every row, as a number, by key; None is unknown."""
        return dict(
            self.connection.execute(f"select _key, try_cast(({expression}) as double) from frame").fetchall()
        )
