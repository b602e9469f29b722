"""A disk for a test, which forgets, fills up and fails when it is told to (`tests.crash.forgetful`)."""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.crash.forgetful import PLENTY

PATIENCE = 20.0  # seconds


def missing() -> str | None:
    """What this machine lacks for a disk of our own; nothing, as a rule, on a Debian with `fuse3`."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "there is no /dev/fuse"
    if not ctypes.util.find_library("fuse3") or not shutil.which("fusermount3"):
        return "FUSE is not installed (Debian: apt-get install fuse3)"
    return None


class Disk:
    """A mounted disk. What is on it when it is mounted is safe; `cut` leaves what survives in `left`."""

    def __init__(self, mount: Path, left: Path) -> None:
        self.mount, self.left = mount, left
        self._running: subprocess.Popen[str] | None = None
        mount.mkdir(exist_ok=True)
        left.mkdir(exist_ok=True)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.crash.forgetful", str(self.mount)]
        self._running = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
            start_new_session=True,
        )  # fmt: skip
        self.tell("load", str(self.left))
        give_up = time.monotonic() + PATIENCE
        while not self.mount.is_mount():
            assert time.monotonic() < give_up, f"{self.mount} was not mounted in {PATIENCE:g} s"
            time.sleep(0.02)

    def tell(self, *words: object) -> Any:
        assert self._running is not None
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps(words) + "\n")
        self._running.stdin.flush()
        return json.loads(self._running.stdout.readline())

    def cut(self, share: float, seed: int) -> None:
        """Cut the power: `left` has what survives, and every call fails until the next start."""
        shutil.rmtree(self.left)
        self.left.mkdir()
        self.tell("save", str(self.left), share, seed)

    def fail(self, call: str, n: int, number: int) -> None:
        """The n-th call from now of that kind (write, fsync, open, any) fails with this error number, once."""
        self.tell("fail", call, n, number)

    def waits(self) -> bool:
        """Whether the call that is to fail is still to come."""
        found: bool = self.tell("waits")
        return found

    def faults(self) -> int:
        """How many calls have failed so far; one that was told to and has not come is forgotten."""
        found: int = self.tell("faults")
        return found

    def room(self, size: int | None) -> None:
        """How many bytes may still be written; with None as many as one wants."""
        self.tell("room", PLENTY if size is None else size)

    def end(self) -> None:
        if self._running is None:
            return
        subprocess.run(["fusermount3", "-u", "-z", str(self.mount)], check=False, capture_output=True)
        try:
            self._running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running = None
