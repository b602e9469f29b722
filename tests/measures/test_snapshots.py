"""The statements of a model with every verb, of few questions and of many, spelled for DuckDB; for Spark, which puts
any number of questions as if they were few, the first.

After a change that is meant: `ALOFT_SNAPSHOTS=write python -m pytest tests/measures/test_snapshots.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlglot

from aloft.engagement.load import load
from aloft.engagement.model import Metric
from aloft.measures.at_once import AtOnce
from aloft.measures.gathered import Gather, Stage
from aloft.measures.metrics import metrics_read, rounds
from aloft.measures.spark.spelling import spelled
from aloft.measures.statements import Statements
from aloft.measures.windows import window

HERE = Path(__file__).parent / "snapshots"
BENCHMARK = Path(__file__).parents[2] / "benchmarks/model.yaml"


class _Bounds(dict[str, object]):
    """Whatever is asked for, in the order in which it is: 20454, 20455 and so on."""

    def __missing__(self, name: str) -> object:
        instant = datetime.fromisoformat("2026-01-01")
        self[name] = instant if name == "_at" or name.startswith("lo_") else 20454 + len(self)
        return self[name]


class _Events(dict[str, int]):
    def __missing__(self, name: str) -> int:
        self[name] = len(self) + 1
        return self[name]

    def __contains__(self, _name: object) -> bool:
        return True


def stages(metrics: list[Metric], number: int, *, many: bool) -> Iterator[Stage]:
    named, suffix = f"placed_{number}" if number else "placed", f"_{number}" if number else ""
    if not many:
        yield from Statements(metrics, named, suffix).stages()
        return
    alike = [metric for metric in metrics if not window(metric).own]
    yield from AtOnce(alike, named, _Bounds(), _Events(), suffix=suffix).stages(many=True)
    rest = [metric for metric in metrics if window(metric).own]
    yield from Statements(rest, named, suffix).stages(many=True)


def queries(source: str | Gather) -> list[str]:
    parts = source.queries if isinstance(source, Gather) else [source]
    return [part if isinstance(part, str) else part.query for part in parts]


def in_dialect(dialect: str, sql: str) -> str:
    statement = sqlglot.parse_one(sql, read="duckdb")
    return spelled(statement, pretty=True) if dialect == "spark" else statement.sql("duckdb", pretty=True)


def written(dialect: str, *, many: bool) -> str:
    model = load(BENCHMARK.read_text(), "model.yaml")
    made = (stage for i, one in enumerate(rounds(metrics_read(model))) for stage in stages(one, i, many=many))
    return (
        "\n\n".join(
            f"-- {name}\n{in_dialect(dialect, sql)};" for name, source in made for sql in queries(source)
        )
        + "\n"
    )


@pytest.mark.parametrize(("dialect", "of"), [("duckdb", "few"), ("duckdb", "many"), ("spark", "few")])
def test_the_statements_are_those_of_the_snapshot(dialect: str, of: str) -> None:
    file = HERE / f"{dialect}_{of}.sql"
    if os.environ.get("ALOFT_SNAPSHOTS") == "write":
        HERE.mkdir(exist_ok=True)
        file.write_text(written(dialect, many=of == "many"))
    assert written(dialect, many=of == "many") == file.read_text()
