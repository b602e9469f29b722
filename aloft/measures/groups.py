"""The queries that give a column for each metric, one for each part of the state that metrics read together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
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


def source_of(metric: Metric) -> Kept | tuple[str, ...]:
    """What is read for a metric: state of its own, or the common state of these events."""
    return kept(metric) or metric.events


class Group:
    """Metrics of one kind that are read together: each row of their state is read once for all of them.

    A row is asked no more than what tells it apart for one of them from another: in which window it lies if there
    are several, whose it is if there are several sources.
    """

    kind: str
    at_edges = True

    def __init__(self, statements: Statements, metrics: Sequence[Metric]) -> None:
        self.all = statements
        self.metrics = metrics
        self.definitions = definitions(metrics)
        self.events = list(dict.fromkeys(metric.events for metric in metrics if kept(metric) is None))
        self.windows = sorted({self.number(metric) for metric in metrics})

    @staticmethod
    def alike(metric: Metric, others: Sequence[Metric]) -> Hashable:
        """What metrics have in common that are read together for many questions: here, their kind is enough."""
        return None

    def sql(self) -> str:
        """One row for each key that has any."""
        raise NotImplementedError

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

    def counts(self, metric: Metric) -> str:
        """The filter of the rows that count for a metric."""
        return _filter(self.whose(metric) + ([f"in_{self.number(metric)}"] if len(self.windows) > 1 else []))

    def whose(self, metric: Metric) -> list[str]:
        state = kept(metric)
        return [f"digest = {state.digest}" if state else "digest is null"] if self.several else []

    def earliest(self, column: str) -> str:
        """Where the first of the windows begins."""
        first = ", ".join(f"b.{column}_{i}" for i in self.windows)
        return f"least({first})" if len(self.windows) > 1 else first

    def own(self) -> str:
        """SQL of the rows of state of the definitions."""
        return f"s.digest in ({', '.join(str(one.digest) for one in self.definitions)})"

    @property
    def at_any_edge(self) -> str:
        """SQL of the edges that lie in a window."""
        return f"({' or '.join(f'in_{i}' for i in self.windows)})"

    def at_edge(self, definition: Kept) -> str:
        """SQL of the edges that a definition counts."""
        tests = [self.at_any_edge]
        tests += [f"called in ({texts(definition.names)})"] if definition.names else []
        tests += [f"({definition.where_sql})"] if definition.where_sql else []
        return " and ".join(tests)


def _filter(tests: Sequence[str]) -> str:
    return f" filter (where {' and '.join(tests)})" if tests else ""


class Days(Group):
    """Counts, days, instants and numbers, from rows by day."""

    kind = "day"

    @staticmethod
    def alike(metric: Metric, others: Sequence[Metric]) -> Hashable:
        """Their windows: sources over the same ones are read together."""
        windows = frozenset(window(one) for one in others if source_of(one) == source_of(metric))
        return kept(metric) is None, windows

    def sql(self) -> str:
        values = ", ".join(
            f"{_AGGREGATES[metric.verb].format(only=self.counts(metric))} as {column_of(metric)}"
            for metric in self.metrics
        )
        return f"select _key, {values} from ({' union all '.join(self._rows())}) group by _key"

    def whose(self, metric: Metric) -> list[str]:
        if kept(metric):
            return super().whose(metric)
        return [f"of_{self.events.index(metric.events)}"] if self.several or len(self.events) > 1 else []

    def _rows(self) -> Iterator[str]:
        closed = self.inside(lambda i: f"s.day >= b.first_{i}")
        over = f"where s.day < b._day and s.day >= {self.earliest('first')}"
        if self.events:
            yield (
                f"select b._key, s.day, s.n, s.first, s.last{closed}{self._of('n.of_{}'.format)}"
                f"{self.digest('null::bigint')}{self._numbers(*_NO_NUMBERS)} "
                f"from {self.all.bounds} b join day_count s on s.account = b._account {self._named()} {over}"
            )
            wanted = " or ".join(_is_one_of("called", names) for names in self.events)
            yield (
                f"select _key, day, times, occurred, occurred{self.inside()}"
                f"{self._of(lambda i: _is_one_of('called', self.events[i]))}{self.digest('null')}"
                f"{self._numbers(*_NO_NUMBERS)} from {self.all.edges} where {self.at_any_edge} and ({wanted})"
            )
        if self.definitions:
            yield (
                f"select b._key, s.day, s.n, s.first, s.last{closed}{self._of(_never)}{self.digest('s.digest')}"
                f"{self._numbers('s.weight', 's.total', 's.low', 's.high')} "
                f"from {self.all.bounds} b join kept_day s on s.account = b._account {over} and {self.own()}"
            )
            yield from (self._raw(definition) for definition in self.definitions)

    def _named(self) -> str:
        if self.events == [()]:
            return "cross join (select true as of_0) n" if self.several else ""
        flags = "".join(f", {_is_one_of('name', names)} as of_{i}" for i, names in enumerate(self.events))
        wanted = " or ".join(_is_one_of("name", names) for names in self.events)
        return f"join (select id{flags} from event_name where {wanted}) n on n.id = s.name"

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
            f"select _key, day, times, occurred, occurred{self.inside()}{self._of(_never)}"
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


def _is_one_of(column: str, names: Sequence[str]) -> str:
    return f"{column} in ({texts(names)})" if names else "true"


def _never(_number: int) -> str:
    return "false"


class _Words(Group):
    """Things that are told apart, from the words of the days on which they were there.

    In which of the windows a thing was is a number with a bit for each.
    """

    thing: str

    def sql(self) -> str:
        values = ", ".join(f"{self.value(metric)} as {column_of(metric)}" for metric in self.metrics)
        digest = ", digest" if self.several else ""
        seen = (
            f"select _key, {self.thing}{digest}, bit_or(there) as there from ({' union all '.join(self.rows())}) "
            f"group by _key, {self.thing}{digest}"
        )
        return f"select _key, {values} from ({seen}) group by _key"

    def rows(self) -> Iterator[str]:
        raise NotImplementedError

    def value(self, metric: Metric) -> str:
        return f"count(*){self.counts(metric)}"

    def counts(self, metric: Metric) -> str:
        return _filter([*self.whose(metric), f"(there & {self._bit(self.number(metric))}) <> 0"])

    def words(self, table: str, digest: str, which: str) -> str:
        """Rows of state: what lies within a window and before today."""
        word = "s.word & case when s.block = b.last_block then b.last_mask else -1 end"
        there = self.there(
            lambda i: (
                f"s.block >= b.block_{i} and "
                f"({word} & case when s.block = b.block_{i} then b.mask_{i} else -1 end) <> 0"
            )
        )
        return (
            f"select b._key, s.{self.thing}, {there} as there{self.digest(digest)} from {self.all.bounds} b "
            f"join {table} s on s.account = b._account "
            f"where s.block <= b.last_block and s.block >= {self.earliest('block')} {which}"
        )

    def there(self, spelled: Callable[[int], str] = "in_{}".format) -> str:
        return " + ".join(f"case when {spelled(i)} then {self._bit(i)} else 0 end" for i in self.windows)

    def _bit(self, number: int) -> int:
        return 1 << self.windows.index(number)


class Users(_Words):
    """Distinct users: unknown where pre-aggregated counts say nothing of who."""

    kind = "word"
    thing = "app_user"

    @staticmethod
    def alike(metric: Metric, others: Sequence[Metric]) -> Hashable:
        """That they read the words of everybody, of which there are most."""
        return kept(metric) is None

    def rows(self) -> Iterator[str]:
        edges = f"{self.there()} as there{{}} from {self.all.edges} where {{}} and {KNOWN_USERS}"
        if self.events:
            yield self.words("user_word", "null::bigint", "")
            yield f"select _key, app_user, {edges.format(self.digest('null'), self.at_any_edge)}"
        if self.definitions:
            yield self.words("kept_word", "s.digest", f"and {self.own()}")
        for one in self.definitions:
            yield f"select _key, app_user, {edges.format(self.digest(str(one.digest)), self.at_edge(one))}"

    def value(self, metric: Metric) -> str:
        which = self.counts(metric)
        return f"case when bool_or(app_user is null){which} then null else count(*){which} end"


class Values(_Words):
    """Distinct values of a property."""

    kind = "value"
    thing = "value"

    def rows(self) -> Iterator[str]:
        yield self.words("kept_value", "s.digest", f"and {self.own()}")
        for one in self.definitions:
            yield (
                f"select _key, {one.property_sql} as value, {self.there()} as there{self.digest(str(one.digest))} "
                f"from {self.all.edges} where {self.at_edge(one)} and {one.property_sql} is not null"
            )


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
        closed = self.inside(lambda i: f"s.day >= b.first_{i}")
        yield (
            f"select b._key, s.occurred, s.received, s.message_id, s.value{closed}{self.digest('s.digest')} "
            f"from {self.all.bounds} b join kept_latest s on s.account = b._account "
            f"where {self.own()} and s.day < b._day and s.day >= {self.earliest('first')}"
        )
        for one in self.definitions:
            value = one.property_sql
            yield (
                f"select _key, occurred, received, message_id, {value}{self.inside()}{self.digest(str(one.digest))} "
                f"from {self.all.edges} where {self.at_edge(one)} and {value} is not null"
            )


class Turns(Group):
    """What was opened and not closed since, told apart by a key: the state knows every instant.

    What lies before a window closes nothing that was opened within it.
    """

    kind = "turn"
    at_edges = False

    @staticmethod
    def alike(metric: Metric, others: Sequence[Metric]) -> Hashable:
        """Their definition: a thing that several open and close is another one for each."""
        return source_of(metric)

    def sql(self) -> str:
        opened = ", ".join(
            f"max(s.occurred) filter (where s.opens > 0 and {self.all.within(i)}) as opened_{i}"
            for i in self.windows
        )
        digest = ", s.digest" if self.several else ""
        some = " or ".join(self.all.within(i) for i in self.windows)
        things = (
            f"select b._key, s.key{digest}, {opened}, max(s.occurred) filter (where s.closes > 0) as closed "
            f"from {self.all.bounds} b join kept_turn s on s.account = b._account "
            f"where {self.own()} and s.occurred <= b._at and ({some}) group by b._key, s.key{digest}"
        )
        values = ", ".join(f"{self._value(metric)} as {column_of(metric)}" for metric in self.metrics)
        return f"select _key, {values} from ({things}) group by _key"

    def _value(self, metric: Metric) -> str:
        opened = f"opened_{self.number(metric)}"
        is_open = f"{opened} is not null and (closed is null or closed < {opened})"
        return f"count(*){_filter([*self.whose(metric), is_open])}"


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
        return f"select _key, {values} from ({left}) group by _key"

    def _left(self, i: int, metric: Metric) -> str:
        state = kept(metric)
        assert state is not None
        steps = (
            f"select b._key, s.occurred, sum(s.opens - s.closes) as step from {self.all.bounds} b "
            f"join kept_turn s on s.account = b._account where s.digest = {state.digest} "
            f"and s.occurred <= b._at and {self.all.within(self.number(metric))} group by b._key, s.occurred"
        )
        sums = (
            f"select _key, step, sum(step) over (partition by _key order by occurred) as level from ({steps})"
        )
        return (
            f"select _key, {i} as metric, (sum(step) - least(min(level), 0))::bigint as value "
            f"from ({sums}) group by _key"
        )
