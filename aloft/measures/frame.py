"""The frame: one row per question about an account at an instant, one column per name of the model.

Every rule, live or replayed, is read over a frame; there is no other evaluator. Instants in it are naive
UTC, days are local to the account (as days since 1970-01-01).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import duckdb
import pyarrow as pa

from aloft.engagement.expressions import Expression
from aloft.engagement.model import Metric, Model
from aloft.facts.completeness import sources_of
from aloft.measures import daily
from aloft.measures.detectors.asked import detectors
from aloft.measures.metrics import metric_sql
from aloft.measures.names import MOMENT_INSTANTS, anchor_moments, names_read
from aloft.revenue.lines import CONTRACTS, committed_stages, contract_facts, contract_status
from aloft.revenue.rates import FIRST_CURRENCY, quoted

NOTED = ("contacted", "attended", "confirmed", "trained", "signed", "no_show")
NUMBERS = {"seats", "size", "arr", "acv", "clv", "mrr"}
TEXTS = {"status", "plan", "product", "country", "subdivision", "industry", "currency", "city", "locale"}
CONTRACT_INSTANTS = ("contract_signed", "contract_start", "contract_end", "renewal_date")
ALWAYS = frozenset({"mrr", "arr", "status", *CONTRACT_INSTANTS})

_SETUP = """
create or replace temp macro aloft_days(d) as date_diff('day', date '1970-01-01', d);
create or replace temp macro aloft_day(t, zone) as
  date_diff('day', date '1970-01-01', timezone(zone, timezone('UTC', t))::date);
create or replace temp macro aloft_instant(d, zone) as timezone('UTC', timezone(zone, d::timestamp));
create or replace temp macro aloft_is_midnight(t, zone) as
  t = timezone('UTC', timezone(zone, timezone(zone, timezone('UTC', t))::date::timestamp));
create temp table if not exists day_bit (bit integer, onwards bigint, upto bigint);
create temp table if not exists asked (
  _key bigint, _account integer, _at timestamp, _moment text, _anchor text, _n integer,
  opened timestamp, due timestamp, started boolean, done boolean, met boolean, cleared boolean,
  _opening text, _event text, _zone text, _date date, _day integer);
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


def naive(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC).replace(tzinfo=None) if instant else None


def aware(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=UTC) if instant else None


