"""The clients that companies have in their products send to a real server behind a bad network."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from aloft.collect.inbox import Logged
from tests.collect.node import CLIENTS, installed_node
from tests.collect.serving import Server, serving

pytestmark = pytest.mark.slow

FAULTS = "413 503 lost 429 500"
PATIENCE = 120.0  # seconds, waits between tries included
EVENTS = 100
PYTHON = (
    "segment-analytics-python",
    "analytics-python",
    "rudder-sdk-python",
    "posthog-python",
    "posthog-python-v1",
)
NODE = ("analytics-node", "rudder-sdk-node")
CALLS = {
    ("identify", "", "", "u1"),
    ("group", "", "acme", "u1"),
    ("track", "Report Exported", "acme", "u1"),
    ("alias", "", "", "u1"),
    ("page", "Page Viewed", "", "u1"),
    ("screen", "Screen Viewed", "", "u1"),
}
POSTHOG_CALLS = {
    ("identify", "", "", "u1"),
    ("group", "", "acme", ""),
    ("track", "Report Exported", "acme", "u1"),
    ("alias", "", "", "u1"),
}


def what(entry: Logged) -> tuple[str, str, str, str]:
    return entry.kind, entry.name, entry.account, entry.user


def check(server: Server, calls: set[tuple[str, str, str, str]]) -> None:
    """Every event that was sent is stored once, with its account; what was refused is not."""
    entries = server.stored()
    assert (server.home / "answer_lost").read_text() == "200 OK"
    assert Counter(map(what, entries)) == {
        **dict.fromkeys(calls, 1),
        ("track", "Signed In", "acme", "u1"): EVENTS,
    }
    bodies = {entry.name or entry.kind: json.loads(entry.body) for entry in entries}
    assert bodies["Report Exported"]["properties"] == {"rows": 12}
    assert bodies["identify"]["traits"] == {"email": "a@ex.test"}
    assert bodies["group"]["traits"] == {"name": "Acme"}
    assert bodies["alias"]["previousId"] == "anon1"
    numbers = [json.loads(entry.body)["properties"]["n"] for entry in entries if entry.name == "Signed In"]
    assert sorted(numbers) == list(range(EVENTS))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """What each client has sent, all at the same time: nearly all of it is waiting between tries."""
    commands = dict.fromkeys(PYTHON, (sys.executable, "send.py")) | node_commands()
    with ExitStack() as running, ThreadPoolExecutor(len(commands)) as side_by_side:
        started = {
            client: running.enter_context(
                serving(
                    tmp_path_factory.mktemp(client), "tests.collect.faulty:application", ALOFT_FAULTS=FAULTS
                )
            )
            for client in commands
        }
        ended = [
            side_by_side.submit(run, *command, client, started[client].url, started[client].key)
            for client, command in commands.items()
        ]
        for one in ended:
            one.result()
        yield started


def run(*command: str) -> None:
    ended = subprocess.run(
        command, cwd=CLIENTS, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.returncode == 0, ended.stderr


def node_commands() -> dict[str, tuple[str, str]]:
    node = installed_node()
    return dict.fromkeys(NODE, (node, "send.mjs")) if node else {}


@pytest.mark.parametrize("client", [*PYTHON, *NODE])
def test_what_a_client_sends_through_faults_is_stored_once(servers: dict[str, Server], client: str) -> None:
    if client not in servers:
        pytest.skip("no Node")
    check(servers[client], POSTHOG_CALLS if client.startswith("posthog") else CALLS)
