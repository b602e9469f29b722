"""A real server with a home of its own, in a process group of its own, stopped by that group."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from aloft.collect.inbox import Inbox, Logged
from aloft.collect.place import FILE, Place, Staging, parameters_of
from aloft.databases import database, of_home

START_LIMIT = 60.0  # seconds
SOURCE = """
import django
django.setup()
from aloft.cli.ready import prepare
from aloft.clock import now
from aloft.collect.services import create_source
prepare()
print(create_source(name="product", at=now())[1])
"""


@dataclass(frozen=True)
class Server:
    port: int
    key: str
    home: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stored(self) -> list[Logged]:
        inbox = Inbox(place_of(self.home))
        entries = inbox.read(0, limit=1_000_000)
        inbox.close()
        return entries


def place_of(home: Path) -> Place:
    """Where the server keeps its inbox: in a database of its home, which is not the one of the tests."""
    address = os.environ.get("ALOFT_DATABASE")
    if not address:
        return home / FILE
    return Staging(of_home(settings.INBOX_SCHEMA, home), parameters_of(database(address, home)))


@contextmanager
def serving(
    home: Path, application: str = "aloft.wsgi:application", processes: int = 1, **environment: str
) -> Iterator[Server]:
    surroundings = {**os.environ, "ALOFT_HOME": str(home), **environment}
    made = subprocess.run(
        [sys.executable, "-c", SOURCE],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    port = free_port()
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--port",
                str(port),
                "--workers",
                str(processes),
                application,
            ],
            env=surroundings,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_until_it_answers(process, port)
            yield Server(port, made.stdout.strip(), home)
        finally:
            stop(process)


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/batch", method="OPTIONS")
    until = time.monotonic() + START_LIMIT
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError("the server did not come up")


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
