"""A block of the fact store was half written as the power went: the engine sets it aside and goes on by itself."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import duckdb
import pytest

from aloft.facts.place import store_of
from tests.crash.deployment import Processes, ended, sending, start_company, wait_until_decided

HEADS, BLOCK, LOST = 3 * 4096, 256 * 1024, 16  # bytes

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("table", ["account", "event_name"])
def test_an_engine_whose_store_is_torn_drains_it_anew_and_decides_nothing_twice(
    processes: Processes, table: str
) -> None:
    """Accounts are read as an engine begins, the names of events as it drains."""
    key = start_company(processes)
    with sending(processes, key) as clients:
        time.sleep(5)
    wait_until_decided(processes, sum(len(client.acknowledged) for client in clients))
    processes.end("engine", signal.SIGTERM)
    tear(store_of(processes.home), table)
    processes.start("engine")
    with sending(processes, key, name="other") as others:
        time.sleep(2)
    ended(processes, [*clients, *others])
    assert "facts.duckdb is torn: it is set aside as facts.duckdb.torn" in processes.said("engine")


def tear(store: Path, table: str) -> None:
    """Lose the first bytes of a block that holds some of a table."""
    with duckdb.connect(str(store), read_only=True) as connection:
        told = connection.execute(f"select max(block_id) from pragma_storage_info('{table}')").fetchall()
    content = bytearray(store.read_bytes())
    block = HEADS + told[0][0] * BLOCK
    content[block : block + LOST] = bytes(LOST)
    store.write_bytes(content)
