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

    def sql(self) -> str:
        values = ", ".join(
            f"count(distinct thing){self.counts(metric)} as {column_of(metric)}" for metric in self.metrics
        )
        digest = " and c.digest = o.digest" if self.several else ""
        return (
            f"select _key, {values} from ({self._rows('opens', self.inside(self.all.within))}) o "
            f"anti join ({self._rows('closes')}) c "
            f"on c._key = o._key and c.thing = o.thing{digest} and c.occurred >= o.occurred group by _key"
        )

    def gathered(self, present: str) -> Query:
        if self.several:
            return super().gathered(present)
        query = (
            f"select {self.all.key} as account, s.key as thing, epoch_us(s.occurred) as occurred, "
            f"s.opens > 0 as opens, s.closes > 0 as closes, {self.there(self.all.within)} as there {self._those()}"
        )
        return Unclosed(query, self.bits, present)

    def _rows(self, which: str, inside: str = "") -> str:
        return (
            f"select {self.all.key} as _key, s.key as thing, s.occurred{self.digest('s.digest')}{inside} "
            f"{self._those()} and s.{which} > 0"
        )

    def _those(self) -> str:
        some = " or ".join(self.all.within(i) for i in self.windows)
        return (
            f"from {self.all.rows_of('kept_turn')} where {self.own()} "
            f"and s.occurred <= {self.all.bound('_at')} and ({some})"
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
