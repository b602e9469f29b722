"""A PostgreSQL server of its own for a command: `python -m tests.postgres COMMAND...`.

It listens on 127.0.0.1 alone, keeps its data in a folder that is removed, and stops when the command ends, also where
this process is killed.
The command finds ALOFT_DATABASE and ALOFT_INBOX_SCHEMA set, each home in a database of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.alone import free_port

DEBIAN = Path("/usr/lib/postgresql")
NOBODY = "nobody"
SETTINGS = (
    # As durable as the default within the server's life; its folder is thrown away at the end.
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
)


class NoServer(SystemExit):
    """There is no PostgreSQL on this machine."""


def program(name: str) -> str:
    found = [str(path) for path in sorted(DEBIAN.glob(f"*/bin/{name}"))]
    known = shutil.which(name) or (found[-1] if found else None)
    if known is None:
        raise NoServer(f"{name} is missing: install PostgreSQL (Debian: apt-get install postgresql)")
    return known


@dataclass(frozen=True)
class Server:
    """One that is ours alone; `folder` has its data and what it says."""

    folder: Path
    port: int
    user: str | None

    @property
    def address(self) -> str:
        """Without the name of a database."""
        return f"postgresql://aloft@127.0.0.1:{self.port}"

    def start(self) -> None:
        options = " ".join(f"-c {one}" for one in (*SETTINGS, f"port={self.port}"))
        self._control("-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """At once, as when it crashes: what was committed is there when it starts again."""
        self._control("-m", "immediate", "stop")

    def _control(self, *words: str) -> None:
        run(program("pg_ctl"), "-D", str(self.folder / "data"), *words, user=self.user)


@contextmanager
def serving() -> Iterator[Server]:
    """An empty server, which runs."""
    with tempfile.TemporaryDirectory(prefix="aloft-postgres-") as folder:
        # The server refuses to run as root.
        user = NOBODY if os.geteuid() == 0 else None
        if user:
            shutil.chown(folder, user)
        server = Server(Path(folder), free_port(), user)
        data = str(server.folder / "data")
        run(program("initdb"), "-D", data, "-U", "aloft", "-E", "UTF8", "--no-sync", user=user)
        with _watched(server):
            server.start()
            try:
                yield server
            finally:
                server.stop()


@contextmanager
def _watched(server: Server) -> Iterator[None]:
    """Whoever was killed stops nothing: a shell does, once the pipe that it reads is closed."""
    script = 'read _; "$1" -D "$2/data" -m immediate stop; rm -rf "$2"'
    watch = subprocess.Popen(
        ["sh", "-c", script, "sh", program("pg_ctl"), str(server.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=server.user, cwd="/",
        start_new_session=True,
    )  # fmt: skip
    try:
        yield
    finally:
        watch.kill()
        watch.communicate()


def run(*command: str, user: str | None) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd="/")


def surroundings(address: str) -> dict[str, str]:
    """What a deployment there is told, each home in a database of its own."""
    return {
        "ALOFT_DATABASE": f"{address}/aloft_{{home}}",
        "ALOFT_INBOX_SCHEMA": "inbox_{home}",
    }


if __name__ == "__main__":
    with serving() as server:
        environment = {**os.environ, **surroundings(server.address)}
        raise SystemExit(subprocess.run(sys.argv[1:], env=environment).returncode)
