from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from aloft.facts.store import FactStore

SEARCHES = """
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from aloft.facts.store import FactStore

store = FactStore.open(Path(sys.argv[1]) / "facts.duckdb")

class Searches(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        print(name)

sys.meta_path.insert(0, Searches())
print(store.run("select sum(i) from range(200) t(i) where i in $keys", {"keys": list(range(100))})[0][0])
"""


@pytest.mark.skipif(importlib.util.find_spec("pandas") is not None, reason="pandas is installed")
def test_values_are_handed_over_without_a_search_for_pandas(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", SEARCHES, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "pandas" not in told.stdout
    assert told.stdout.split()[-1] == "4950"


def test_nothing_is_lost_of_many_rows_that_come_after_none_in_one_transaction() -> None:
    """DuckDB 2.0 by itself loses them all."""
    many = 200_000  # more than the rows that DuckDB keeps together
    with FactStore.open(":memory:", threads=2) as store:
        with store.transaction():
            for upto in (0, many):
                store.run(f"insert into app_user select i, i::text from range({upto}) t(i)")
        assert len(store.run("select * from app_user")) == many
