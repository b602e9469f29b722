"""The statements that give a column for each metric, one for each kind of state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from aloft.engagement.model import Metric
from aloft.facts.state import KNOWN_USERS, Kept, number_of, weighted
from aloft.measures.metrics import definitions, kept
from aloft.measures.windows import window

if TYPE_CHECKING:
    from aloft.measures.statements import Statements


def column_of(metric: Metric) -> str:
    return f'"{metric.name}"'


def texts(names: Sequence[str]) -> str:
    return ", ".join("'" + name.replace("'", "''") + "'" for name in names)


class Group:
    """The metrics that are read from one kind of state."""

    kind: str
    at_edges = True

    def __init__(self, statements: Statements, metrics: Sequence[Metric]) -> None:
        self.all = statements
        self.metrics = metrics
        self.table = f"read_{self.kind}{statements.suffix}"
        self.definitions = definitions(metrics)

    def sql(self) -> str:
        raise NotImplementedError

    @cached_property
    def used(self) -> list[int]:
        """The numbers of the windows that these metrics have."""
        return sorted({self.number(metric) for metric in self.metrics})

    def number(self, metric: Metric) -> int:
        return self.all.windows.index(window(metric))

    def inside(self, spelled: Callable[[int], str]) -> str:
        return ", ".join(f"{spelled(i)} as in_{i}" for i in self.used)

    @cached_property
    def carried(self) -> str:
        return ", ".join(f"in_{i}" for i in self.used)

    def earliest(self, column: str, metrics: Sequence[Metric] | None = None) -> str:
        """Where the first of the windows of these metrics (default: of all) begins."""
        used = sorted({self.number(metric) for metric in metrics}) if metrics else self.used
        first = ", ".join(f"b.{column}_{i}" for i in used)
        return f"least({first})" if len(used) > 1 else first

    def needed(self, column: str) -> str:
        """SQL of the rows of own state that lie in a window of a metric that reads them."""
        return " or ".join(
            f"(s.digest = {one.digest} and s.{_COLUMNS[column]} >= {self.earliest(column, self.readers(one))})"
            for one in self.definitions
        )

    def readers(self, definition: Kept) -> list[Metric]:
        return [metric for metric in self.metrics if kept(metric) == definition]

    def digests(self) -> str:
        return ", ".join(str(one.digest) for one in self.definitions)

    def at_edge(self, definition: Kept) -> str:
        """SQL of the edges that a definition counts."""
        named = f"called in ({texts(definition.names)})" if definition.names else "true"
        return f"{named} and ({definition.where_sql})" if definition.where_sql else named

    def counts(self, metric: Metric) -> str:
        """SQL of whether a row counts for a metric."""
        state = kept(metric)
        which = f"digest = {state.digest}" if state else self.shared(metric)
        return f"{which} and in_{self.number(metric)}"

    def shared(self, metric: Metric) -> str:
        raise NotImplementedError


_COLUMNS = {"first": "day", "block": "block"}


class Days(Group):
    """Counts, days, instants and numbers, from rows by day."""

    kind = "day"

    @cached_property
    def event_sets(self) -> list[tuple[str, ...]]:
        """The events of those that read the common counts."""
        return list(dict.fromkeys(metric.events for metric in self.metrics if kept(metric) is None))

    def shared(self, metric: Metric) -> str:
        return f"of_{self.event_sets.index(metric.events)}"

    def sql(self) -> str:
        values = ", ".join(f"{self._value(metric)} as {column_of(metric)}" for metric in self.metrics)
        return f"with counted as ({' union all '.join(self._rows())}) select _key, {values} from counted group by _key"

    def _rows(self) -> Iterator[str]:
        closed = self.inside(lambda i: f"s.day >= b.first_{i}")
        over = "s.day < b._day"
        if self.event_sets:
            flags = [f"{_is_one_of('name', names)} as of_{i}" for i, names in enumerate(self.event_sets)]
            wanted = " or ".join(_is_one_of("name", names) for names in self.event_sets)
            carried = "".join(f", n.of_{i}" for i in range(len(flags)))
            yield (
                f"select b._key, {closed}{carried}, null::bigint as digest, s.day, s.n, s.first, s.last{_NO_NUMBERS} "
                f"from {self.all.bounds} b join day_count s on s.account = b._account "
                f"join (select id, {', '.join(flags)} from event_name where {wanted}) n on n.id = s.name "
                f"where {over} and ({self._needed_counts()})"
            )
            raw = "".join(f", {_is_one_of('called', names)}" for names in self.event_sets)
            yield (
                f"select _key, {self.carried}{raw}, null, day, times, occurred, occurred, null, null, null, null "
                f"from {self.all.edges}"
            )
        if self.definitions:
            none = "".join(f", false as of_{i}" for i in range(len(self.event_sets)))
            yield (
                f"select b._key, {closed}{none}, s.digest, s.day, s.n, s.first, s.last, s.weight, s.total, s.low, "
                f"s.high from {self.all.bounds} b join kept_day s on s.account = b._account "
                f"where s.digest in ({self.digests()}) and {over} and ({self.needed('first')})"
            )
            yield from (self._raw(definition, none) for definition in self.definitions)

    def _needed_counts(self) -> str:
        tests = []
        for i, names in enumerate(self.event_sets):
            readers = [metric for metric in self.metrics if kept(metric) is None and metric.events == names]
            tests.append(f"(n.of_{i} and s.day >= {self.earliest('first', readers)})")
        return " or ".join(tests)

    def _raw(self, definition: Kept, none: str) -> str:
        numbers = ", null, null, null, null"
        if definition.property_sql:
            number = number_of(definition.property_sql)
            known = f"case when {number} is not null then times end"
            numbers = f", {known}, {weighted(number)}, {number}, {number}"
        return (
            f"select _key, {self.carried}{none}, {definition.digest}, day, times, occurred, occurred{numbers} "
            f"from {self.all.edges} where {self.at_edge(definition)}"
        )

    def _value(self, metric: Metric) -> str:
        return _AGGREGATES[metric.verb].format(where=f"filter (where {self.counts(metric)})")


_NO_NUMBERS = (
    ", null::bigint as weight, null::decimal(38, 6) as total, null::decimal(24, 6) as low, "
    "null::decimal(24, 6) as high"
)
_AGGREGATES = {
    "count": "coalesce(sum(n) {where}, 0)::bigint",
    "days": "count(distinct day) {where}",
    "first": "min(first) {where}",
    "last": "max(last) {where}",
    "sum": "coalesce(sum(total) {where}, 0)::double",
    "min": "(min(low) {where})::double",
    "max": "(max(high) {where})::double",
    "mean": "(sum(total) {where})::double / (sum(weight) {where})",
}


def _is_one_of(column: str, names: Sequence[str]) -> str:
    return f"{column} in ({texts(names)})" if names else "true"


class _Words(Group):
    """Things that are told apart, from the words of the days on which they were there."""

    thing: str

    def words(self, table: str, digest: str, where: str) -> str:
        """Rows of state: what lies within a window and before today."""
        word = "s.word & case when s.block = b.last_block then b.last_mask else -1 end"
        inside = self.inside(
            lambda i: (
                f"s.block >= b.block_{i} and "
                f"({word} & case when s.block = b.block_{i} then b.mask_{i} else -1 end) <> 0"
            )
        )
        return (
            f"select b._key, s.{self.thing}, {digest} as digest, {inside} from {self.all.bounds} b "
            f"join {table} s on s.account = b._account "
            f"where s.block <= b.last_block and s.block >= {self.earliest('block')} {where}"
        )

    def sql(self) -> str:
        there = ", ".join(
            f"bool_or({self.counts(metric)}) as there_{i}" for i, metric in enumerate(self.metrics)
        )
        values = ", ".join(f"{self.value(i)} as {column_of(metric)}" for i, metric in enumerate(self.metrics))
        return (
            f"with counted as ({' union all '.join(self.rows())}), "
            f"seen as (select _key, {self.thing}, {there} from counted group by _key, {self.thing}) "
            f"select _key, {values} from seen group by _key"
        )

    def rows(self) -> Iterator[str]:
        raise NotImplementedError

    def value(self, i: int) -> str:
        return f"count(*) filter (where there_{i})"


class Users(_Words):
    """Distinct users: unknown where pre-aggregated counts say nothing of who."""

    kind = "word"
    thing = "app_user"

    def shared(self, metric: Metric) -> str:
        return "digest is null"

    def rows(self) -> Iterator[str]:
        if any(kept(metric) is None for metric in self.metrics):
            yield self.words("user_word", "null::bigint", "")
            yield (f"select _key, app_user, null, {self.carried} from {self.all.edges} where {KNOWN_USERS}")
        if self.definitions:
            yield self.words("kept_word", "s.digest", f"and s.digest in ({self.digests()})")
        for definition in self.definitions:
            yield (
                f"select _key, app_user, {definition.digest}, {self.carried} from {self.all.edges} "
                f"where {self.at_edge(definition)} and {KNOWN_USERS}"
            )

    def value(self, i: int) -> str:
        unknown = f"bool_or(there_{i} and app_user is null)"
        return f"case when {unknown} then null else count(*) filter (where there_{i}) end"


class Values(_Words):
    """Distinct values of a property."""

    kind = "value"
    thing = "value"

    def rows(self) -> Iterator[str]:
        yield self.words("kept_value", "s.digest", f"and s.digest in ({self.digests()})")
        for definition in self.definitions:
            yield (
                f"select _key, {definition.property_sql} as value, {definition.digest}, {self.carried} "
                f"from {self.all.edges} where {self.at_edge(definition)} and {definition.property_sql} is not null"
            )


class Latest(Group):
    """The last value of a property: by when it occurred, then when it was received, then by its id (T17)."""

    kind = "latest"

    def sql(self) -> str:
        order = "(occurred, received, message_id)"
        values = ", ".join(
            f"arg_max(value, {order}) filter (where {self.counts(metric)}) as {column_of(metric)}"
            for metric in self.metrics
        )
        return f"with counted as ({' union all '.join(self._rows())}) select _key, {values} from counted group by _key"

    def _rows(self) -> Iterator[str]:
        closed = self.inside(lambda i: f"s.day >= b.first_{i}")
        yield (
            f"select b._key, {closed}, s.digest, s.occurred, s.received, s.message_id, s.value "
            f"from {self.all.bounds} b join kept_latest s on s.account = b._account "
            f"where s.digest in ({self.digests()}) and s.day < b._day and s.day >= {self.earliest('first')}"
        )
        for definition in self.definitions:
            value = definition.property_sql
            yield (
                f"select _key, {self.carried}, {definition.digest}, occurred, received, message_id, {value} "
                f"from {self.all.edges} where {self.at_edge(definition)} and {value} is not null"
            )


class Turns(Group):
    """What was opened and not closed since, told apart by a key: the state knows every instant."""

    kind = "turn"
    at_edges = False

    def sql(self) -> str:
        opened = ", ".join(
            f"max(t.occurred) filter (where t.opens > 0 and t.occurred >= b.lo_{i}) as opened_{i}"
            for i in self.used
        )
        values = ", ".join(f"{self._value(metric)} as {column_of(metric)}" for metric in self.metrics)
        return (
            f"with things as (select b._key, t.digest, t.key, {opened}, "
            f"max(t.occurred) filter (where t.closes > 0) as closed "
            f"from {self.all.bounds} b join kept_turn t on t.account = b._account "
            f"where t.digest in ({self.digests()}) and t.occurred <= b._at group by b._key, t.digest, t.key) "
            f"select _key, {values} from things group by _key"
        )

    def _value(self, metric: Metric) -> str:
        state, opened = kept(metric), f"opened_{self.number(metric)}"
        assert state is not None
        return (
            f"count(*) filter (where digest = {state.digest} and {opened} is not null "
            f"and (closed is null or closed < {opened}))"
        )


class Queues(Group):
    """What was opened and not closed since, told apart by nothing: each closing closes one that is open, if any.

    Of one instant, what opens comes first. What is left is the sum of the steps, less the lowest it ever was.
    """

    kind = "queue"
    at_edges = False

    def sql(self) -> str:
        left = " union all ".join(self._left(i, metric) for i, metric in enumerate(self.metrics))
        values = ", ".join(
            f"coalesce(max(value) filter (where metric = {i}), 0) as {column_of(metric)}"
            for i, metric in enumerate(self.metrics)
        )
        return f"with remaining as ({left}) select _key, {values} from remaining group by _key"

    def _left(self, i: int, metric: Metric) -> str:
        state = kept(metric)
        assert state is not None
        steps = (
            f"select b._key, t.occurred, sum(t.opens - t.closes) as step from {self.all.bounds} b "
            f"join kept_turn t on t.account = b._account where t.digest = {state.digest} "
            f"and t.occurred <= b._at and t.occurred >= b.lo_{self.number(metric)} group by b._key, t.occurred"
        )
        sums = (
            f"select _key, step, sum(step) over (partition by _key order by occurred) as level from ({steps})"
        )
        return (
            f"select _key, {i} as metric, (sum(step) - least(min(level), 0))::bigint as value "
            f"from ({sums}) group by _key"
        )
