"""The metrics of the benchmark model as one would write them by hand: over all raw events, in one go.

Once in one statement of DuckDB, once in polars. Left out are a window that begins with something of the account, and
what is open, or latest. Both give a table with `_key`, an account, and a column for each metric.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from aloft.engagement.model import Metric
from aloft.engagement.render import render
from aloft.facts.store import FactStore
from aloft.measures.metrics import kept
from made.company import FIRST

if TYPE_CHECKING:
    import polars as pl

TODAY = FIRST + 179
INSTANTS = ("first", "last")
VERBS = ("count", "users", "days", *INSTANTS, "sum")


def written(metrics: Mapping[str, Metric]) -> Iterator[Metric]:
    return (metric for metric in metrics.values() if metric.verb in VERBS and metric.since is None)


def statement(metrics: Mapping[str, Metric]) -> str:
    columns = ", ".join(_column(metric) for metric in written(metrics))
    return (
        f"select a.id as _key, {columns} from account a left join event e on e.account = a.id "
        "left join event_name n on n.id = e.name group by a.id"
    )


def _column(metric: Metric) -> str:
    tests = [f"e.day > {TODAY - metric.over.number}"] if metric.over else []
    if metric.events:
        names = ", ".join(f"'{name}'" for name in metric.events)
        tests.append(f"n.name in ({names})")
    state = kept(metric)
    tests += [state.where_sql] if state and state.where_sql else []
    number = f"try_cast(json_extract_string(properties, '$.{metric.property}') as double)"
    aggregate = {
        "count": "count(*)", "users": "count(distinct app_user)", "days": "count(distinct day)",
        "first": "min(occurred)", "last": "max(occurred)", "sum": f"sum({number})",
    }[metric.verb]  # fmt: skip
    where = f" filter (where {' and '.join(tests)})" if tests else ""
    zero = aggregate + where if metric.verb in INSTANTS else f"coalesce({aggregate}{where}, 0)"
    return f'{zero} as "{metric.name}"'


def events(store: FactStore) -> pa.Table:
    """What polars reads: all events in memory, as columns."""
    return store.connection.execute(
        "select e.account, n.name, e.app_user, e.occurred, e.day, e.properties from event e "
        "join event_name n on n.id = e.name"
    ).to_arrow_table()


def in_polars(log: pa.Table, accounts: int, metrics: Mapping[str, Metric]) -> pa.Table:
    import polars as pl

    kinds = pl.Struct({"rows": pl.Float64, "format": pl.String, "priority": pl.String, "kind": pl.String})
    found = (
        pl.DataFrame(log)
        .lazy()
        .with_columns(pl.col("name").cast(pl.Categorical))
        .with_columns(pl.col("properties").str.json_decode(kinds).struct.unnest())
        .group_by("account")
        .agg(_expression(metric) for metric in written(metrics))
    )
    everybody = pl.LazyFrame({"account": range(1, accounts + 1)}, schema={"account": pl.Int32})
    totals = [metric.name for metric in written(metrics) if metric.verb not in INSTANTS]
    joined = everybody.join(found, on="account", how="left").with_columns(pl.col(*totals).fill_null(0))
    return joined.rename({"account": "_key"}).collect().to_arrow()


def _expression(metric: Metric) -> pl.Expr:
    import polars as pl

    tests = [pl.col("day") > TODAY - metric.over.number] if metric.over else []
    tests += [pl.col("name").is_in(list(metric.events))] if metric.events else []
    tests += [pl.sql_expr(render(metric.where.expression))] if metric.where else []
    column, reduced = {
        "count": ("day", pl.Expr.len), "users": ("app_user", pl.Expr.n_unique), "days": ("day", pl.Expr.n_unique),
        "first": ("occurred", pl.Expr.min), "last": ("occurred", pl.Expr.max), "sum": (metric.property, pl.Expr.sum),
    }[metric.verb]  # fmt: skip
    rows = pl.col(str(column))
    return reduced(rows.filter(*tests) if tests else rows).alias(metric.name)
