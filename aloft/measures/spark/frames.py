"""Frames whose facts Spark reads, from an export; what was decided, and rules, are read beside them in DuckDB.

Of each question Spark gives one row, so that what comes back grows with accounts, never with events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import cast

import duckdb
import pyarrow as pa

from aloft.engagement.expressions import Expression
from aloft.engagement.model import Model
from aloft.facts import schema, state
from aloft.facts.state import Kept
from aloft.facts.store import FactStore
from aloft.measures.decided import DECIDED
from aloft.measures.frame import FACTS, Ask, Frames
from aloft.measures.metrics import definitions
from aloft.measures.spark.connection import SparkConnection
from aloft.revenue.standing import Standing

FEW = 2**62
"""However many accounts there are, their windows are columns: constants are for one machine that adds up by itself."""


class Exported:
    """What contracts say is in the export."""

    def refresh(self) -> None:
        return


@dataclass
class SparkFacts:
    """The facts of an export, and the state that was filled from its events so far."""

    connection: SparkConnection
    _filled: set[int] = field(default_factory=set)

    def fill(self, wanted: Iterable[Kept]) -> None:
        """Fill the state that every metric may read, and that of these definitions, from the raw events."""
        told: dict[str, list[str]] = {}
        if "day_count" not in self.connection.columns:
            for name in state.STATES:
                self.connection.execute(f"create temp table {name} ({schema.TABLES[name]})")
            told = {name: [query] for name, query in state.common_rows("event")}
        missing = [one for one in wanted if one.digest not in self._filled]
        ids = dict(self.connection.execute("select name, id from event_name").fetchall()) if missing else {}
        for one in missing:
            told.setdefault(state.KEPT[one.kind], []).append(state.rows_of(one, ids, "event"))
            self._filled.add(one.digest)
        for name, queries in told.items():
            self.connection.fill(name, queries)


class SparkFrames(Frames):
    def __init__(
        self,
        far: SparkFacts,
        near: FactStore,
        model: Model,
        further: Iterable[Expression] = (),
        behind: Mapping[str, datetime] = MappingProxyType({}),
        standing: Standing | None = None,
    ) -> None:
        """`near` has all facts but events and what is added up from them."""
        further = tuple(further)
        super().__init__(near.connection, model, near.home_zone, further, behind, FEW, standing)
        self._far, self._near = far, near
        # It answers all that frames ask of a connection.
        self._beside = cast("duckdb.DuckDBPyConnection", far.connection)
        exported = cast("Standing", Exported())
        self._there = Frames(self._beside, model, near.home_zone, further, behind, FEW, exported)
        far.fill(definitions(self.metrics.values()))

    @property
    def facts(self) -> duckdb.DuckDBPyConnection:
        return self._beside

    def of(self, model: Model) -> Frames:
        return SparkFrames(self._far, self._near, model, behind=self.behind, standing=self.standing)

    def ask_all(
        self, at: datetime, zones: Sequence[str] | None = None, among: Sequence[str] | None = None
    ) -> None:
        super().ask_all(at, zones, among)
        self._tell_decided(among=among is not None)
        self._there.ask_all(at, zones, among)

    def ask_each(self, points: str) -> None:
        found = self.connection.execute(f"select _account, _at from {points} order by all").fetchall()
        self.ask(Ask(key, account, at.replace(tzinfo=UTC)) for key, (account, at) in enumerate(found))

    def _put_down(self, asks: Sequence[Ask]) -> None:
        super()._put_down(asks)
        self._tell_decided()
        self._there.ask(asks)

    def _tell_decided(self, *, among: bool = False) -> None:
        """What was decided lies here; it is told there where it is asked for: who follows which model, and what
        metrics count from."""
        told = DECIDED if self._first == "placed" else ("decided_follow",) if among else ()
        for name in told:
            self._far.connection.load(name, self._all_of(name))

    def _all_of(self, name: str) -> pa.Table:
        return self.connection.execute(f"select * from {name}").to_arrow_table()

    def _read_facts(self) -> None:
        self._there._read_facts()
        found = self._far.connection.execute(f"select * from {FACTS}").to_arrow_table()
        with self._nothing_asked():
            super()._read_facts()  # the same of nothing: which columns there are, and of what type
        self.connection.register("found", found)
        self.connection.execute(f"insert into {FACTS} by name select * from found order by _key")
        self.connection.unregister("found")

    @contextmanager
    def _nothing_asked(self) -> Iterator[None]:
        self.connection.execute("create or replace temp table asked_there as from asked; delete from asked")
        yield
        self.connection.execute("insert into asked from asked_there")
