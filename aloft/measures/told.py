"""What a built frame tells: its rows, and what compiled rules say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from aloft.facts.store import LISTED, listed

_KEYS = LISTED.format("$keys")


class Told:
    """Reads the table `frame` of a connection, which has a row for each question, by its key."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def accounts(self) -> list[int]:
        """Those that the frame tells of."""
        found = self.connection.execute("select distinct _account from frame order by _account").fetchall()
        return [account for (account,) in found]

    def rows(self, keys: Iterable[int]) -> dict[int, dict[str, object]]:
        """The frame's rows of some keys, whole."""
        found = self.connection.execute(f"select * from frame where _key in {_KEYS}", {"keys": listed(keys)})
        names = [column[0] for column in found.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}

    def true(self, condition: str, keys: Iterable[int] | None = None) -> list[int]:
        """The keys for which a compiled condition is true: neither false nor unknown."""
        only = "" if keys is None else f"and _key in {_KEYS}"
        parameters = {} if keys is None else {"keys": listed(keys)}
        rows = self.connection.execute(
            f"select _key from frame where ({condition}) is true {only}", parameters
        )
        return [key for (key,) in rows.fetchall()]

    def each(self, conditions: Mapping[str, str], keys: Iterable[int]) -> dict[str, list[int]]:
        """By name, the keys for which that compiled condition is true; all of them read at once."""
        if not conditions:
            return {}
        columns = ", ".join(f"({condition}) is true" for condition in conditions.values())
        rows = self.connection.execute(
            f"select _key, {columns} from frame where _key in {_KEYS} order by _key", {"keys": listed(keys)}
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
        rows = self.connection.execute(
            f"select _key, ({condition})::boolean from frame where _key in {_KEYS}", {"keys": listed(keys)}
        )
        return dict(rows.fetchall())

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
