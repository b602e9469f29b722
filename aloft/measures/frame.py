"""The frame: one row per question about an account at an instant, one column per name of the model.

Every rule, live or replayed, is read over a frame; there is no other evaluator. Instants in it are naive
UTC, days are local to the account (as days since 1970-01-01).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType

import duckdb
import pyarrow as pa

from aloft.engagement.expressions import Expression
from aloft.engagement.model import Metric, Model
from aloft.facts.completeness import sources_of
from aloft.facts.merges import STANDS
from aloft.facts.store import LISTED, listed
from aloft.measures import beside, daily, features, plans
from aloft.measures.account import AccountNames, typed
from aloft.measures.asides import FAMILIES, answers, asides, questions
from aloft.measures.at_once import at_once
from aloft.measures.beside import shares
from aloft.measures.compile import frame_scope, sql
from aloft.measures.decided import DecidedNames
from aloft.measures.detectors.asked import detectors
from aloft.measures.foreseen import Foreseen
from aloft.measures.formulas import apart, formulas, with_formulas
from aloft.measures.gathered import Gather, Stage
from aloft.measures.metrics import TOTALS, metrics_read, rounds
from aloft.measures.names import expressions, names_read
from aloft.measures.statements import Column, Statements
from aloft.measures.working import UNITS, Worked, windows_from
from aloft.measures.zones import macros
from aloft.revenue.standing import Standing

MANY = 10_000
FEW = 5_000
"""Of more accounts than that what was foreseen is not looked up one by one."""
NOTED = ("contacted", "attended", "confirmed", "trained", "signed", "no_show")

_SETUP = """
create temp table if not exists asked (
  _key bigint, _account integer, _at timestamp, _moment text, _anchor text, _n integer,
  opened timestamp, due timestamp, started boolean, done boolean, met boolean, cleared boolean,
  _opening text, _event text, _of bigint, _place text, _zone text, _date date, _day integer);
create temp table if not exists decided_position (
  account integer, phase text, phase_start timestamp, entry integer, segment text, segment_since timestamp,
  waits text, touch_set text[]);
create temp table if not exists decided_follow (account integer, model text);
create temp table if not exists decided_moment (
  account integer, moment text, ordinal integer, opened timestamp, due timestamp, done timestamp, met timestamp);
create temp table if not exists decided_spell (
  account integer, moment text, holds boolean, since timestamp, n integer);
