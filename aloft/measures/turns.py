"""The queries that give a column for each metric of what is open: opened, and not closed since."""

from __future__ import annotations

from aloft.engagement.model import Metric
from aloft.measures.gathered import Query
from aloft.measures.groups import Group, column_of
from aloft.measures.metrics import kept
from aloft.measures.told_apart import Unclosed


class Turns(Group):
    """What was opened and not closed since, told apart by a key: the state knows every instant.

    Of one instant, closing comes last. What lies before a window closes nothing that was opened within it.
    """

    kind = "turn"
    at_edges = False
    has_over = True

    def sql(self) -> str:
        some = f"and {self._in_any_window}"
        return self._counted(f"{self._opened()} {some}", f"{self._closed()} {some}")

    def over(self) -> str:
        """What was open at the end of yesterday, whenever it was opened: nothing that was closed by then matters."""
        bound = f"and s.day < {self.all.bound('_day')}"
        thing = f"{{thing: thing, day: day, occurred: occurred{', digest: digest' if self.several else ''}}}"
        left = self._unclosed(f"{self._opened(inside=', s.day')} {bound}", f"{self._closed()} {bound}")
        return f"select _key, list({thing}) as things from {left} group by _key"

    def with_over(self, over: str) -> str:
        today = f"and s.day >= {self.all.bound('_day')}"
        things = f"(select _key as account, unnest(things, max_depth := 2) from {over})"
        before = (
            f"select b._key, s.thing, s.occurred{self.digest('s.digest')}{self.inside(self.all.within)} "
            f"from {self.all.bounds} b join {things} s on s.account = b._key where {self._in_any_window}"
        )
        since = f"{self._opened()} and {self._in_any_window} {today}"
        return self._counted(f"{before} union all {since}", f"{self._closed()} {today}")

    def _counted(self, opened: str, closed: str) -> str:
        values = ", ".join(
            f"count(distinct thing){self.counts(metric)} as {column_of(metric)}" for metric in self.metrics
        )
        return f"select _key, {values} from {self._unclosed(opened, closed)} group by _key"

    def _unclosed(self, opened: str, closed: str) -> str:
        digest = " and c.digest = o.digest" if self.several else ""
        return (
            f"({opened}) o anti join ({closed}) c "
            f"on c._key = o._key and c.thing = o.thing{digest} and c.occurred >= o.occurred"
        )

    def gathered(self, present: str) -> Query:
        if self.several:
            return super().gathered(present)
        query = (
            f"select {self.all.key} as account, s.key as thing, epoch_us(s.occurred) as occurred, "
            f"s.opens > 0 as opens, s.closes > 0 as closes, {self.there(self.all.within)} as there "
            f"from {self.all.rows_of('kept_turn')} where {self.own()} "
            f"and s.occurred <= {self.all.bound('_at')} and {self._in_any_window}"
        )
        return Unclosed(query, self.bits, present)

    def _opened(self, inside: str | None = None) -> str:
        return self._rows("opens", self.inside(self.all.within) if inside is None else inside)

    def _closed(self) -> str:
        return self._rows("closes")

    def _rows(self, which: str, inside: str = "") -> str:
        return (
            f"select {self.all.key} as _key, s.key as thing, s.occurred{self.digest('s.digest')}{inside} "
            f"from {self.all.rows_of('kept_turn')} where {self.own()} "
            f"and s.occurred <= {self.all.bound('_at')} and s.{which} > 0"
        )

    @property
    def _in_any_window(self) -> str:
        return f"({' or '.join(self.all.within(i) for i in self.windows)})"


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
            f"select {self.all.key} as _key, s.occurred, sum(s.opens - s.closes) as step "
            f"from {self.all.rows_of('kept_turn')} where s.digest = {state.digest} "
            f"and s.occurred <= {self.all.bound('_at')} and {self.all.within(self.number(metric))} "
            f"group by {self.all.key}, s.occurred"
        )
        sums = (
            f"select _key, step, sum(step) over (partition by _key order by occurred) as level from ({steps})"
        )
        return (
            f"select _key, {i} as metric, (sum(step) - least(min(level), 0))::bigint as value "
            f"from ({sums}) group by _key"
        )
