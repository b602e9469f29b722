"""A session of Spark: a cluster, or Sail, by Spark Connect (`sc://HOST:PORT`), or a master such as `local[2]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONNECT = "sc://"
LOCAL = "local"


class NoSpark(Exception):
    """There is no session to be had; the message says what to do."""


@contextmanager
def session_of(address: str) -> Iterator[SparkSession]:
    """Stopped afterwards. Raises NoSpark."""
    session = _session(address)
    try:
        yield session
    finally:
        session.stop()


def _session(address: str) -> SparkSession:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise NoSpark("Spark is not installed: pip install 'aloft[spark]'") from None
    if address.startswith(CONNECT):
        return SparkSession.builder.remote(address).getOrCreate()
    builder = SparkSession.builder.master(address).appName("aloft")
    if address.startswith(LOCAL):  # what is installed here is there for its executors
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = builder.config("spark.executorEnv.PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    try:
        return builder.getOrCreate()
    except (ImportError, AttributeError, RuntimeError) as refused:
        raise NoSpark(
            f"{address}: only sc://HOST:PORT is known without pyspark and Java: {refused}"
        ) from None
