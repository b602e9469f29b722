"""The database goes away again and again, under clients that retry: web and engine wait for it, and lose nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.act.hook_server import Hooks
from tests.act.hook_server import serving as serving_hooks
from tests.alone import free_port
from tests.crash.conftest import until_done
from tests.crash.deployment import Processes, ran_through, sending, start_company, until_taken
from tests.postgres import NoServer, Server, serving, surroundings

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
RESTARTS = int(os.environ.get("ALOFT_RESTARTS", "5"))


@pytest.fixture
def server() -> Iterator[Server]:
    """Skipped where PostgreSQL is not installed."""
    try:
        with serving() as made:
            yield made
    except NoServer as lacking:
        pytest.skip(str(lacking))


@pytest.fixture
def on_server(server: Server, tmp_path: Path) -> Iterator[Processes]:
    yield from until_done(Processes(tmp_path, free_port(), tmp_path, surroundings(server.address)))


@pytest.mark.slow
def test_a_database_that_crashes_is_waited_for_and_nothing_is_lost_or_doubled(
    on_server: Processes, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20260105)
    key = start_company(on_server)
    with sending(on_server, key) as clients:
        for _ in range(RESTARTS):
            until_taken(clients)
            time.sleep(chance.choice([chance.uniform(0, 0.5), chance.uniform(0.5, 4)]))
            server.stop()
            time.sleep(chance.choice([0, chance.uniform(0, 3)]))
            server.start()
        until_taken(clients)
    told = ran_through(on_server, clients)
    with capsys.disabled():
        sys.stdout.write(f"\n{RESTARTS} crashes of PostgreSQL: {told}\n")


@pytest.mark.slow
def test_the_worker_sends_what_waits_once_its_database_is_there_again(
    on_server: Processes, server: Server
) -> None:
    hooks = Hooks()
    listening = serving_hooks(hooks)
    on_server.settings = {**on_server.settings, "ALOFT_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    try:
        outbox(on_server, f"call http://127.0.0.1:{listening.server_address[1]}/in")
        on_server.start("worker")
        assert hooks.taken.wait(PATIENCE)
        hooks.taken.clear()
        server.stop()
        server.start()
        outbox(on_server, "call again")
        assert hooks.taken.wait(PATIENCE)
    finally:
        listening.shutdown()
        listening.server_close()


def outbox(processes: Processes, verb: str) -> None:
    command = [sys.executable, "-m", "tests.act.letters", verb]
    subprocess.run(command, env=processes.environment, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
