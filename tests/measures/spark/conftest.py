"""A session for all tests: of a Sail server of their own, or of the Spark that `ALOFT_SPARK` names (`local[2]`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from aloft.measures.spark.session import session_of


@pytest.fixture(scope="session")
def session() -> Iterator[Any]:
    pytest.importorskip("pyspark", reason="no Spark here: `make test-spark` has one")
    named = os.environ.get("ALOFT_SPARK")
    if named:
        with session_of(named) as found:
            yield found
        return
    sail = pytest.importorskip("pysail.spark", reason="no Sail here: `make test-spark` has one")
    server = sail.SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    with session_of(f"sc://{host}:{port}") as found:
        yield found
    server.stop()
