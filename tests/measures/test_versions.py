"""DuckDB 2 says of every account what DuckDB 1.5 says, value for value, and reads the files that it wrote.

The 1.5 is that of the Python that `ALOFT_DUCKDB_1` names, as `make test-duckdb2` does.
"""

from __future__ import annotations

import os
import pickle
import subprocess
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from aloft.facts.store import FactStore
from aloft.measures.metrics import definitions
from tests.measures.passes import APART, Rows, a_company, assert_same, by_duckdb, cases, of_case, place, rows
from tests.measures.test_metrics import fill, told

ROOT = Path(__file__).parents[2]
OTHER = os.environ.get("ALOFT_DUCKDB_1", "")
pytestmark = pytest.mark.skipif(not OTHER, reason="no other DuckDB is named: `make test-duckdb2` has one")


WRITES = """
import pickle, sys, django
from pathlib import Path
django.setup()
from tests.measures.passes import write
folder = Path(sys.argv[1])
write(folder, pickle.loads((folder / "cases").read_bytes()))
"""
OPENS = """
import sys
from aloft.facts.store import FactStore, StoreError
try:
    FactStore.open(sys.argv[1])
except StoreError as refused:
    print(refused)
"""


def other(program: str, *arguments: str) -> str:
    """What a program prints under the other DuckDB."""
    told = {**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "aloft.settings"}
    ran = subprocess.run(
        [OTHER, "-c", program, *arguments],
        cwd=ROOT, env=told, stdout=subprocess.PIPE, text=True, check=True, timeout=600,
    )  # fmt: skip
    return ran.stdout


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What 1.5 wrote: fact stores, and what it read of them."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "cases").write_bytes(pickle.dumps(cases()))
    other(WRITES, str(folder))
    return folder


def told_by_other(theirs: Path, name: str) -> Rows:
    return rows(pq.read_table(theirs / f"{name}.parquet"))


def test_two_versions_are_compared() -> None:
    assert other("import duckdb; print(duckdb.__version__)").startswith("1.5.")
    assert duckdb.__version__.startswith("2.")


def test_a_company_that_1_5_wrote_is_read_alike(theirs: Path) -> None:
    with a_company(60, 4_000) as (_, model, at), FactStore.open(theirs / "company.duckdb") as store:
        place(store)
        ours = rows(by_duckdb(store, model, at))
    assert len(ours) == 60
    assert_same(ours, told_by_other(theirs, "company"))


@pytest.mark.parametrize("part", range(APART))
def test_random_logs_are_drained_and_read_alike(theirs: Path, part: int) -> None:
    case = cases()[part]
    name, (model, at) = f"logs-{part}", of_case(case)
    expected = told_by_other(theirs, name)
    with FactStore.open(":memory:", home_zone="UTC", threads=1) as drained:
        fill(drained, told(case.several), 1, 0, definitions(model.metrics.values()))
        assert_same(rows(by_duckdb(drained, model, at)), expected)
    with FactStore.open(theirs / f"{name}.duckdb") as store:
        assert_same(rows(by_duckdb(store, model, at)), expected)


def test_a_file_that_2_wrote_is_refused_by_1_5_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "facts.duckdb"
    FactStore.open(path).close()
    said = other(OPENS, str(path))
    assert "was written by a newer DuckDB than this 1.5." in said
    assert "remove it, and it is drained again from the log" in said
