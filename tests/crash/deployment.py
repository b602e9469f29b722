"""A deployment under test: its web and engine, and clients that send as real ones do, until they are answered."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aloft.cli.serving import ENGINE, WORKER, web
from tests.crash.company import ACCOUNTS

NAMES = ("web", "engine")
PATIENCE = 900.0  # seconds for the engine to decide what is left


@dataclass
class Processes:
    """Those of a deployment, each in a group of its own; `logs` is where they write what they say."""

    home: Path
    port: int
    logs: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings, "ALOFT_HOME": str(self.home)}

    def start(self, name: str) -> None:
        command = {"engine": ENGINE, "worker": WORKER, "web": web("127.0.0.1", self.port)}[name]
        log = (self.logs / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            command, env=self.environment, start_new_session=True, stdout=log, stderr=log
        )

    def end(self, name: str, sign: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, sign)
        self.running[name].wait(60)

    def said(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text()

    def company(self, verb: str) -> Any:
        told = subprocess.run(
            [sys.executable, "-m", "tests.crash.company", verb],
            env=self.environment, capture_output=True, check=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        return json.loads(told.stdout)


@dataclass
class Client:
    """Sends batches, each until it is acknowledged; message ids stay the same on every try.

    `answered`: how often with which status. `hasty`: how many refusals did not say when to come again.
    """

    name: str
    address: str
    key: str
    stopping: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    answered: Counter[int] = field(default_factory=Counter)
    hasty: int = 0

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            ids = [f"{self.name}-{number}-{part}" for part in range(3)]
            number += 1
            if self._until_taken(json.dumps({"batch": [self._event(one) for one in ids]}).encode()):
                self.acknowledged += ids
            time.sleep(0.6)

    def _event(self, message: str) -> dict[str, object]:
        return {
            "type": "track",
            "event": "Ticket Opened",
            "messageId": message,
            "userId": self.name,
            "properties": {"priority": "urgent", "ticket_id": message},
            "context": {"groupId": ACCOUNTS[hash(message) % len(ACCOUNTS)]},
        }

    def _until_taken(self, body: bytes) -> bool:
        while not self.stopping.is_set():
            if self._taken(body):
                return True
            time.sleep(0.05)
        return False

    def _taken(self, body: bytes) -> bool:
        secret = base64.b64encode(f"{self.key}:".encode()).decode()
        request = urllib.request.Request(
            f"{self.address}/v1/batch", data=body, headers={"Authorization": f"Basic {secret}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                self.answered[answer.status] += 1
                return bool(answer.status == 200)
        except urllib.error.HTTPError as refused:
            self.answered[refused.code] += 1
            self.hasty += "Retry-After" not in refused.headers
        except OSError:
            pass
        return False


@contextlib.contextmanager
def sending(processes: Processes, key: str, many: int = 4, name: str = "client") -> Iterator[list[Client]]:
    """So many clients send at once; at the end they are asked to stop, and each has ended what it was at."""
    stopping = threading.Event()
    address = f"http://127.0.0.1:{processes.port}"
    clients = [Client(f"{name}{number}", address, key, stopping) for number in range(many)]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        stopping.set()
        for thread in threads:
            thread.join(30)


def all_there(found: Mapping[str, Any], acknowledged: set[str]) -> None:
    """What `look` told has all that was acknowledged, once; and for each event an occurrence, and its verdict, once.

    One that was stored just before a kill and never acknowledged may be there too: once.
    """
    assert acknowledged - found["ids"].keys() == set()
    assert set(found["ids"].values()) == {1}
    assert found["counted"] == len(found["ids"])
    assert sorted(found["opened"]) == sorted(f"ticket_id:{message}" for message in found["ids"])
    assert sorted(found["said"]) == sorted(found["opened"])


def start_company(processes: Processes) -> str:
    """The key of a company whose web and engine run."""
    key: str = processes.company("make")
    for name in NAMES:
        processes.start(name)
    until_it_answers(processes.port)
    return key


def until_taken(clients: Sequence[Client]) -> None:
    """Until each has been taken in once more."""
    until_answered(clients, 200)


def until_answered(clients: Sequence[Client], status: int) -> None:
    before = [client.answered[status] for client in clients]
    until(lambda: all(one.answered[status] > once for one, once in zip(clients, before, strict=True)))


def ran_through(processes: Processes, clients: Sequence[Client]) -> str:
    """Web and engine were never started again, refused as they should, and lost and doubled nothing; in words."""
    assert {name: one.poll() for name, one in processes.running.items()} == dict.fromkeys(NAMES)
    answered = sum((client.answered for client in clients), start=Counter[int]())
    assert answered.keys() <= {200, 503}
    assert sum(client.hasty for client in clients) == 0
    return f"{ended(processes, clients)}, {answered[503]} batches refused"


def ended(processes: Processes, clients: Sequence[Client]) -> str:
    """Once all that was acknowledged is decided, they are stopped, and everything is there once; in words."""
    acknowledged = {message for client in clients for message in client.acknowledged}
    wait_until_decided(processes, len(acknowledged))
    for name in NAMES:
        processes.end(name, signal.SIGTERM)
    found = processes.company("look")
    all_there(found, acknowledged)
    return (
        f"{len(acknowledged)} events acknowledged, {found['counted']} counted, "
        f"{len(found['opened'])} occurrences opened"
    )


def wait_until_decided(processes: Processes, wanted: int) -> None:
    """The engine goes on by itself; it is left in peace until every ticket has opened. Fails when patience ends, or the
    engine does."""
    give_up = time.monotonic() + PATIENCE
    while (opened := processes.company("opened")) < wanted:
        said = (
            f"{opened} of {wanted} tickets opened; the engine said last: {processes.said('engine')[-4000:]}"
        )
        assert time.monotonic() < give_up, said
        assert processes.running["engine"].poll() is None, said
        time.sleep(2)


def until_it_answers(port: int) -> None:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    until(answers)


def until(holds: Callable[[], bool], patience: float = 120.0) -> None:
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
