"""The queries of what is told apart, users and values of a property: which were there, not how often."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator

from aloft.engagement.model import Metric
from aloft.facts.state import KNOWN_USERS
from aloft.measures.gathered import Query
from aloft.measures.groups import Group, column_of, filter_of
from aloft.measures.told_apart import NOBODY, Distinct


class _Words(Group):
    """Things that are told apart, from the words of the days on which they were there.

    In which of the windows a thing was is a number with a bit for each.
    """

    thing: str
    has_over = True

    def sql(self) -> str:
        return self._counted(self.rows())

    def over(self) -> str:
        thing = f"{{thing: {self.thing}, there: there{', digest: digest' if self.several else ''}}}"
        return f"select _key, list({thing}) as things from ({self._seen(self.days())}) group by _key"

    def with_over(self, over: str) -> str:
        digest = ", digest" if self.several else ""
        things = f"(select _key, unnest(things, max_depth := 2) from {over})"
        return self._counted(
            [f"select _key, thing as {self.thing}, there{digest} from {things}", *self.events_at_edges()]
        )

    def _counted(self, rows: Iterable[str]) -> str:
        values = ", ".join(f"{self.value(metric)} as {column_of(metric)}" for metric in self.metrics)
        return f"select _key, {values} from ({self._seen(rows)}) group by _key"

    def _seen(self, rows: Iterable[str]) -> str:
        """Each thing once, and in which of the windows."""
        each = f"_key, {self.thing}{', digest' if self.several else ''}"
        return f"select {each}, bit_or(there) as there from ({' union all '.join(rows)}) group by {each}"

    def rows(self) -> Iterator[str]:
        """Queries of what was there, by key and thing: `there`, and `digest` where there are several."""
        yield from self.days()
        yield from self.events_at_edges()

    @abstractmethod
    def days(self) -> Iterator[str]:
        """Those of the days that are over."""

    @abstractmethod
    def events_at_edges(self) -> Iterator[str]:
        """Those of events at the edges."""

    def value(self, metric: Metric) -> str:
        return f"count(*){self.counts(metric)}"

    def counts(self, metric: Metric) -> str:
        return filter_of([*self.whose(metric), f"(there & {self.bit(self.number(metric))}) <> 0"])

    def words(self, table: str, digest: str, which: str) -> str:
        """Rows of state: what lies within a window and before today."""
        bound = self.all.bound
        word = f"s.word & case when s.block = {bound('last_block')} then {bound('last_mask')} else -1 end"

        def seen(i: int) -> str:
            first = bound(f"block_{i}")
            mask = f"case when s.block = {first} then {bound(f'mask_{i}')} else -1 end"
            return f"s.block >= {first} and ({word} & {mask}) <> 0"

        return (
            f"select {self.all.key} as _key, s.{self.thing}, {self.there(seen)} as there{self.digest(digest)} "
            f"from {self.all.rows_of(table)} "
            f"where s.block <= {bound('last_block')} and s.block >= {self.earliest('block')} {which}"
        )


class Users(_Words):
    """Distinct users: unknown where pre-aggregated counts say nothing of who."""

    kind = "word"
    thing = "app_user"
    may_be_unknown = True

    def days(self) -> Iterator[str]:
        if self.events:
            yield self.words("user_word", "null::bigint", "")
        if self.definitions:
            yield self.words("kept_word", "s.digest", f"and {self.own()}")

    def events_at_edges(self) -> Iterator[str]:
        edges = f"{self.there()} as there{{}} from {self.all.edges} where {{}} and {KNOWN_USERS}"
        if any(self.counted_at_edges(names) for names in self.events):
            yield f"select _key, app_user, {edges.format(self.digest('null'), self.at_any_edge)}"
        for one in self.at_edges_too:
            yield f"select _key, app_user, {edges.format(self.digest(str(one.digest)), self.at_edge(one))}"

    def gathered(self, present: str) -> Query:
        if self.several:
            return super().gathered(present)
        thing = f"_key::bigint << 32 | coalesce(app_user, {NOBODY})"
        rows = " union all ".join(self.rows())
        return Distinct(f"select {thing} as thing, there from ({rows})", self.bits, present)

    def value(self, metric: Metric) -> str:
        which = self.counts(metric)
        return f"case when bool_or(app_user is null){which} then null else count(*){which} end"


class Values(_Words):
    """Distinct values of a property."""

    kind = "value"
    thing = "value"

    def days(self) -> Iterator[str]:
        yield self.words("kept_value", "s.digest", f"and {self.own()}")

    def events_at_edges(self) -> Iterator[str]:
        for one in self.at_edges_too:
            yield (
                f"select _key, {one.property_sql} as value, {self.there()} as there{self.digest(str(one.digest))} "
                f"from {self.all.edges} where {self.at_edge(one)} and {one.property_sql} is not null"
            )