"""

_ASKED = pa.schema(
    [
        ("_key", pa.int64()),
        ("_account", pa.int32()),
        ("_at", pa.timestamp("us")),
        ("_moment", pa.string()),
        ("_anchor", pa.string()),
        ("_n", pa.int32()),
        ("opened", pa.timestamp("us")),
        ("due", pa.timestamp("us")),
        *((name, pa.bool_()) for name in ("started", "done", "met", "cleared")),
        ("_opening", pa.string()),
        ("_event", pa.string()),
    ]
)
ON_OCCURRENCE = frozenset({*NOTED, plans.AGREED, plans.REVIEWED})
"""What people tell on an occurrence and of the plan; a plan may have been agreed before, not reviewed."""


@dataclass(frozen=True)
class Ask:
    """A question about an account at an instant (facts at that very instant included).

    The rest belongs to an occurrence, or to the event that may open one.
    """

    key: int
    account: int
    at: datetime
    moment: str | None = None
    anchor: str | None = None
    n: int | None = None
    opened: datetime | None = None
    due: datetime | None = None
    started: bool | None = None
    done: bool | None = None
    met: bool | None = None
    cleared: bool | None = None
    opening: str | None = None
    event: str | None = None

    @property
    def question(self) -> tuple[object, ...]:
        """What is asked, whatever its key."""
        return (
            self.account, self.at, self.moment, self.anchor, self.n, self.opened, self.due, self.started, self.done,
            self.met, self.cleared, self.opening, self.event,
        )  # fmt: skip

    def columns(self) -> tuple[object, ...]:
        """As `asked` has them."""
        return (
            self.key, self.account, naive(self.at), self.moment, self.anchor, self.n, naive(self.opened),
            naive(self.due), self.started, self.done, self.met, self.cleared, self.opening, self.event,
        )  # fmt: skip


def naive(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC).replace(tzinfo=None) if instant else None


def aware(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=UTC) if instant else None


def set_up(connection: duckdb.DuckDBPyConnection, home_zone: str) -> None:
    """Make the macros, and the tables of what is asked and was decided, where they are not there."""
    connection.execute(f"{macros(home_zone)};{_SETUP};{daily.TABLE}")


class Frames:
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
    ) -> None:
        """`further`: rules that are read over the frames besides those of the model (of books).

        `behind`: sources that are late, each with its mark: beyond it their metrics are unknown.

        `many`: from how many questions on, put by `ask_all`, reading state takes longer than to plan it.

        `standing`: what contracts say in this connection, where other frames read it there too.
        """
        self.connection = connection
        self.model = model
        self.home_zone = home_zone
        self.behind = behind
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
        self._about_occurrences, self._about_many, self._many = True, False, many
        self._held_unnoted: dict[str, bool] = {}
        self._asks: list[Ask] = []
        self._lacking: list[Ask] = []  # of these, what was not foreseen
        self._standing = standing or Standing(connection)
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
        self._reading: list[list[Statements]] = [[one] for one in self.rounds]
        self._facts = FACTS
        self._foreseen = Foreseen(connection)
        self._prepare()

    def _prepare(self) -> None:
        set_up(self.connection, self.home_zone)

    def of(self, model: Model) -> Frames:
        """Of another model, over the same facts."""
        return Frames(self.connection, model, self.home_zone, behind=self.behind, standing=self._standing)

    def ask(self, asks: Iterable[Ask]) -> None:
        """Put questions; the frame answers them once built."""
        self._asks = list(asks)
        self._lacking = self._foreseen.lacking(self._asks) if self._foreseen else self._asks
        self._put_down(self._lacking)

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

    def _put_down(self, asks: Sequence[Ask]) -> None:
        self._about_occurrences = any(ask.moment is not None for ask in asks)
        self._about_many, self._reading = False, [[one] for one in self.rounds]
        self.connection.execute("delete from asked")
        if not asks:
            return
        columns = zip(*(ask.columns() for ask in asks), strict=True)
        rows = pa.table(dict(zip(_ASKED.names, columns, strict=True)), schema=_ASKED)
        self.connection.register("asks", rows)
        self._put("select *, null, null from asks")
        self.connection.unregister("asks")

    def ask_all(
        self, at: datetime, zones: Sequence[str] | None = None, among: Sequence[str] | None = None
    ) -> None:
        """Ask about every account, or about all of some zones, at one instant; the account is the key.

        `among`: only about those that follow one of these models, where several are live.
        """
        source, parameters = self._everybody(zones, among)
        if self._foreseen:
            accounts = self.accounts_of(zones, among)
            if len(accounts) <= FEW:
                self.ask(Ask(account, account, at) for account in accounts)
                return
            self.forget()
        self._about_occurrences = False
        blanks = ", ".join(["null"] * 13)
        counted = self.connection.execute(f"select count(*) from {source}", parameters).fetchone()
        self._about_many = counted is not None and counted[0] >= self._many
        self.connection.execute("delete from asked")
        with self._alone():
            self._put(
                f"select a.id as _key, a.id as _account, $at::timestamp as _at, {blanks} from {source}",
                {**parameters, "at": naive(at)},
            )
        self._reading = [
            at_once(self.connection, one) if self._about_many and not self._asides else [one]
            for one in self.rounds
        ]

    def _everybody(
        self, zones: Sequence[str] | None, among: Sequence[str] | None
    ) -> tuple[str, dict[str, object]]:
        tests: list[str] = [STANDS]
        parameters: dict[str, object] = {}
        if zones is not None:
            tests.append(f"{self._zone_of('a')} in $zones")
            parameters["zones"] = list(zones)
        if among is not None:
            tests.append("a.id in (select account from decided_follow where model in $among)")
            parameters["among"] = list(among)
        return f"account a where {' and '.join(tests)}", parameters

    def accounts_of(self, zones: Sequence[str] | None, among: Sequence[str] | None = None) -> list[int]:
        """All accounts, or those of some zones; `among` as in `ask_all`."""
        source, parameters = self._everybody(zones, among)
        found = self.connection.execute(f"select a.id from {source} order by a.id", parameters).fetchall()
        return [account for (account,) in found]

    def accounts(self) -> list[int]:
        """Those that the frame tells of."""
        found = self.connection.execute("select distinct _account from frame order by _account").fetchall()
        return [account for (account,) in found]

    def _put(self, source: str, parameters: Mapping[str, object] = MappingProxyType({})) -> None:
        """Insert questions, with the zone and the local day of each; then those beside them."""
        names = ", ".join([*_ASKED.names, "_of", "_place"])
        self.connection.execute(
            f"insert into asked select s.*, {self._place('s')} from ({source}) s({names}) {self._zone('s')}",
            dict(parameters),
        )
        if self._asides and source != self._beside():
            if any(aside.past is None for aside in self._asides):
                self.connection.execute(f"create or replace temp table families as {FAMILIES}")
            if self._worked:
                self._worked.put_down(self.connection)
            self._put(self._beside())

    def _beside(self) -> str:
        blanks = ", ".join(["null"] * 11)
        return (
            f"select -row_number() over () as _key, _account, _at, {blanks}, _of, _place "
            f"from ({questions(self._asides)})"
        )

    def _zone_of(self, alias: str) -> str:
        return f"case when {alias}.zone = '' then '{self.home_zone}' else {alias}.zone end"

    def _zone(self, alias: str) -> str:
        zones = f"select a.id, {self._zone_of('a')} as zone from account a"
        return f"join ({zones}) z on z.id = {alias}._account"

    def _place(self, alias: str) -> str:
        local = f"aloft_local({alias}._at, z.zone)::date"
        return f"z.zone, {local}, aloft_days({local})"

    def refresh_standing(self) -> None:
        """Bring the temporary table `standing` (`revenue.standing`) up to date without building a frame."""
        self._standing.refresh()

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

    def _read_facts(self) -> None:
        self._standing.refresh()
        if self._worked:
            self._worked.put_down(self.connection)
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
        with self._alone():
            self.connection.execute(f"create or replace temp table {name} as {source}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A wide table of one row for each account is made by one thread: of several, each copies it once more."""
        if not self._about_many:
            yield
            return
        threads = self.connection.execute("select current_setting('threads')").fetchall()[0][0]
        self.connection.execute("set threads = 1")
        try:
            yield
        finally:
            self.connection.execute(f"set threads = {threads}")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Frames of this connection may be asked otherwise within: afterwards this one is to be reread, and tells again
        of what it was asked before, from the facts that were read for it."""
        if self._foreseen:
            yield
            return
        self._keep("asked")
        if self._facts == MANY_FACTS:
            self._make(f"{FACTS}_aside", f"select * from {MANY_FACTS}")
        else:
            self._keep(FACTS)
        self.connection.execute(_SETUP)
        yield
        for name in ("asked", FACTS):
            self.connection.execute(f"drop table if exists {name}; alter table {name}_aside rename to {name}")
        self._facts = FACTS

    def _keep(self, name: str) -> None:
        self.connection.execute(
            f"drop table if exists {name}_aside; alter table {name} rename to {name}_aside"
        )

    def reread(self) -> None:
        """Positions, other moments or what the daily pass found have changed: the frame anew, from the same facts."""
        parameters = dict[str, object]()
        if self._facts == MANY_FACTS:
            self._make(MANY_DECIDED, Gather([self._decided.of_all()], self._last))
            beside = f"select f.*, d.* from {MANY_FACTS} f positional join {MANY_DECIDED} d"
        elif not self._foreseen:
            beside = self._decided.beside_each(self._facts)
        else:
            parameters = self._foreseen.chosen(self._asks)
            chosen = (
                f"select {_CHOSEN}" if self._asks else "select 0 as _key, 0 as _number, 0 as _of where false"
            )
            beside = self._decided.beside(self._foreseen.table, chosen)
        frame = with_formulas(beside, self._in_view, self._spell)
        with self._alone():
            self.connection.execute(f"create or replace temp table frame as {frame}", parameters)

    def _spell(self, expression: Expression) -> str:
        return sql(expression, self._scope)

    def _stages(self) -> Iterator[Stage]:
        """To be made one by one: what a stage says may depend on what those before it have found."""
        for name, source in self._account.stages(self._common_day()):
            if name == "named" and isinstance(source, str) and self._worked:
                source = self._worked.joined(source)
            yield name, source
        if self._first == "placed":
            yield "placed", self._decided.beside_each("named")
        yield from self._metric_stages()
        if self._about_occurrences:
            yield "notes_then", _NOTES
        yield from plans.stages(self.names)
        yield from beside.stages(self._shares, self.names)
        yield from features.stages(self._features)
        yield from self._facts_stages("facts_all" if self._asides else FACTS)
        if self._asides:
            yield from answers(self._asides, "facts_all", self._unread())

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
        values = "".join(
            f", {self._known(column.metric, _value(column))} as {column.column}" for column in columns
        )
        return f"select f.*{values} from {source} f {_joins(columns)}"

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
        values = "".join(
            f", {self._known(column.metric, _value(column))} as {column.column}" for column in columns
        )
        placed = self._last
        if set(beside.SINCE_OPENING) & self.names:
            placed = f"(select *, {_OPENED_ON} as _opened_on from {placed})"
        without = f"exclude ({', '.join(self._decided.columns())})" if self._first == "placed" else ""
        told = f"""{self._recorded()},
              {plans.columns(self.names)}{beside.columns(self._shares, self.names)}{features.columns(self._features)}
            from {placed} f {_joins(columns)}
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

    def _known(self, metric: Metric, value: str) -> str:
        """Unknown beyond the mark of a source that is behind."""
        sources = sources_of(metric.events, self.model.sources)
        marks = [naive(mark) for source, mark in self.behind.items() if source in sources]
        return f"case when f._at <= timestamp '{min(marks)}' then {value} end" if marks else value  # type: ignore[type-var]

    def _recorded(self) -> str:
        """What was noted on the occurrence."""
        if not self._about_occurrences:
            return self._unnoted()
        noted = [f"coalesce(list_contains(n.facts, '{one}'), false) as {one}" for one in self._facts_noted()]
        values = self._said(lambda name: f"n.said['{name}']")
        return ", ".join([*noted, *values, "coalesce(n.by_persona, []) as _noted"])

    def _unnoted(self) -> str:
        """Where there is no occurrence, or nothing was noted on it."""
        noted = [f"false as {one}" for one in self._facts_noted()]
        return ", ".join([*noted, *self._said(lambda _: "null::text"), "[]::text[] as _noted"])

    def _said(self, text: Callable[[str], str]) -> list[str]:
        return [
            f'{typed(text(name), kind, "f._zone")} as "{name}"' for name, kind in self.model.records.items()
        ]

    def _facts_noted(self) -> list[str]:
        return [fact for fact in NOTED if fact in self.names]

    def holds_unnoted(self, condition: str) -> bool:
        """Whether a compiled condition that reads only `ON_OCCURRENCE` and what is recorded there can be true of an
        occurrence on which nothing was noted yet."""
        if condition not in self._held_unnoted:
            nothing = (
                f'{self._unnoted()}, unnest([true, false]) as "{plans.AGREED}", false as "{plans.REVIEWED}" '
                "from (select 'UTC' as _zone) f"
            )
            found = self.connection.execute(f"select bool_or(({condition}) is true) from (select {nothing})")
            self._held_unnoted[condition] = found.fetchall() == [(True,)]
        return self._held_unnoted[condition]

    def _unread(self) -> frozenset[str]:
        return frozenset({*self._late_names(), *(metric.name for metric in self._in_view)})

    def _late_names(self) -> list[str]:
        """The names that only the frame has."""
        return [name.strip('"') for name in self._decided.columns()]

    def _counts_from_late_names(self) -> bool:
        """Whether a metric counts since something decided (`phase_start`, `kickoff.done`)."""
        late = set(self._late_names())
        return any(metric.since and metric.since.name in late for metric in self.metrics.values())


