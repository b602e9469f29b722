from __future__ import annotations

import json
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Event, Thread

import pytest

from aloft.collect.inbox import Inbox
from tests.collect.serving import free_port

KILLS = 30
CLIENTS = 2
BATCH = 20


class Client(Thread):
    """Sends a batch again and again until it is acknowledged, then the next."""

    def __init__(self, name: str, port: int, enough: Event) -> None:
        super().__init__(name=name)
        self.port, self.enough = port, enough
        self.acknowledged: list[str] = []
        self.cut = 0

    def run(self) -> None:
        number = 0
        while not self.enough.is_set():
            ids = [f"{self.name}-{number}-{place}" for place in range(BATCH)]
            while not self.sent(ids):
                self.cut += 1
            self.acknowledged += ids
            number += 1

    def sent(self, ids: list[str]) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(json.dumps(ids).encode() + b"\n")
                return connection.makefile("rb").readline().endswith(b"\n")
        except OSError:
            time.sleep(0.01)
            return False


def start(path: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.collect.append_server", str(path), str(port)]
    return subprocess.Popen(command, start_new_session=True)


def wait_for(path: Path, entries: int, process: subprocess.Popen[bytes]) -> None:
    """Until more than `entries` are stored: each life of the server does some work before it is killed."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None
        if path.exists() and end(path) > entries:
            return
        time.sleep(0.02)
    raise AssertionError("the server stored nothing")


def end(path: Path) -> int:
    inbox = Inbox(path)
    try:
        return inbox.end()
    finally:
        inbox.close()


@pytest.mark.slow
def test_thirty_kills_lose_nothing_acknowledged_and_double_nothing(tmp_path: Path) -> None:
    path, port, enough = tmp_path / "inbox.sqlite3", free_port(), Event()
    clients = [Client(f"c{number}", port, enough) for number in range(CLIENTS)]
    process, stored = start(path, port), 0
    for client in clients:
        client.start()
    for kill in range(KILLS):
        wait_for(path, stored, process)
        time.sleep(random.Random(kill).uniform(0.05, 0.45))
        process.kill()
        process.wait(10)
        stored = end(path)
        process = start(path, port)
    wait_for(path, stored, process)
    enough.set()
    for client in clients:
        client.join(60)
    process.kill()
    process.wait(10)
    check(path, clients)


def check(path: Path, clients: list[Client]) -> None:
    acknowledged = [message_id for client in clients for message_id in client.acknowledged]
    inbox = Inbox(path)
    counts = Counter(entry.message_id for entry in inbox.read(0, limit=10_000_000))
    inbox.close()
    assert [message_id for message_id in acknowledged if message_id not in counts] == []
    assert [message_id for message_id, times in counts.items() if times != 1] == []
    assert len(acknowledged) == len(counts) >= KILLS * BATCH
    assert sum(client.cut for client in clients) >= KILLS
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
