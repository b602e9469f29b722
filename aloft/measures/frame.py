"""The frame: one row per question about an account at an instant, one column per name of the model.

Every rule, live or replayed, is read over a frame; there is no other evaluator. Instants in it are naive
UTC, days are local to the account (as days since 1970-01-01).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import date, datetime
from functools import cached_property
from itertools import chain
from types import MappingProxyType

import duckdb

from aloft.engagement.expressions import Expression
from aloft.engagement.model import Model
from aloft.measures import beside, features, plans
from aloft.measures.account import AccountNames
from aloft.measures.asides import answers, asides
from aloft.measures.at_once import at_once
from aloft.measures.beside import shares
from aloft.measures.compile import frame_scope, sql
from aloft.measures.decided import DecidedNames
from aloft.measures.detectors.asked import detectors
from aloft.measures.foreseen import Foreseen
from aloft.measures.formulas import apart, formulas, with_formulas
from aloft.measures.gathered import Gather, Stage
from aloft.measures.metrics import metrics_read, rounds
from aloft.measures.names import expressions, names_read
from aloft.measures.noted import ACTOR, NOTED, NOTES, ON_OCCURRENCE, Noted
from aloft.measures.overnight import Nights
from aloft.measures.question import Ask, aware, naive
from aloft.measures.questions import Questions
from aloft.measures.remembered import forgotten
from aloft.measures.statements import Column, Statements
from aloft.measures.tables import SETUP, set_up
from aloft.measures.told import Told
from aloft.measures.values import Values, joins
from aloft.measures.wide import alone, as_spelled
from aloft.measures.working import Worked
from aloft.revenue.standing import Standing

__all__ = [
    "ACTOR", "FACTS", "FEW", "MANY", "NOTED", "ON_OCCURRENCE", "Ask", "Frames", "aware", "naive",
]  # fmt: skip

MANY = 10_000
FEW = 5_000
"""Of more accounts than that what was foreseen is not looked up one by one."""


class Frames(Told):
    """Builds frames for one model in one connection to the fact store."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        model: Model,
        home_zone: str,
        further: Iterable[Expression] = (),
        behind: Mapping[str, datetime] = MappingProxyType({}),
        many: int = MANY,
        standing: Standing | None = None,
        overnight: bool = False,
    ) -> None:
        """`further`: rules that are read over the frames besides those of the model (of books).

        `behind`: sources that are late, each with its mark: beyond it their metrics are unknown.

        `many`: from how many questions on, put by `ask_all`, reading state takes longer than to plan it.

        `standing`: what contracts say in this connection, where other frames read it there too.

        `overnight`: whether what the days that are over come to is kept; `nights` must be told then of all that comes.
        """
        self.model, self.home_zone, self._many = model, home_zone, many
        self.further = further = tuple(further)
        self.names = names_read(model, further)
        read = tuple(expressions(model, further))
        self._asides, self._shares, self._features = asides(read), shares(read), features.named(read)
        self._scope = frame_scope(model)
        self.detectors = detectors(model, further)
        self._decided = DecidedNames(model, self.names, self.detectors)
        self._account = AccountNames(model, self.names)
        self.metrics = metrics_read(model, further)
        self._worked = Worked(
            model.clock,
            [metric.over for metric in self.metrics.values() if metric.over],
            [aside.past for aside in self._asides if aside.past],
        )
        self._with_facts, self._in_view = apart(
            formulas(model.metrics),
            [*self._late_names(), *plans.WAY],
            frozenset({*OF_POSITION, *ELSEWHERE}),
        )
        self._first = "placed" if self._counts_from_late_names() else "named"
        self.rounds = [
            Statements(metrics, f"placed_{i}" if i else self._first, f"_{i}" if i else "")
            for i, metrics in enumerate(rounds(self.metrics))
        ]
        self._connect(connection, behind, standing)
        self.nights = Nights(connection, self.rounds if overnight else [])

    def _connect(
        self, connection: duckdb.DuckDBPyConnection, behind: Mapping[str, datetime], standing: Standing | None
    ) -> None:
        super().__init__(connection)
        self.behind = behind
        self._questions = Questions(connection, self.home_zone, self._asides, self._worked)
        self._noted = Noted(connection, self.model.records, self.names)
        self._asks: list[Ask] = []
        self._lacking: list[Ask] = []  # of these, what was not foreseen
        self._about_occurrences, self._about_many = True, False
        self.nights = Nights(connection, [])
        self._reading: list[list[Statements]] = [[one] for one in self.rounds]
        self._facts, self._foreseen = FACTS, Foreseen(connection)
        self.__dict__.pop("_values", None)
        self.standing = standing or Standing(connection)
        self._prepare()

    def elsewhere(self, connection: duckdb.DuckDBPyConnection, behind: Mapping[str, datetime]) -> Frames:
        """The same frames over other facts; nothing of what the model says is worked out again."""
        found = copy(self)
        found._connect(connection, behind, None)
        return found

    def _prepare(self) -> None:
        set_up(self.connection, self.home_zone)

    def of(self, model: Model) -> Frames:
        """Of another model, over the same facts."""
        return Frames(self.connection, model, self.home_zone, behind=self.behind, standing=self.standing)

    def ask(self, asks: Iterable[Ask]) -> None:
        """Put questions; the frame answers them once built."""
        self._asks = list(asks)
        self._lacking = self._foreseen.lacking(self._asks) if self._foreseen else self._asks
        self._put_down(self._lacking)

    def ask_each(self, points: str) -> None:
        """Ask about each account at each instant (`_account`, `_at`) of a table, of which nothing was foreseen."""
        self.forget()
        self._asks = self._lacking = []
        self._about_occurrences, self._about_many = False, False
        self._reading = [[one] for one in self.rounds]
        self._questions.put_each(points)

    def foresee(self, asks: Iterable[Ask]) -> None:
        """Read the facts for questions that may be put until `forget`: all at once, in one pass of statements.

        What a position says is not foreseen: it is joined as a frame is read. Where facts count from a position,
        nothing is.
        """
        self.forget()
        wanted = [] if self._first == "placed" else self._foreseen.lacking(asks)
        if wanted:
            self._put_down(wanted)
            self._read_facts()
            self._foreseen.add(wanted, self._facts)

    def forget(self) -> None:
        """The facts are other ones than they were."""
        self._foreseen.forget()
        self.__dict__.pop("_values", None)

    def begin_day(self, at: datetime, zones: Iterable[str]) -> None:
        """Read, of all accounts of these zones whose day has begun by now, what the days come to that are over."""
        if begun := self.nights.begin(at, zones):
            self.ask_all(at, begun)
            self._read_standing()
            for name, source in chain(self._placed_stages(), self.nights.stages()):
                self._make(name, source)

    @cached_property
    def _values(self) -> Values:
        """Asked for as a frame is built: what is forgotten stands in the facts."""
        lost = forgotten(self.connection, self.metrics.values())
        return Values(self.model.sources, self.behind, lost)

    def _put_down(self, asks: Sequence[Ask]) -> None:
        self._about_occurrences = any(ask.moment is not None for ask in asks)
        self._about_many, self._reading = False, [[one] for one in self.nights.rounds or self.rounds]
        self._questions.put(asks)

    def ask_all(
        self, at: datetime, zones: Sequence[str] | None = None, among: Sequence[str] | None = None
    ) -> None:
        """Ask about every account, or about all of some zones, at one instant; the account is the key.

        `among`: only about those that follow one of these models, where several are live.
        """
        if self._foreseen:
            accounts = self.accounts_of(zones, among)
            if len(accounts) <= FEW:
                self.ask(Ask(account, account, at) for account in accounts)
                return
            self.forget()
        self._about_occurrences = False
        self._about_many = self._questions.how_many(zones, among) >= self._many
        with alone(self.connection, self._about_many):
            self._questions.put_all(at, zones, among)
        self._reading = [
            at_once(self.connection, one) if self._about_many and not self._asides else [one]
            for one in self.rounds
        ]

    def accounts_of(self, zones: Sequence[str] | None, among: Sequence[str] | None = None) -> list[int]:
        """All accounts, or those of some zones; `among` as in `ask_all`."""
        return self._questions.accounts_of(zones, among)

    def refresh_standing(self) -> None:
        """Bring the temporary table `standing` (`revenue.standing`) up to date without building a frame."""
        self.standing.refresh()

    def build(self) -> None:
        """Read the facts for what was asked and not foreseen; then the frame, with positions and other moments.

        Stage by stage, each a table of its own: one large statement would be bound many times over.
        """
        if not self._foreseen:
            self._read_facts()
        elif self._lacking:
            self._read_facts()
            self._foreseen.add(self._lacking, self._facts)
        self.reread()

    def _read_standing(self) -> None:
        self.standing.refresh()
        if self._worked:
            self._worked.put_down(self.connection)

    def _read_facts(self) -> None:
        self._read_standing()
        for name, source in self._stages():
            if name == FACTS and self._about_many and not self._asides:
                self.connection.execute(f"create or replace temp view {MANY_FACTS} as {source}")
                self._facts = MANY_FACTS
            else:
                self._make(name, source)
                self._facts = name

    def _make(self, name: str, source: str | Gather) -> None:
        if isinstance(source, Gather):
            self.connection.register(name, source.read(self.connection))
            return
        with alone(self.connection, self._about_many):
            self.connection.execute(f"create or replace temp table {name} as {source}")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Frames of this connection may be asked otherwise within: afterwards this one is to be reread, and tells again
        of what it was asked before, from the facts that were read for it."""
        if self._foreseen:
            yield
            return
        if self._facts == MANY_FACTS:
            self._make(FACTS, f"select * from {MANY_FACTS}")
        for name in ("asked", FACTS):
            self.connection.execute(
                f"drop table if exists {name}_aside; alter table {name} rename to {name}_aside"
            )
        self.connection.execute(SETUP)
        yield
        for name in ("asked", FACTS):
            self.connection.execute(f"drop table if exists {name}; alter table {name}_aside rename to {name}")
        self._facts = FACTS

    def reread(self) -> None:
        """Positions, other moments or what the daily pass found have changed: the frame anew, from the same facts."""
        parameters = dict[str, object]()
        if not self._foreseen:
            beside = self._decided.beside_each(self._facts)
        else:
            chosen, parameters = self._foreseen.chosen(self._asks)
            beside = self._decided.beside(self._foreseen.table, chosen)
        frame = with_formulas(beside, self._in_view, self._spell)
        many = self._about_many
        with alone(self.connection, many), as_spelled(self.connection, many):
            self.connection.execute(f"create or replace temp table frame as {frame}", parameters)

    def _spell(self, expression: Expression) -> str:
        return sql(expression, self._scope)

    def _stages(self) -> Iterator[Stage]:
        """To be made one by one: what a stage says may depend on what those before it have found."""
        yield from self._placed_stages()
        yield from self._metric_stages()
        if self._about_occurrences:
            yield "notes_then", NOTES
        yield from plans.stages(self.names)
        yield from beside.stages(self._shares, self.names)
        yield from features.stages(self._features)
        yield from self._facts_stages("facts_all" if self._asides else FACTS)
        if self._asides:
            yield from answers(self._asides, "facts_all", self._unread())

    def _placed_stages(self) -> Iterator[Stage]:
        """Up to where windows begin."""
        for name, source in self._account.stages(self._common_day()):
            if name == "named" and isinstance(source, str) and self._worked:
                source = self._worked.joined(source)
            yield name, source
        if self._first == "placed":
            yield "placed", self._decided.beside_each("named")

    def _common_day(self) -> date | None:
        """The local day of all questions, where it is one and they are many."""
        if not self._about_many or self._asides:
            return None
        days = self.connection.execute("select distinct _date from asked limit 2").fetchall()
        return days[0][0] if len(days) == 1 else None

    def _metric_stages(self) -> Iterator[Stage]:
        """Round by round: a metric may count since the instant of one of an earlier round."""
        for i, read in enumerate(self._reading):
            for one in read:
                yield from one.stages(many=self._about_many, names_in=self._names_in)
            if read is not self._reading[-1]:
                yield (
                    f"placed_{i + 1}",
                    self._joined_values(self._columns(i), f"placed_{i}" if i else self._first),
                )

    def _names_in(self, edges: str) -> frozenset[str]:
        found = self.connection.execute(f"select distinct called from {edges}").fetchall()
        return frozenset(name for (name,) in found)

    @property
    def _last(self) -> str:
        """The table beside which the facts stand."""
        return f"placed_{len(self.rounds) - 1}" if len(self.rounds) > 1 else self._first

    def _columns(self, number: int) -> list[Column]:
        """Of a round."""
        return [column for one in self._reading[number] for column in one.columns(many=self._about_many)]

    def _joined_values(self, columns: Sequence[Column], source: str) -> str:
        return f"select f.*{self._values.of(columns)} from {source} f {joins(columns)}"

    def _facts_stages(self, name: str) -> Iterator[Stage]:
        """The way of plans is measured by metrics, and so it is read once these are there."""
        if not plans.WAY & self.names:
            yield name, self._facts_sql()
            return
        yield "facts_before", self._facts_sql()
        readable = self.model.metrics.keys() - {metric.name for metric in self._in_view}
        yield name, plans.with_way("facts_before", self.model.value_metrics, readable)

    def _facts_sql(self) -> str:
        columns = self._columns(len(self.rounds) - 1) if self.rounds else []
        values = self._values.of(columns)
        placed = self._last
        if set(beside.SINCE_OPENING) & self.names:
            placed = f"(select *, {_OPENED_ON} as _opened_on from {placed})"
        without = f"exclude ({', '.join(self._decided.columns())})" if self._first == "placed" else ""
        told = f"""{self._noted.columns() if self._about_occurrences else self._noted.nothing()},
              {plans.columns(self.names)}{beside.columns(self._shares, self.names)}{features.columns(self._features)}
            from {placed} f {joins(columns)}
            {"left join notes_then n on n._key = f._key" if self._about_occurrences else ""}
            {plans.joins(self.names)} {beside.joins(self._shares, self.names)}
            {features.joins(self._features)}"""
        facts = (
            f"select f.* {without}{values}, {told}"
            if self._about_many
            else f"with told as (select f._key{values}, {told}) "
            f"select f.* {without}, t.* exclude (_key) from {placed} f join told t on t._key = f._key"
        )
        return with_formulas(facts, self._with_facts, self._spell)

    def holds_unnoted(self, condition: str) -> bool:
        """Whether a compiled condition that reads only `ON_OCCURRENCE` and what is recorded there can be true of an
        occurrence on which nothing was noted yet."""
        return self._noted.holds_unnoted(condition)

    def as_then(self) -> str:
        """How rows about the past are to be read: `select * {as_then()} from frame`, given $now (`DecidedNames`)."""
        return self._decided.as_then()

    def _unread(self) -> frozenset[str]:
        return frozenset({*self._late_names(), *(metric.name for metric in self._in_view)})

    def _late_names(self) -> list[str]:
        """The names that only the frame has."""
        return [name.strip('"') for name in self._decided.columns()]

    def _counts_from_late_names(self) -> bool:
        """Whether a metric counts since something decided (`phase_start`, `kickoff.done`)."""
        late = set(self._late_names())
        return any(metric.since and metric.since.name in late for metric in self.metrics.values())


FACTS, MANY_FACTS = "facts_frame", "facts_of_many"
"""What was read of those asked about. Of many it is put together as it is read: to write it down would cost as much."""
OF_POSITION = ("touches", "declined", "grew", "silent", "rank")
ELSEWHERE = ("lag", "change", "family")
_OPENED_ON = "timezone(_zone, timezone('UTC', opened))::date"