_KEYS = LISTED.format("$keys")
_CHOSEN = ", ".join(
    f"unnest(string_split(${given}, ','))::bigint as {name}"
    for given, name in (("keys", "_key"), ("numbers", "_number"), ("accounts", "_of"))
)

FACTS, MANY_FACTS, MANY_DECIDED = "facts_frame", "facts_of_many", "decided_of_many"
"""What was read of those asked about. Of many it is put together as it is read: to write it down would cost as much."""
OF_POSITION = ("touches", "declined", "grew", "silent", "rank")
ELSEWHERE = ("lag", "change", "family")
_OPENED_ON = "timezone(_zone, timezone('UTC', opened))::date"

ACTOR = "_actor"
"""Where an event that is asked about says which contact caused it, beside its properties."""
_NOTES = f"""
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


def _joins(columns: Iterable[Column]) -> str:
    """Those beside the questions first, while the rows of these are in their order."""
    tables = {column.table: column.beside for column in columns}
    beside = [f"positional join {table}" for table, is_beside in tables.items() if is_beside]
    by_key = [
        f"left join {table} on {table}._key = f._key" for table, is_beside in tables.items() if not is_beside
    ]
    return " ".join(beside + by_key)


def _value(column: Column) -> str:
    """A total of nothing is 0; a window that begins at an unknown instant holds something unknown."""
    metric = column.metric
    value = f"{column.table}.{column.column}"
    if metric.verb not in TOTALS:
        return value
    known = (
        f"case when {column.present} then {value} else 0 end" if column.present else f"coalesce({value}, 0)"
    )
    begins = _begins(metric)
    return f"case when f.{begins} is not null then {known} end" if begins else known


def _begins(metric: Metric) -> str | None:
    """The column of where its window begins, where that may be unknown."""
    if metric.over is not None and metric.over.unit in UNITS:
        return windows_from(metric.over)
    return f'"{metric.since.name}"' if metric.since is not None and metric.since.name else None
