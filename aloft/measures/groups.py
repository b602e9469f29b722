"""The queries that give a column for each metric, one for each part of the state that metrics read together.

In them `s` is a row of state; what a bound is called, and how rows come to their questions, the statements know.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from aloft.engagement.model import Metric
from aloft.facts.state import Kept, number_of, weighted
from aloft.measures.gathered import Query
from aloft.measures.metrics import definitions, kept
from aloft.measures.windows import EVER, window

if TYPE_CHECKING:
    from aloft.measures.statements import Statements


def column_of(metric: Metric) -> str:
    return f'"{metric.name}"'


def texts(names: Sequence[str]) -> str:
    """SQL of these texts, one after the other."""
    return ", ".join("'" + name.replace("'", "''") + "'" for name in names)


def source_of(metric: Metric) -> Kept | tuple[str, ...]:
    """What is read for a metric: state of its own, or the common state of these events."""
    return kept(metric) or metric.events


class Group(ABC):
    """Metrics of one kind that are read together: each row of their state is read once for all of them.

    A row is asked no more than what tells it apart for one of them from another: in which window it lies if there
    are several, whose it is if there are several sources.
    """

    kind: str
    at_edges = True
    has_over = False  # whether what the days that are over come to can be read apart
    may_be_unknown = False  # whether a total may be unknown though rows are there

    def __init__(
        self, statements: Statements, metrics: Sequence[Metric], happened: frozenset[str] | None = None
    ) -> None:
        """`happened`: the names of the events at the edges, where they are known."""
        self.all = statements
        self.metrics = metrics
        self.happened = happened
        self.definitions = definitions(metrics)
        self.events = list(dict.fromkeys(metric.events for metric in metrics if kept(metric) is None))
        self.windows = sorted({self.number(metric) for metric in metrics})

    @staticmethod
    def alike(metric: Metric) -> Hashable:
        """What metrics have in common that are read together for many questions."""
        return source_of(metric)

    @abstractmethod
    def sql(self) -> str:
        """One row for each key that has any."""

    def over(self) -> str:
        """One row at most for each key: what the days that are over come to."""
        raise NotImplementedError

    def with_over(self, over: str) -> str:
        """The same as `sql`, where such rows are in the relation `over`, one for each key, of nulls where none is."""
        raise NotImplementedError

    def gathered(self, present: str) -> Query:
        """What is put together by the numbers of many accounts; `present` is true of those that it tells of."""
        return f"select *, true as {present} from ({self.sql()})"

    def number(self, metric: Metric) -> int:
        return self.all.windows.index(window(metric))

    @property
    def several(self) -> bool:
        """Whether there are several sources, so that rows carry the digest of theirs."""
        return len(self.definitions) + bool(self.events) > 1

    def digest(self, value: str) -> str:
        return f", {value} as digest" if self.several else ""

    def inside(self, spelled: Callable[[int], str] = "in_{}".format) -> str:
        """Whether a row lies within each of the windows, as `spelled` says it; nothing where there is one."""
        return "".join(f", {spelled(i)} as in_{i}" for i in self.windows) if len(self.windows) > 1 else ""

    def there(self, spelled: Callable[[int], str] = "in_{}".format) -> str:
        """In which of the windows a row lies, a bit for each."""
        return " + ".join(f"case when {spelled(i)} then {self.bit(i)} else 0 end" for i in self.windows)

    def bit(self, number: int) -> int:
        return 1 << self.windows.index(number)

    @property
    def bits(self) -> dict[str, int]:
        """By metric, that of its window."""
        return {metric.name: self.bit(self.number(metric)) for metric in self.metrics}

    def counts(self, metric: Metric) -> str:
        """The filter of the rows that count for a metric."""
        return filter_of(
            self.whose(metric) + ([f"in_{self.number(metric)}"] if len(self.windows) > 1 else [])
        )

    def whose(self, metric: Metric) -> list[str]:
        state = kept(metric)
        return [f"digest = {state.digest}" if state else "digest is null"] if self.several else []

    def earliest(self, column: str, windows: Sequence[int] | None = None) -> str:
        """Where the first of the windows begins, or of some of them."""
        return self.all.least([f"{column}_{i}" for i in windows or self.windows])

    def since(self, number: int) -> str:
        """SQL of whether a row of state by day lies in a window, beginning with its first whole day."""
        return f"s.day >= {self.all.bound(f'first_{number}')}"

    def is_over(self, metrics: Sequence[Metric]) -> str:
        """SQL of rows of state by day that lie in a window of one of these metrics, and before today."""
        windows = sorted({self.number(metric) for metric in metrics})
        return f"s.day < {self.all.bound('_day')} and s.day >= {self.earliest('first', windows)}"

    def own(self) -> str:
        """SQL of the rows of state of the definitions."""
        return f"s.digest in ({', '.join(str(one.digest) for one in self.definitions)})"

    @property
    def at_any_edge(self) -> str:
        """SQL of the edges that lie in a window."""
        return f"({' or '.join(f'in_{i}' for i in self.windows)})"

    def counted_at_edges(self, names: Sequence[str]) -> bool:
        """Whether any of these events lies at an edge, or may: what counts none need not be planned."""
        return self.happened is None or bool(self.happened & set(names) if names else self.happened)

    @property
    def at_edges_too(self) -> list[Kept]:
        """The definitions that count something there."""
        return [definition for definition in self.definitions if self.counted_at_edges(definition.names)]

    def at_edge(self, definition: Kept) -> str:
        """SQL of the edges that a definition counts."""
        tests = [self.at_any_edge]
        tests += [f"called in ({texts(definition.names)})"] if definition.names else []
        tests += [f"({definition.where_sql})"] if definition.where_sql else []
        return " and ".join(tests)


def filter_of(tests: Sequence[str]) -> str:
    return f" filter (where {' and '.join(tests)})" if tests else ""


class Days(Group):
    """Counts, days, instants and numbers, from rows by day."""

    kind = "day"
    has_over = True

    @staticmethod
    def alike(metric: Metric) -> Hashable:
        """Their source, and whether all of it is read or its newest days."""
        return source_of(metric), window(metric) == EVER

    def sql(self) -> str:
        values = ", ".join(f"{self._value(metric)} as {column_of(metric)}" for metric in self.metrics)
        rows = " union all ".join((*self._days(), *self._events()))
        return f"select _key, {values} from ({rows}) group by _key"

    def over(self) -> str:
        return self._parts(self._days())

    def with_over(self, over: str) -> str:
        events = list(self._events())
        values = ", ".join(
            f"{_whole(metric, bool(events))} as {column_of(metric)}" for metric in self.metrics
        )
        since = f"left join ({self._parts(events)}) e on e._key = o._key" if events else ""
        return f"select o._key, {values} from {over} o {since}"

    def _parts(self, rows: Iterable[str]) -> str:
        """What is added up of some rows, to be put together with what is of others."""
        parts = ", ".join(
            f"{spelled.format(only=self.counts(metric))} as {part}"
            for metric in self.metrics
            for spelled, part in zip(_PARTS[metric.verb], _parts_of(metric), strict=True)
        )
        return f"select _key, {parts} from ({' union all '.join(rows)}) group by _key"

    def _value(self, metric: Metric) -> str:
        spelled, only = _AGGREGATES[metric.verb], self.counts(metric)
        if metric.verb == "days" and (first := self.all.short(self.number(metric))) is not None:
            spelled = _DAYS_AS_BITS.replace("first", first)
        return spelled.format(only=only)

    def whose(self, metric: Metric) -> list[str]:
        if kept(metric):
            return super().whose(metric)
        return [f"of_{self.events.index(metric.events)}"] if self.several or len(self.events) > 1 else []

    def _days(self) -> Iterator[str]:
        """Rows of the days that are over."""
        closed, key = self.inside(self.since), self.all.key
        if self.events:
            yield (
                f"select {key} as _key, s.day, s.n, s.first, s.last{closed}{self._of('n.of_{}'.format)}"
                f"{self.digest('null::bigint')}{self._numbers(*_NO_NUMBERS)} "
                f"from {self.all.rows_of('day_count')} {self._named()} "
                f"where {self.is_over(self._of_events)}{self._by_number or ''}"
            )
        if self.definitions:
            yield (
                f"select {key} as _key, s.day, s.n, s.first, s.last{closed}{self._of(_never)}"
                f"{self.digest('s.digest')}{self._numbers('s.weight', 's.total', 's.low', 's.high')} "
                f"from {self.all.rows_of('kept_day')} where {self.is_over(self._of_definitions)} and {self.own()}"
            )

    def _events(self) -> Iterator[str]:
        """Rows of events at the edges."""
        if any(self.counted_at_edges(names) for names in self.events):
            wanted = " or ".join(_is_one_of("called", names) for names in self.events)
            yield (
                f"select _key, day, times as n, occurred as first, occurred as last{self.inside()}"
                f"{self._of(lambda i: _is_one_of('called', self.events[i]))}{self.digest('null')}"
                f"{self._numbers(*_NO_NUMBERS)} from {self.all.edges} where {self.at_any_edge} and ({wanted})"
            )
        yield from (self._raw(definition) for definition in self.at_edges_too)

    @property
    def _of_events(self) -> list[Metric]:
        return [metric for metric in self.metrics if kept(metric) is None]

    @property
    def _of_definitions(self) -> list[Metric]:
        return [metric for metric in self.metrics if kept(metric)]

    def _named(self) -> str:
        if self._by_number is not None:
            return ""
        if self.events == [()]:
            return "cross join (select true as of_0) n" if self.several else ""
        flags = "".join(f", {_is_one_of('name', names)} as of_{i}" for i, names in enumerate(self.events))
        wanted = " or ".join(_is_one_of("name", names) for names in self.events)
        return f"join (select id{flags} from event_name where {wanted}) n on n.id = s.name"

    @property
    def _by_number(self) -> str | None:
        """SQL of the rows of these events by their numbers, where these are known: of many, one set of events."""
        if len(self.events) != 1 or (numbers := self.all.numbers_of(self.events[0])) is None:
            return None
        return f" and s.name in ({numbers})" if self.events[0] else ""

    def _of(self, spelled: Callable[[int], str]) -> str:
        """Whether a row is of each of the sets of events; nothing where each row is."""
        if not self.several and len(self.events) == 1:
            return ""
        return "".join(f", {spelled(i)} as of_{i}" for i in range(len(self.events)))

    def _numbers(self, *spelled: str) -> str:
        if not any(definition.property_sql for definition in self.definitions):
            return ""
        return "".join(
            f", {one} as {name}"
            for one, name in zip(spelled, ("weight", "total", "low", "high"), strict=True)
        )

    def _raw(self, definition: Kept) -> str:
        numbers = _NO_NUMBERS
        if definition.property_sql:
            number = number_of(definition.property_sql)
            known = f"case when {number} is not null then times end"
            numbers = (known, weighted(number), number, number)
        return (
            f"select _key, day, times as n, occurred as first, occurred as last{self.inside()}{self._of(_never)}"
            f"{self.digest(str(definition.digest))}{self._numbers(*numbers)} "
            f"from {self.all.edges} where {self.at_edge(definition)}"
        )


_NO_NUMBERS = ("null::bigint", "null::decimal(38, 6)", "null::decimal(24, 6)", "null::decimal(24, 6)")
_AGGREGATES = {
    "count": "coalesce(sum(n){only}, 0)::bigint",
    "days": "count(distinct day){only}",
    "first": "min(first){only}",
    "last": "max(last){only}",
    "sum": "coalesce(sum(total){only}, 0)::double",
    "min": "(min(low){only})::double",
    "max": "(max(high){only})::double",
    "mean": "(sum(total){only})::double / (sum(weight){only})",
}
# By verb, what is added up of some rows; and what it is worth with that of others.
_PARTS = {
    "count": ("sum(n){only}",),
    "days": ("count(distinct day){only}",),
    "first": ("min(first){only}",),
    "last": ("max(last){only}",),
    "sum": ("sum(total){only}",),
    "min": ("min(low){only}",),
    "max": ("max(high){only}",),
    "mean": ("sum(total){only}", "sum(weight){only}"),
}
_WHOLE = {
    "count": "coalesce({}, 0)::bigint",
    "days": "coalesce({}, 0)::bigint",
    "first": "{}",
    "last": "{}",
    "sum": "coalesce({}, 0)::double",
    "min": "({})::double",
    "max": "({})::double",
    "mean": "({})::double / ({})",
}
# Of a window of less than 64 days that begins with day `first`: told apart by bits, for which nothing is sorted out.
_DAYS_AS_BITS = (
    "coalesce(bit_count(bit_or(1::bigint << least(greatest(day - first, 0), 62)){only}), 0)::bigint"
)


_OUTERMOST = {"first": "least", "min": "least", "last": "greatest", "max": "greatest"}


def _parts_of(metric: Metric) -> list[str]:
    return [f'"{metric.name}.{i}"' for i in range(len(_PARTS[metric.verb]))]


def _whole(metric: Metric, both: bool) -> str:
    """SQL of a metric from what is over, `o`, and if `both` count, from what has come since, `e`."""
    parts = [f"o.{part}" for part in _parts_of(metric)]
    if both:
        parts = [_put_together(metric.verb, f"o.{part}", f"e.{part}") for part in _parts_of(metric)]
    return _WHOLE[metric.verb].format(*parts)


def _put_together(verb: str, one: str, other: str) -> str:
    if verb in _OUTERMOST:
        return f"{_OUTERMOST[verb]}({one}, {other})"
    return f"coalesce({one} + {other}, {one}, {other})"


def _is_one_of(column: str, names: Sequence[str]) -> str:
    return f"{column} in ({texts(names)})" if names else "true"


def _never(_number: int) -> str:
    return "false"


class Latest(Group):
    """The last value of a property: by when it occurred, then when it was received, then by its id (T17)."""

    kind = "latest"

    def sql(self) -> str:
        order = "(occurred, received, message_id)"
        values = ", ".join(
            f"arg_max(value, {order}){self.counts(metric)} as {column_of(metric)}" for metric in self.metrics
        )
        return f"select _key, {values} from ({' union all '.join(self._rows())}) group by _key"

    def _rows(self) -> Iterator[str]:
        yield (
            f"select {self.all.key} as _key, s.occurred, s.received, s.message_id, s.value"
            f"{self.inside(self.since)}{self.digest('s.digest')} "
            f"from {self.all.rows_of('kept_latest')} where {self.own()} and {self.is_over(self.metrics)}"
        )
        for one in self.at_edges_too:
            value = one.property_sql
            yield (
                f"select _key, occurred, received, message_id, {value}{self.inside()}{self.digest(str(one.digest))} "
                f"from {self.all.edges} where {self.at_edge(one)} and {value} is not null"
            )
