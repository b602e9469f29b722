"""A PostgreSQL server of its own for a command: `python -m tests.postgres COMMAND...`.

It listens on 127.0.0.1 alone, keeps its data in a folder that is removed, and stops when the command ends.
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


@contextmanager
def serving() -> Iterator[str]:
    """The address of an empty server, without the name of a database."""
    with tempfile.TemporaryDirectory(prefix="aloft-postgres-") as folder:
        data, port = Path(folder) / "data", free_port()
        # The server refuses to run as root.
        user = NOBODY if os.geteuid() == 0 else None
        if user:
            shutil.chown(folder, user)
        run(program("initdb"), "-D", str(data), "-U", "aloft", "-E", "UTF8", "--no-sync", user=user)
        options = " ".join(f"-c {one}" for one in (*SETTINGS, f"port={port}"))
        control = program("pg_ctl")
        run(
            control, "-D", str(data), "-w", "-l", str(Path(folder) / "log"), "-o", options, "start", user=user
        )
        try:
            yield f"postgresql://aloft@127.0.0.1:{port}"
        finally:
            run(control, "-D", str(data), "-m", "immediate", "stop", user=user)


def run(*command: str, user: str | None) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd="/")


def surroundings(address: str) -> dict[str, str]:
    return {
        **os.environ,
        "ALOFT_DATABASE": f"{address}/aloft_{{home}}",
        "ALOFT_INBOX_SCHEMA": "inbox_{home}",
    }


if __name__ == "__main__":
    with serving() as at:
        raise SystemExit(subprocess.run(sys.argv[1:], env=surroundings(at)).returncode)
