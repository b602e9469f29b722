"""The statements of a model with every verb, of few questions and of many, spelled for DuckDB and for Spark.

After a change that is meant: `ALOFT_SNAPSHOTS=write python -m pytest tests/measures/test_snapshots.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlglot

from aloft.engagement.load import load
from aloft.measures.metrics import metrics_read, rounds
from aloft.measures.statements import Statements

HERE = Path(__file__).parent / "snapshots"
BENCHMARK = Path(__file__).parents[2] / "benchmarks/model.yaml"


def spelled(dialect: str, *, many: bool) -> str:
    model = load(BENCHMARK.read_text(), "model.yaml")
    stages = [
        stage
        for i, metrics in enumerate(rounds(metrics_read(model)))
        for stage in Statements(metrics, f"placed_{i}" if i else "placed", f"_{i}" if i else "").stages(
            many=many
        )
    ]
    return (
        "\n\n".join(
            f"-- {name}\n{sqlglot.transpile(sql, read='duckdb', write=dialect, pretty=True)[0]};"
            for name, sql in stages
        )
        + "\n"
    )


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
@pytest.mark.parametrize("of", ["few", "many"])
def test_the_statements_are_those_of_the_snapshot(dialect: str, of: str) -> None:
    file = HERE / f"{dialect}_{of}.sql"
    if os.environ.get("ALOFT_SNAPSHOTS") == "write":
        HERE.mkdir(exist_ok=True)
        file.write_text(spelled(dialect, many=of == "many"))
    assert spelled(dialect, many=of == "many") == file.read_text()
