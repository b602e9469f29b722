"""Full passes to compare: what is read of every account, by whichever DuckDB runs this, or by an engine beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copyfile
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aloft.engagement.load import load
from aloft.engagement.model import Model
from aloft.facts.keep import keep
from aloft.facts.store import FactStore
from aloft.measures.frame import Frames
from aloft.measures.metrics import definitions
from aloft.measures.program import compile_model
from aloft.measures.spark.evaluation import verdicts
from aloft.measures.tables import set_up
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

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
APART = 6
"""Of so many parts of all shapes each has every verb, over some of the windows."""
Rows = dict[tuple[str, str | None], dict[str, Any]]
Company = tuple[FactStore, Model, datetime]

PLACED = """insert into decided_position select i, 'ongoing', timestamp '2026-03-01', 1, 'tier_1',
  timestamp '2026-03-01', null, ['high'] from range(3, 61, 3) t(i)"""


def rows(table: Any) -> Rows:
    """By account and relationship; instants as naive UTC, as DuckDB has them."""
    found = [{name: _naive(value) for name, value in row.items()} for row in table.to_pylist()]
    return {(row["account"], row["relationship"]): row for row in found}


def _naive(value: Any) -> Any:
    return (
        value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
    )


def by_duckdb(
    store: FactStore, model: Model, at: datetime, behind: Mapping[str, datetime] = MappingProxyType({})
) -> pa.Table:
    program = compile_model(model)
    keep(store, program.kept)
    frames = Frames(store.connection, model, store.home_zone, behind=behind)
    frames.ask_all(at)
    frames.build()
    columns = [name for name, *_ in store.run("describe frame")]
    return store.connection.execute(verdicts(program, columns)).to_arrow_table()


def assert_same(ours: Rows, theirs: Rows) -> None:
    assert ours.keys() == theirs.keys()
    apart = {
        (*key, name): (value, theirs[key][name])
        for key, row in ours.items()
        for name, value in row.items()
        if value != theirs[key][name]
    }
    assert apart == {}, apart


@contextmanager
def a_company(accounts: int, events: int) -> Iterator[Company]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
        from made.company import NOW, company, model

        with company(accounts, events) as store:
            yield store, model(), NOW


def place(store: FactStore) -> None:
    """A third of sixty accounts is somewhere already; what was decided lies in temporary tables."""
    set_up(store.connection, store.home_zone)
    store.run(PLACED)


def with_rules(model: Model) -> Model:
    """With the metrics too that the rules of the example rest on."""
    example = load(EXAMPLE.read_text(), "model.yaml")
    return replace(
        model, metrics={**example.metrics, **model.metrics}, fields={**example.fields, **model.fields}
    )


@dataclass(frozen=True)
class Case:
    """Random logs, of which a part of all shapes is read at a minute after their start."""

    several: list[Log]
    part: int
    minutes: int


@cache
def cases() -> list[Case]:
    """One for each part; in one process always the same."""
    found: list[Case] = []

    @settings(
        max_examples=APART, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(st.lists(logs(), min_size=8, max_size=8), st.integers(0, (DAYS + 10) * 24 * 60))
    def draw(several: list[Log], minutes: int) -> None:
        found.append(Case(several, len(found), minutes))

    draw()
    return found


def of_case(case: Case) -> tuple[Model, datetime]:
    model = with_rules(model_of([FIRST_EXPORT, *every_shape()[case.part :: APART]]))
    return model, START + timedelta(minutes=case.minutes)


def write(folder: Path, several: Sequence[Case]) -> None:
    """Some companies, each as a fact store and what was read of it: of the benchmark model, and of every kind of metric
    over random logs."""
    with a_company(60, 4_000) as (store, model, at):
        place(store)
        _put_down(store, by_duckdb(store, model, at), folder / "company")
    for case in several:
        name, (model, at) = f"logs-{case.part}", of_case(case)
        with FactStore.open(folder / f"{name}.drained", home_zone="UTC", threads=1) as store:
            fill(store, told(case.several), 1, 0, definitions(model.metrics.values()))
            _put_down(store, by_duckdb(store, model, at), folder / name)


def _put_down(store: FactStore, table: pa.Table, to: Path) -> None:
    store.run("checkpoint")
    (path,) = store.run("select path from duckdb_databases() where database_name = current_database()")[0]
    copyfile(path, to.with_suffix(".duckdb"))
    pq.write_table(table, to.with_suffix(".parquet"))
