"""Spark tells of every account what DuckDB tells, value for value: the full pass of a model over an export.

Beside Sail, which is what `make test-spark` runs, it holds on PySpark: `ALOFT_SPARK=local[2]` where that is installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from aloft.engagement.model import Model
from aloft.engine.warehouse import relations
from aloft.facts.store import FactStore
from aloft.facts.warehouse import export
from aloft.measures.metrics import definitions
from aloft.measures.spark.connection import SparkConnection
from aloft.measures.spark.evaluation import evaluate, opened
from aloft.measures.tables import set_up
from aloft.revenue.standing import Standing
from tests.measures.passes import Rows, a_company, assert_same, by_duckdb, cases, of_case, place, rows
from tests.measures.test_metrics import fill, told


def by_spark(
    session: Any,
    store: FactStore,
    model: Model,
    at: datetime,
    folder: Path,
    behind: Mapping[str, datetime] = MappingProxyType({}),
) -> Rows:
    set_up(store.connection, store.home_zone)
    Standing(store.connection).refresh()
    export(store, folder / "warehouse", at, relations(behind))
    connection, manifest = opened(session, folder / "warehouse", folder / "scratch")
    return rows(evaluate(connection, manifest, model, at).toArrow())


@pytest.mark.slow
def test_of_the_benchmark_model_every_name_and_rule_says_the_same(session: Any, tmp_path: Path) -> None:
    with a_company(60, 4_000) as (store, model, at):
        place(store)
        ours = rows(by_duckdb(store, model, at))
        assert len(ours) == 60
        assert {row["phase"] for row in ours.values()} == {None, "ongoing"}
        assert any(row[name] for row in ours.values() for name in row if name.startswith("meets."))
        assert_same(ours, by_spark(session, store, model, at, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_every_kind_of_metric_says_the_same_of_random_logs(session: Any, tmp_path: Path, part: int) -> None:
    """Of a part of all shapes, in which each verb is over several windows."""
    case = cases()[part]
    model, at = of_case(case)
    with FactStore.open(":memory:", home_zone="UTC", threads=1) as store:
        fill(store, told(case.several), 1, 0, definitions(model.metrics.values()))
        theirs = by_spark(session, store, model, at, tmp_path)
        assert_same(rows(by_duckdb(store, model, at)), theirs)


@pytest.mark.slow
def test_what_rests_on_a_source_that_is_late_is_unknown_to_both(session: Any, tmp_path: Path) -> None:
    with a_company(60, 4_000) as (store, model, at):
        behind = {"product": at - timedelta(days=10)}
        ours = rows(by_duckdb(store, model, at, behind))
        assert {row["sign_ins_28d"] for row in ours.values()} == {None}
        assert_same(ours, by_spark(session, store, model, at, tmp_path, behind))


ZONES = {
    "Europe/Berlin": date(2026, 3, 29),
    "America/Havana": date(2026, 3, 8),  # clocks go forth at midnight
    "America/Santiago": date(2026, 9, 6),
    "Asia/Tehran": date(2021, 3, 22),
    "Pacific/Apia": date(2011, 12, 30),  # a day that never was
    "Asia/Kathmandu": date(2026, 1, 1),
}


def test_days_begin_and_instants_fall_where_duckdb_says(session: Any, tmp_path: Path) -> None:
    queries = [
        f"select '{zone}' as zone, timestamp '{at}' as instant, aloft_local(timestamp '{at}', '{zone}') as here, "
        f"aloft_day(timestamp '{at}', '{zone}') as day, aloft_instant(date '{at:%Y-%m-%d}', '{zone}') as begins"
        for zone, day in ZONES.items()
        for at in (datetime.combine(day, time()) + timedelta(hours=hour) for hour in range(-24, 49, 6))
    ]
    query = f"select * from ({' union all '.join(queries)}) order by zone, 2"
    with FactStore.open(":memory:") as store:
        set_up(store.connection, "UTC")
        ours = store.run(query)
    connection = SparkConnection(session, tmp_path)
    assert connection.execute(query).fetchall() == ours
