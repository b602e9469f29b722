"""The few statements that read many metrics at once: days that are over from state, the days at the edges from
raw events, put together row by row before anything is summed.

`bounds` says for each question where every window begins. `edges` holds the raw events of the running day, and
of the day in which a window begins where that is a part of a day. Then each group of metrics has a table with a
column for each. A key without rows is absent: the frame starts from the questions.

Of few questions, metrics of one kind are one group: what takes long is to plan statements. Of many it is
to read rows, so that only those metrics are together that read the same ones.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from aloft.engagement.model import Metric
from aloft.facts.days import SIGN, block
from aloft.measures.groups import Days, Group, Latest, Queues, Turns, Users, Values, column_of, texts
from aloft.measures.metrics import kept, names_of
from aloft.measures.windows import Window, window

Stage = tuple[str, str]
"""A table to make, and the query that fills it."""

RUNNING = -1  # in `edges.part`; else the number of the window that begins on the event's day
_ALL = 9223372036854775807


@dataclass(frozen=True)
class Column:
    """Where the value of a metric is found once the stages are made."""

    metric: Metric
    table: str
    column: str


class Statements:
    """The stages that read `metrics`, none of which counts since another of them, for the rows of `asked`."""

    def __init__(self, metrics: Sequence[Metric], asked: str, suffix: str = "") -> None:
        self.metrics = metrics
        self.asked = asked
        self.bounds, self.edges, self.suffix = f"bounds{suffix}", f"edges{suffix}", suffix

    @cached_property
    def windows(self) -> list[Window]:
        return list(dict.fromkeys(window(metric) for metric in self.metrics))

    def stages(self, *, many: bool = False) -> Iterator[Stage]:
        if not self.metrics:
            return
        groups = self._groups(many)
        yield self.bounds, self._bounds_sql()
        if any(group.at_edges for group in groups):
            yield self.edges, self._edges_sql()
        for i, group in enumerate(groups):
            yield self._table(i), group.sql()

    def columns(self, *, many: bool = False) -> Iterator[Column]:
        for i, group in enumerate(self._groups(many)):
            for metric in group.metrics:
                yield Column(metric, self._table(i), column_of(metric))

    def _table(self, number: int) -> str:
        return f"counted_{number}{self.suffix}"

    def _groups(self, many: bool) -> list[Group]:
        parts: dict[Hashable, tuple[type[Group], list[Metric]]] = {}
        for kind in (Days, Users, Values, Latest, Turns, Queues):
            metrics = [metric for metric in self.metrics if self._kind(metric) == kind.kind]
            for metric in metrics:
                alike = kind.alike(metric, metrics) if many else None
                parts.setdefault((kind, alike), (kind, []))[1].append(metric)
        return [kind(self, metrics) for kind, metrics in parts.values()]

    def _kind(self, metric: Metric) -> str:
        if metric.verb == "users":
            return "word"
        state = kept(metric)
        if state is None:
            return "day"
        return "queue" if state.kind == "turn" and state.key_sql is None else state.kind

    def within(self, number: int) -> str:
        """SQL of whether a row of state that has its instant lies in a window."""
        whole = self.windows[number].whole
        return f"s.day >= b.first_{number}" if whole else f"s.occurred >= b.lo_{number}"

    def _bounds_sql(self) -> str:
        """`lo` is the instant, `first` the first whole day, `begin` the day of which a part counts, if any.

        `block`, `mask` say the same of activity words; `last_block`, `last_mask` end at yesterday.
        """
        columns, ends = [], []
        for i, one in enumerate(self.windows):
            columns.append(f"{one.day} as day_{i}")
            if one.whole:
                ends.append(f"day_{i} as first_{i}")
            else:
                columns.append(f"{one.start} as lo_{i}")
                columns.append(f"{one.partial} as part_{i}")
                ends.append(f"day_{i} + part_{i}::int as first_{i}")
                ends.append(f"case when part_{i} and day_{i} < _day then day_{i} end as begin_{i}")
        begun = f"select _key, _account, _at, _day, {', '.join(columns)} from {self.asked}"
        starts = f"select *, {', '.join(ends)} from ({begun})"
        if not any(metric.verb in {"users", "distinct"} for metric in self.metrics):
            return starts
        masks = [
            f"{block(f'first_{i}')} as block_{i}, {_onwards(f'first_{i}')} as mask_{i}"
            for i in range(len(self.windows))
        ]
        return (
            f"select *, {block('(_day - 1)')} as last_block, {_upto('(_day - 1)')} as last_mask, {', '.join(masks)} "
            f"from ({starts})"
        )

    def _edges_sql(self) -> str:
        names = names_of([metric for metric in self.metrics if metric.verb != "open"])
        only = "" if names is None else f"where name in ({texts(sorted(names))})"
        event = (
            "e.app_user, n.name as called, e.name, e.occurred, e.received, e.message_id, e.day, e.times, "
            "e.properties, e.source, e.kind"
        )
        inside = [
            f"{f'e.day >= b.first_{i}' if one.whole else f'e.occurred >= b.lo_{i}'} as in_{i}"
            for i, one in enumerate(self.windows)
        ]
        named = f"join (select id, name from event_name {only}) n on n.id = e.name"
        running = (
            f"select b._key, {RUNNING} as part, {', '.join(inside)}, {event} from {self.bounds} b "
            f"join event e on e.account = b._account and e.day = b._day {named} where e.occurred <= b._at"
        )
        begins = " union all ".join(
            f"select _key, _account, _at, {i} as part, lo_{i} as lo, begin_{i} as begin from {self.bounds} "
            f"where begin_{i} is not null"
            for i, one in enumerate(self.windows)
            if not one.whole
        )
        if not begins:
            return running
        only_there = ", ".join(f"b.part = {i} as in_{i}" for i in range(len(self.windows)))
        return (
            f"{running} union all select b._key, b.part, {only_there}, {event} from ({begins}) b "
            f"join event e on e.account = b._account and e.day = b.begin {named} "
            f"where e.occurred >= b.lo and e.occurred <= b._at"
        )


def _bit(day: str) -> str:
    return f"({day} - 64 * {block(day)})"


def _onwards(day: str) -> str:
    """The bits of the day and of all later ones of its block."""
    return f"case when {_bit(day)} = 63 then {SIGN} else -(1::bigint << least({_bit(day)}, 62)) end"


def _upto(day: str) -> str:
    """The bits of the day and of all earlier ones of its block."""
    return (
        f"case {_bit(day)} when 63 then -1 when 62 then {_ALL} "
        f"else (1::bigint << (least({_bit(day)}, 61) + 1)) - 1 end"
    )
