"""The statements of questions that have the same windows: many accounts at one instant, of one local day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import duckdb

from aloft.engagement.model import Metric
from aloft.measures.gathered import Gather, Stage
from aloft.measures.groups import Group
from aloft.measures.statements import EVENT, RUNNING, Statements
from aloft.measures.windows import window

_ONLY_ASKED = "semi join asked on asked._account = s.account"


def at_once(connection: duckdb.DuckDBPyConnection, statements: Statements) -> list[Statements]:
    """The same statements, with the windows that all rows of `asked` have in common as constants; as they are where
    these differ. A window that begins with something of the account is read as for few questions."""
    alike = [metric for metric in statements.metrics if not window(metric).own]
    bounds = _common_bounds(connection, alike)
    if bounds is None:
        return [statements]
    events = dict(connection.execute("select name, id from event_name").fetchall())
    found: list[Statements] = [
        AtOnce(alike, statements.asked, bounds, events, _only_asked(connection), statements.suffix)
    ]
    if rest := [metric for metric in statements.metrics if window(metric).own]:
        today = f"and e.day = {bounds['_day']}"
        found.append(Beside(rest, statements.asked, statements.suffix, today))
    return found


def _common_bounds(
    connection: duckdb.DuckDBPyConnection, metrics: Sequence[Metric]
) -> dict[str, object] | None:
    """By name, as `bounds` calls them. None where questions differ, as their days do."""
    if not metrics:
        return None
    asked = "(select distinct null as _key, null as _account, _at, _zone, _date, _day from asked)"
    found = connection.execute(f"select distinct * from ({Statements(metrics, asked).bounds_sql()})")
    names, rows = [column[0] for column in found.description], found.fetchall()
    return dict(zip(names, rows[0], strict=True)) if len(rows) == 1 else None


def _only_asked(connection: duckdb.DuckDBPyConnection) -> str:
    """Nothing where most accounts are asked about: what is read of the others is left out as the frame is built."""
    counts = connection.execute("select (select count(*) from asked), (select count(*) from account)")
    asked, accounts = counts.fetchall()[0]
    return "" if 2 * asked > accounts else _ONLY_ASKED


class Beside(Statements):
    """An account is the key of its question. What the groups count is gathered into one table beside the questions:
    a join for each costs more than to count."""

    beside = True

    def _table(self, number: int) -> str:
        return f"gathered{self.suffix}"

    def _present(self, number: int) -> str:
        return f"{self._table(number)}.there_{number}"

    def _counted(self, groups: Sequence[Group]) -> Iterator[Stage]:
        queries = [group.gathered(f"there_{i}") for i, group in enumerate(groups)]
        yield self._table(0), Gather(queries, self.asked)


class AtOnce(Beside):
    """Bounds are constants, so that most rows of state are never looked at.

    `only` is SQL that narrows rows of state, or events, to the accounts asked about; without it all are read.
    """

    key = "s.account"

    def __init__(
        self,
        metrics: Sequence[Metric],
        asked: str,
        bounds: Mapping[str, object],
        events: Mapping[str, int],
        only: str = "",
        suffix: str = "",
    ) -> None:
        """`events`: the numbers of all event names."""
        super().__init__(metrics, asked, f"_at_once{suffix}")
        self._values = bounds
        self._numbers = events
        self._only = only

    def numbers_of(self, names: Sequence[str]) -> str:
        """SQL of the numbers of these events, as a list."""
        return ", ".join(str(self._numbers[name]) for name in names if name in self._numbers) or "null"

    def rows_of(self, table: str) -> str:
        return f"(select * from {table} s {self._only}) s"

    def bound(self, name: str) -> str:
        value = self._values[name]
        return f"timestamp '{value}'" if isinstance(value, datetime) else f"({value})"

    def least(self, bounds: Sequence[str]) -> str:
        return min(map(self.bound, bounds), key=lambda spelled: int(spelled.strip("()")))

    def short(self, number: int) -> str | None:
        first, day = self._values[f"first_{number}"], self._values["_day"]
        assert isinstance(first, int)
        assert isinstance(day, int)
        return str(first) if day - first < 63 else None

    def begin(self) -> Iterator[Stage]:
        return iter(())

    def _edges_sql(self) -> str:
        return " union all ".join(self._edge_parts())

    def _edge_parts(self) -> Iterator[str]:
        inside = [self._begun(i) for i in range(len(self.windows))]
        yield self._events_of("_day", RUNNING, inside)
        for i, one in enumerate(self.windows):
            if not one.whole and self._values[f"begin_{i}"] is not None:
                only_there = ["true" if i == number else "false" for number in range(len(self.windows))]
                yield f"{self._events_of(f'begin_{i}', i, only_there)} and e.occurred >= {self.bound(f'lo_{i}')}"

    def _begun(self, number: int) -> str:
        if self.windows[number].whole:
            return f"e.day >= {self.bound(f'first_{number}')}"
        return f"e.occurred >= {self.bound(f'lo_{number}')}"

    def _events_of(self, day: str, part: int, inside: Sequence[str]) -> str:
        flags = ", ".join(f"{test} as in_{i}" for i, test in enumerate(inside))
        events = f"(select * from event s {self._only}) e"
        return (
            f"select e.account as _key, {part} as part, {flags}, {EVENT} from {events} {self.named} "
            f"where e.account is not null and e.day = {self.bound(day)} and e.occurred <= {self.bound('_at')}"
        )