class Frames:
    """Builds frames for one model in one connection to the fact store."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        model: Model,
        home_zone: str,
        further: Iterable[Expression] = (),
        behind: Mapping[str, datetime] = MappingProxyType({}),
    ) -> None:
        """`further`: rules that are read over the frames besides those of the model (of books).

        `behind`: sources that are late, each with its mark: beyond it their metrics are unknown.
        """
        self.connection = connection
        self.model = model
        self.home_zone = home_zone
        self.behind = behind
        further = tuple(further)
        self.names = names_read(model, further)
        self.detectors = detectors(model, further)
        self._daily = daily.columns(self.detectors, self.names)
        self._about_occurrences = True
        self._contracts: tuple[object, ...] | None = (-1, -1)
        self._currency = FIRST_CURRENCY
        self._prepare()

    def _prepare(self) -> None:
        self.connection.execute(f"{_SETUP};{daily.TABLE}")
        self.connection.execute("delete from day_bit")
        rows = [(bit, _signed((1 << 64) - (1 << bit)), _signed((1 << (bit + 1)) - 1)) for bit in range(64)]
        self.connection.executemany("insert into day_bit values (?, ?, ?)", rows)

    def ask(self, asks: Iterable[Ask]) -> None:
        """Put questions; the frame answers them once built."""
        columns: dict[str, list[object]] = {name: [] for name in _ASKED.names}
        self._about_occurrences = False
        for ask in asks:
            self._about_occurrences |= ask.moment is not None
            values = (
                ask.key, ask.account, naive(ask.at), ask.moment, ask.anchor, ask.n, naive(ask.opened),
                naive(ask.due), ask.started, ask.done, ask.met, ask.cleared, ask.opening, ask.event,
            )  # fmt: skip
            for name, value in zip(_ASKED.names, values, strict=True):
                columns[name].append(value)
        rows = pa.table(columns, schema=_ASKED)
        self.connection.register("asks", rows)
        self.connection.execute("delete from asked")
        self.connection.execute(
            f"insert into asked select s.*, {self._place('s')} from asks s {self._zone('s')}"
        )
        self.connection.unregister("asks")

    def ask_all(
        self, at: datetime, zones: Sequence[str] | None = None, among: Sequence[str] | None = None
    ) -> None:
        """Ask about every account, or about all of some zones, at one instant; the account is the key.

        `among`: only about those that follow one of these models, where several are live.
        """
        self._about_occurrences = False
        tests = [] if zones is None else [f"{self._zone_of('a')} in $zones"]
        if among is not None:
            tests.append("a.id in (select account from decided_follow where model in $among)")
        only = f"where {' and '.join(tests)}" if tests else ""
        blanks = ", ".join(["null"] * 11)
        source = (
            f"select a.id as _key, a.id as _account, $at::timestamp as _at, {blanks} from account a {only}"
        )
        names = ", ".join(_ASKED.names)
        parameters: dict[str, object] = {"at": naive(at)}
        if zones is not None:
            parameters |= {"zones": list(zones)}
        if among is not None:
            parameters |= {"among": list(among)}
        self.connection.execute("delete from asked")
        self.connection.execute(
            f"insert into asked select s.*, {self._place('s')} from ({source}) s({names}) {self._zone('s')}",
            parameters,
        )

    def _zone_of(self, alias: str) -> str:
        return f"case when {alias}.zone = '' then '{self.home_zone}' else {alias}.zone end"

    def _zone(self, alias: str) -> str:
        zones = f"select a.id, {self._zone_of('a')} as zone from account a"
        return f"join ({zones}) z on z.id = {alias}._account"

    def _place(self, alias: str) -> str:
        local = f"timezone(z.zone, timezone('UTC', {alias}._at))::date"
        return f"z.zone, {local}, aloft_days({local})"

    def build(self) -> None:
        """Read the facts for all that was asked; positions and other moments are joined as the frame is read.

        Stage by stage, each a table of its own: one large statement would be bound many times over.
        """
        self._know_contracts()
        for name, statement in self._stages():
            self.connection.execute(f"create or replace temp table {name} as {statement}")
        self.connection.execute(f"create or replace temp view frame as {self._view_sql('facts_frame')}")

    def _know_contracts(self) -> None:
        """Contracts change rarely: they are summed up only when one did."""
        newest = "select (select max(seq) from contract), (select bit_xor(hash(l)) from contract_line l)"
        found = self.connection.execute(newest).fetchone()
        if found != self._contracts:
            self.connection.execute(f"create or replace temp table contracts_known as {CONTRACTS}")
            first = self.connection.execute(f"select {FIRST_CURRENCY}").fetchone()
            self._currency = quoted(first[0]) if first else FIRST_CURRENCY
            self._contracts = found

    def _stages(self) -> list[tuple[str, str]]:
        return [
            ("asked_days", "select distinct _account as account, _date as day from asked"),
            *committed_stages("asked_days", "contracts_known", self._currency),
            ("terms_then", contract_facts("asked_days", "contracts_known")),
            ("status_then", contract_status("asked_days", "contracts_known")),
            ("held_then", self._held_sql()),
            ("named", self._named_sql()),
            ("placed", self._view_sql("named")),
            *((f"metric_{i}", metric_sql(metric, "placed")) for i, metric in enumerate(self._metrics)),
            *([("notes_then", _NOTES)] if self._about_occurrences else []),
            ("plans_then", _PLANS),
            ("facts_frame", self._facts_sql()),
        ]

    @property
    def _metrics(self) -> list[Metric]:
        return list(self.model.metrics.values())

    def rows(self, keys: Iterable[int]) -> dict[int, dict[str, object]]:
        """The frame's rows of some keys, whole."""
        found = self.connection.execute("select * from frame where _key in $keys", {"keys": list(keys)})
        names = [column[0] for column in found.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}

    def true(self, condition: str, keys: Iterable[int] | None = None) -> list[int]:
        """The keys for which a compiled condition is true: neither false nor unknown."""
        only = "" if keys is None else "and _key in $keys"
        parameters = {} if keys is None else {"keys": list(keys)}
        rows = self.connection.execute(
            f"select _key from frame where ({condition}) is true {only}", parameters
        )
        return [key for (key,) in rows.fetchall()]

    def judged(self, condition: str, keys: Iterable[int]) -> dict[int, bool | None]:
        """True, false or unknown of a compiled condition, by key."""
        rows = self.connection.execute(
            f"select _key, ({condition})::boolean from frame where _key in $keys", {"keys": list(keys)}
        )
        return dict(rows.fetchall())

    def _held_sql(self) -> str:
        """The attributes in force: what people edited wins, then what was true last, then what was learned last."""
        return f"""
          with latest as (
            select a._key, t.field, json_extract_string(t.value, '$') as value from asked a
            join attribute t on t.account = a._account and t.valid <= a._at
            qualify row_number() over (partition by a._key, t.field
              order by t.rank desc, t.valid desc, t.recorded desc, t.seq desc) = 1)
          select _key, {self._pivot()} from latest group by _key"""

    def _named_sql(self) -> str:
        """What was asked, with attributes and contract, under the names of the language."""
        return f"""
          with based as (
            select a.*, h.* exclude (_key), m.mrr as _line_mrr, st.status as _line_status,
              c.contract as _contract, c.contract_signed as _signed, c.contract_start as _start,
              c.contract_end as _end
            from asked a
            left join held_then h on h._key = a._key
            left join mrr_then m on m.account = a._account and m.day = a._date
            left join terms_then c on c.account = a._account and c.day = a._date
            left join status_then st on st.account = a._account and st.day = a._date)
          select b.* exclude ({", ".join(self._raw_columns())}), {self._built_in()}, {self._fields()}
          from based b"""

    def _attributes(self) -> list[str]:
        return sorted(ALWAYS | ((NUMBERS | TEXTS | set(self.model.fields)) & self.names))

    def _pivot(self) -> str:
        return ", ".join(
            f"max(value) filter (field = '{field}') as \"_at_{field}\"" for field in self._attributes()
        )

    def _raw_columns(self) -> list[str]:
        raw = [f'"_at_{field}"' for field in self._attributes()]
        return [*raw, "_line_mrr", "_line_status", "_signed", "_start", "_end"]

    def _built_in(self) -> str:
        read = self.names - ALWAYS
        numbers = [f'try_cast(b."_at_{name}" as double) as {name}' for name in sorted(NUMBERS & read)]
        texts = [f'b."_at_{name}" as "{name}"' for name in sorted(TEXTS & read)]
        mrr = "coalesce(b._line_mrr::double, try_cast(b._at_mrr as double))"
        own = [
            f"{mrr} as mrr",
            f"coalesce(try_cast(b._at_arr as double), 12 * {mrr}) as arr",
            f"{_instant('b._signed', 'contract_signed')} as contract_signed",
            f"{_instant('b._start', 'contract_start')} as contract_start",
            f"{_instant('b._end', 'contract_end')} as contract_end",
            f"coalesce({_attribute_instant('renewal_date')}, {_instant('b._end', 'contract_end')}) as renewal_date",
            f"{_STATUS} as status",
        ]
        return ", ".join([*numbers, *texts, *own])

    def _fields(self) -> str:
        """Declared fields with their types; a last column of nothing keeps the list whole where there is none."""
        casts = {"number": "double", "money": "double", "boolean": "boolean"}
        fields = [
            f'{_attribute_instant(name)} as "{name}"'
            if kind in {"date", "instant"}
            else f'try_cast(b."_at_{name}" as {casts.get(kind, "text")}) as "{name}"'
            for name, kind in self.model.fields.items()
            if name in self.names
        ]
        return ", ".join([*fields, "null as _nothing"])

    def _facts_sql(self) -> str:
        joins = [f"left join metric_{i} v{i} on v{i}._key = f._key" for i in range(len(self._metrics))]
        values = [
            f', {self._known(metric, _total(metric, f"v{i}.value"))} as "{metric.name}"'
            for i, metric in enumerate(self._metrics)
        ]
        return f"""
          select f.* exclude ({", ".join(self._joined())}){"".join(values)}, {self._recorded()},
            coalesce(p.agreed, false) as "success_plan.agreed",
            coalesce(p.reviewed, false) as "success_plan.reviewed"
          from placed f {" ".join(joins)}
          {"left join notes_then n on n._key = f._key" if self._about_occurrences else ""}
          left join plans_then p on p._key = f._key"""

    def _known(self, metric: Metric, value: str) -> str:
        """Unknown beyond the mark of a source that is behind."""
        sources = sources_of(metric.events, self.model.sources)
        marks = [naive(mark) for source, mark in self.behind.items() if source in sources]
        return f"case when f._at <= timestamp '{min(marks)}' then {value} end" if marks else value  # type: ignore[type-var]

    def _recorded(self) -> str:
        """What was noted on the occurrence; on none, nothing was."""
        read = [fact for fact in NOTED if fact in self.names]
        if not self._about_occurrences:
            noted = [f"false as {fact}" for fact in read]
            values = [f'null::text as "{name}"' for name in self.model.records]
            return ", ".join([*noted, *values, "[]::text[] as _noted"])
        noted = [f"coalesce(list_contains(n.facts, '{fact}'), false) as {fact}" for fact in read]
        values = [f"n.said['{name}'] as \"{name}\"" for name in self.model.records]
        return ", ".join([*noted, *values, "coalesce(n.by_persona, []) as _noted"])

    def _joined(self) -> list[str]:
        """The columns that a view adds to the facts."""
        moments = anchor_moments(self.names, self.model)
        instants = [f'"{moment}.{instant}"' for moment in moments for instant in MOMENT_INSTANTS]
        ordinals = [f'"_{moment}.ordinal"' for moment in moments]
        return [*_POSITION, *instants, *ordinals, *map(daily.quoted, self._daily)]

    def _view_sql(self, source: str) -> str:
        """The rows of `source` with the account's position and the instants of the other moments read."""
        joins, columns = [], []
        for i, moment in enumerate(anchor_moments(self.names, self.model)):
            joins.append(
                f"left join decided_moment d{i} on d{i}.account = s._account and d{i}.moment = '{moment}'"
            )
            columns += [f'd{i}.{instant} as "{moment}.{instant}"' for instant in MOMENT_INSTANTS]
            columns.append(f'd{i}.ordinal as "_{moment}.ordinal"')
        judged, found = daily.joined(self._daily, "s._account")
        joins, columns = joins + judged, columns + found
        further = "".join(f", {column}" for column in columns)
        return f"""
          select s.*, p.phase, p.phase_start, p.entry as _entry, p.segment, p.segment_since, p.waits as _waits,
            p.touch_set[1] as touch, p.touch_set as _touch_set{further}
          from {source} s left join decided_position p on p.account = s._account {" ".join(joins)}"""


