"""The few statements that read many metrics at once: days that are over from state, the days at the edges from
raw events, put together row by row before anything is summed.

`bounds` says for each question where every window begins. `edges` holds the raw events of the running day, and
of the day in which a window begins where that is a part of a day. Then each group of metrics has a table with a
column for each. A key without rows is absent: the frame starts from the questions.

Of few questions, metrics of one kind are one group: what takes long is to plan statements. Of many it is
to read rows: so only those metrics are together that read the same ones, and where the windows of all questions
are the same ones they are constants (`measures.at_once`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from aloft.engagement.model import Metric
from aloft.facts.days import SIGN, block
from aloft.measures.gathered import Stage
from aloft.measures.groups import Days, Group, Latest, column_of, texts
from aloft.measures.metrics import kept, names_of
from aloft.measures.things import Users, Values
from aloft.measures.turns import Queues, Turns
from aloft.measures.windows import Window, window

NamesIn = Callable[[str], frozenset[str]]
"""The names of the events in a table of edges."""

RUNNING = -1  # in `edges.part`; else the number of the window that begins on the event's day
_ALL = 9223372036854775807


@dataclass(frozen=True)
class Column:
    """Where the value of a metric is found once the stages are made.

    `present` says whether anything was read for it; it is empty where a missing value says the same. The rows of the
    table stand beside those of the questions, in their order, or are found by their keys.
    """

    metric: Metric
    table: str
    column: str
    present: str = ""
    beside: bool = False


class Statements:
    """The stages that read `metrics`, none of which counts since another of them, for the rows of `asked`."""

    key = "b._key"
    beside = False
    """Whether the rows of its tables stand beside the questions."""

    def __init__(self, metrics: Sequence[Metric], asked: str, suffix: str = "", on: str = "") -> None:
        """`on`: SQL that narrows the events of the running day, where that is the same one for all."""
        self.metrics = metrics
        self._on = on
        self.asked = asked
        self.suffix = suffix
        self.bounds, self.edges = f"bounds{suffix}", f"edges{suffix}"

    @cached_property
    def windows(self) -> list[Window]:
        return list(dict.fromkeys(window(metric) for metric in self.metrics))

    def rows_of(self, table: str) -> str:
        """SQL of a table of state as `s`, with the bounds of each question that asks for its rows."""
        return f"{self.bounds} b join {table} s on s.account = b._account"

    def bound(self, name: str) -> str:
        """SQL of a bound of a question, beside a row of state."""
        return f"b.{name}"

    def least(self, bounds: Sequence[str]) -> str:
        spelled = ", ".join(map(self.bound, bounds))
        return f"least({spelled})" if len(bounds) > 1 else spelled

    def numbers_of(self, names: Sequence[str]) -> str | None:
        """SQL of the numbers of these events, as a list, where they are known."""
        return None

    def short(self, number: int) -> str | None:
        """The first day of a window that is known to have less than 64."""
        return None

    def stages(self, *, many: bool = False, names_in: NamesIn | None = None) -> Iterator[Stage]:
        """`names_in` is asked once the edges are made, for stages are taken one by one."""
        if not self.metrics:
            return
        happened = None
        yield from self.begin()
        if any(group.at_edges for group in self._groups(many)):
            yield self.edges, self._edges_sql()
            happened = names_in(self.edges) if names_in else None
        yield from self._counted(self._groups(many, happened))

    def columns(self, *, many: bool = False) -> Iterator[Column]:
        for i, group in enumerate(self._groups(many)):
            present = self._present(i) if group.may_be_unknown else ""
            for metric in group.metrics:
                yield Column(metric, self._table(i), column_of(metric), present, self.beside)

    def _table(self, number: int) -> str:
        return f"counted_{number}{self.suffix}"

    def _present(self, number: int) -> str:
        """SQL of whether anything was read for the metrics of a group."""
        return f"{self._table(number)}._key is not null"

    def _counted(self, groups: Sequence[Group]) -> Iterator[Stage]:
        for i, group in enumerate(groups):
            yield self._table(i), group.sql()

    def _groups(self, many: bool, happened: frozenset[str] | None = None) -> list[Group]:
        parts: dict[Hashable, tuple[type[Group], list[Metric]]] = {}
        for kind in (Days, Users, Values, Latest, Turns, Queues):
            metrics = [metric for metric in self.metrics if self._kind(metric) == kind.kind]
            for metric in metrics:
                alike = kind.alike(metric) if many else None
                parts.setdefault((kind, alike), (kind, []))[1].append(metric)
        return [kind(self, metrics, happened) for kind, metrics in parts.values()]

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
        begins = self.bound(f"first_{number}" if whole else f"lo_{number}")
        return f"s.day >= {begins}" if whole else f"s.occurred >= {begins}"

    def begin(self) -> Iterator[Stage]:
        yield self.bounds, self.bounds_sql()

    def bounds_sql(self) -> str:
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
        inside = [
            f"{f'e.day >= b.first_{i}' if one.whole else f'e.occurred >= b.lo_{i}'} as in_{i}"
            for i, one in enumerate(self.windows)
        ]
        running = (
            f"select b._key, {RUNNING} as part, {', '.join(inside)}, {EVENT} from {self.bounds} b "
            f"join event e on e.account = b._account and e.day = b._day {self.named} "
            f"where e.occurred <= b._at {self._on}"
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
            f"{running} union all select b._key, b.part, {only_there}, {EVENT} from ({begins}) b "
            f"join event e on e.account = b._account and e.day = b.begin {self.named} "
            f"where e.occurred >= b.lo and e.occurred <= b._at"
        )

    @property
    def named(self) -> str:
        """The join of events to those of their names that are read at the edges."""
        names = names_of([metric for metric in self.metrics if metric.verb != "open"])
        only = "" if names is None else f"where name in ({texts(sorted(names))})"
        return f"join (select id, name from event_name {only}) n on n.id = e.name"


EVENT = (
    "e.app_user, n.name as called, e.name, e.occurred, e.received, e.message_id, e.day, e.times, e.properties, "
    "e.source, e.kind"
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
