"""Spark tells of every account what DuckDB tells, value for value: the full pass of a model over an export.

Beside Sail, which is what `make test-spark` runs, it holds on PySpark: `ALOFT_SPARK=local[2]` where that is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aloft.engagement.load import load
from aloft.engagement.model import Model
from aloft.engine.warehouse import relations
from aloft.facts.keep import keep
from aloft.facts.store import FactStore
from aloft.facts.warehouse import export
from aloft.measures.frame import Frames, set_up
from aloft.measures.metrics import definitions
from aloft.measures.program import compile_model
from aloft.measures.spark.connection import SparkConnection
from aloft.measures.spark.evaluation import evaluate, opened, verdicts
from aloft.revenue.standing import Standing
from tests.engine.world import EXAMPLE
from tests.measures.test_metrics import (
    DAYS,
    FIRST_EXPORT,
    START,
    Log,
    every_shape,
    fill,
    logs,
    model_of,
    told,
)

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
APART = 6
Rows = dict[tuple[str, str | None], dict[str, Any]]


def rows(table: Any) -> Rows:
    """By account and relationship; instants as naive UTC, as DuckDB has them."""
    found = [{name: _naive(value) for name, value in row.items()} for row in table.to_pylist()]
    return {(row["account"], row["relationship"]): row for row in found}


def _naive(value: Any) -> Any:
    return (
        value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
    )


def by_duckdb(store: FactStore, model: Model, at: datetime) -> Rows:
    program = compile_model(model)
    keep(store, program.kept)
    frames = Frames(store.connection, model, store.home_zone)
    frames.ask_all(at)
    frames.build()
    columns = [name for name, *_ in store.run("describe frame")]
    return rows(store.connection.execute(verdicts(program, columns)).to_arrow_table())


def by_spark(session: Any, store: FactStore, model: Model, at: datetime, folder: Path) -> Rows:
    set_up(store.connection, store.home_zone)
    Standing(store.connection).refresh()
    export(store, folder / "warehouse", at, relations())
    connection, manifest = opened(session, folder / "warehouse", folder / "scratch")
    return rows(evaluate(connection, manifest, model, at).toArrow())


def assert_same(ours: Rows, theirs: Rows) -> None:
    assert ours.keys() == theirs.keys()
    for key, row in ours.items():
        assert {
            name: (value, theirs[key][name]) for name, value in row.items() if value != theirs[key][name]
        } == {}


@contextmanager
def a_company(accounts: int, events: int) -> Iterator[tuple[FactStore, Model, datetime]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
        from made.company import NOW, company, model

        with company(accounts, events) as store:
            yield store, model(), NOW


@pytest.mark.slow
def test_of_the_benchmark_model_every_name_and_rule_says_the_same(session: Any, tmp_path: Path) -> None:
    with a_company(60, 4_000) as (store, model, at):
        set_up(store.connection, store.home_zone)
        store.run(
            """insert into decided_position select i, 'ongoing', timestamp '2026-03-01', 1, 'tier_1',
              timestamp '2026-03-01', null, ['high'] from range(3, 61, 3) t(i)"""
        )
        ours = by_duckdb(store, model, at)
        assert len(ours) == 60
        assert {row["phase"] for row in ours.values()} == {None, "ongoing"}
        assert any(row[name] for row in ours.values() for name in row if name.startswith("meets."))
        assert_same(ours, by_spark(session, store, model, at, tmp_path))


def with_rules(model: Model) -> Model:
    """With the metrics too that the rules of the example rest on."""
    example = load(EXAMPLE.read_text(), "model.yaml")
    return replace(
        model, metrics={**example.metrics, **model.metrics}, fields={**example.fields, **model.fields}
    )


@pytest.mark.slow
@settings(
    max_examples=2, derandomize=True, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    several=st.lists(logs(), min_size=8, max_size=8),
    first=st.integers(0, APART - 1),
    minutes=st.integers(0, (DAYS + 10) * 24 * 60),
)
def test_every_kind_of_metric_says_the_same_of_random_logs(
    session: Any, tmp_path_factory: pytest.TempPathFactory, several: list[Log], first: int, minutes: int
) -> None:
    """Of a part of all shapes, in which each verb is over several windows."""
    model, at = (
        with_rules(model_of([FIRST_EXPORT, *every_shape()[first::APART]])),
        START + timedelta(minutes=minutes),
    )
    with FactStore.open(":memory:", home_zone="UTC", threads=1) as store:
        fill(store, told(several), 1, 0, definitions(model.metrics.values()))
        theirs = by_spark(session, store, model, at, tmp_path_factory.mktemp("conformance"))
        assert_same(by_duckdb(store, model, at), theirs)


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
