"""The PostgreSQL server of the tests does not outlive who started it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.postgres import NoServer, program

pytestmark = pytest.mark.slow
STARTS = """
import time
from tests.postgres import serving
with serving() as server:
    print(server.port, server.folder, flush=True)
    time.sleep(600)
"""
PATIENCE = 60  # seconds


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_server_whose_parent_is_killed_stops_and_leaves_nothing() -> None:
    try:
        program("initdb")
    except NoServer as none:
        pytest.skip(str(none))
    starts = subprocess.Popen([sys.executable, "-c", STARTS], stdout=subprocess.PIPE, text=True)
    assert starts.stdout is not None
    port, folder = starts.stdout.readline().split()
    assert listens(int(port))
    starts.kill()
    starts.wait()
    until = time.monotonic() + PATIENCE
    while (listens(int(port)) or Path(folder).exists()) and time.monotonic() < until:
        time.sleep(0.1)
    assert not listens(int(port))
    assert not Path(folder).exists()
