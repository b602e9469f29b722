"""Serves with the `aloft` command given, in whatever network there is, and asks for pages.

Run by tests of the wheel under `unshare --net`: loopback is brought up here, and nothing else exists.
Usage: python alone.py ALOFT PATH... Writes "PATH STATUS" for each path, once /healthz answers.
"""

from __future__ import annotations

import fcntl
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
PATIENCE = 60.0  # seconds


def bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sH14x", b"lo", 0)
        (flags,) = struct.unpack("16xH14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))
        if not flags & IFF_UP:
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def status(url: str) -> int:
    """0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


def main(aloft: str, paths: list[str]) -> None:
    bring_loopback_up()
    port = free_port()
    server = subprocess.Popen([aloft, "serve", "--port", str(port)], stdout=sys.stderr)
    try:
        until = time.monotonic() + PATIENCE
        while status(f"http://127.0.0.1:{port}/healthz") != 200:
            if server.poll() is not None or time.monotonic() > until:
                raise SystemExit("it does not answer")
            time.sleep(0.1)
        for path in paths:
            sys.stdout.write(f"{path} {status(f'http://127.0.0.1:{port}{path}')}\n")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
