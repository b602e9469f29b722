"""The values of metrics as columns beside the rows of questions, `f`, whichever tables they were read into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from aloft.engagement.model import Metric
from aloft.facts.completeness import sources_of
from aloft.measures.metrics import TOTALS
from aloft.measures.question import naive
from aloft.measures.statements import Column
from aloft.measures.windows import window
from aloft.measures.working import UNITS, windows_from


class Values:
    """`behind`: sources that are late, each with its mark. `forgotten`: metrics that read what is no longer known up to
    a day."""

    def __init__(
        self,
        sources: Mapping[str, Sequence[str]],
        behind: Mapping[str, datetime],
        forgotten: Mapping[str, int],
    ) -> None:
        self._sources = sources
        self._behind = behind
        self._forgotten = forgotten

    def of(self, columns: Iterable[Column]) -> str:
        """SQL of them, each after a comma."""
        return "".join(f", {self._known(one.metric, _value(one))} as {one.column}" for one in columns)

    def _known(self, metric: Metric, value: str) -> str:
        """Unknown beyond the mark of a source that is behind, and over days of which it is no longer known."""
        if metric.name in self._forgotten:
            value = f"case when {window(metric).day} > {self._forgotten[metric.name]} then {value} end"
        sources = sources_of(metric.events, self._sources)
        marks = [naive(mark) for source, mark in self._behind.items() if source in sources]
        return f"case when f._at <= timestamp '{min(marks)}' then {value} end" if marks else value  # type: ignore[type-var]


def joins(columns: Iterable[Column]) -> str:
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