_POSITION = ("phase", "phase_start", "_entry", "segment", "segment_since", "_waits", "touch", "_touch_set")

_STATUS = "coalesce(b._at_status, b._line_status)"

_NOTES = """
  select a._key, list(r.fact) as facts, list(r.fact || ':' || coalesce(r.persona, '')) as by_persona,
    map_from_entries(list(row(r.fact, r.value) order by r.seq)) as said
  from asked a join (
      select * from recorded_fact where not withdrawn
      qualify row_number() over (partition by account, moment, anchor, n, fact, contact order by seq desc) = 1
    ) r on r.account = a._account and r.moment = a._moment and r.anchor = a._anchor and r.n = a._n
  where r.occurred <= a._at group by a._key"""

_PLANS = """
  select a._key, bool_or(p.kind = 'agreed') as agreed,
    bool_or(p.kind = 'reviewed' and p.occurred >= coalesce(a.opened, p.occurred)) as reviewed
  from asked a join plan_note p on p.account = a._account and p.occurred <= a._at group by a._key"""


def _attribute_instant(name: str) -> str:
    """A date means the start of that local day."""
    text = f'b."_at_{name}"'
    return (
        f"case when length({text}) = 10 then aloft_instant(try_cast({text} as date), b._zone) "
        f"else timezone('UTC', try_cast({text} as timestamptz)) end"
    )


def _instant(day: str, attribute: str) -> str:
    return f"coalesce(aloft_instant({day}, b._zone), {_attribute_instant(attribute)})"


def _total(metric: Metric, value: str) -> str:
    """A count of nothing is 0; a window that begins at an unknown instant counts something unknown."""
    if metric.since is not None and metric.since.name:
        return f'case when f."{metric.since.name}" is null then null else coalesce({value}, 0) end'
    return f"coalesce({value}, 0)"


def _signed(word: int) -> int:
    """A 64-bit word as the signed integer that a BIGINT holds."""
    return word - (1 << 64) if word >= 1 << 63 else word
