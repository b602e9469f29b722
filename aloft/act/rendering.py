"""Templates with the values of a customer put in: Liquid, in a child process that is killed when it takes too long."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Any

PATIENCE = 2.0  # seconds for one template
START = 30.0  # seconds for the child to begin
LONGEST = 100_000  # characters of a template


class Unrenderable(ValueError):
    """The template cannot be read, names what there is not, or takes too long; the message says which."""


class Renderer:
    """Holds one child; may be used by one thread after the other."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._child: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def render(self, texts: Sequence[str], values: Mapping[str, Any]) -> list[str]:
        """Each of `texts` with these values: plain JSON only. Raises Unrenderable."""
        if any(len(text) > LONGEST for text in texts):
            raise Unrenderable(f"it is longer than {LONGEST:,} characters")
        asked = json.dumps({"texts": list(texts), "values": values}) + "\n"
        with self._lock:
            told = self._ask(asked)
        if "error" in told:
            raise Unrenderable(str(told["error"]))
        rendered: list[str] = told["texts"]
        return rendered

    def close(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    pipe.close()
            self._child = None

    def _ask(self, asked: str) -> dict[str, Any]:
        child = self._child or self._begin()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(asked)
            child.stdin.flush()
            return _line(child.stdout, self._patience)
        except (OSError, ValueError):
            self.close()
            raise Unrenderable(f"it takes longer than {self._patience:g} s, or too much memory") from None

    def _begin(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "aloft.act.liquid"]
        child = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert child.stdout is not None
        self._child = child
        try:
            _line(child.stdout, START)
        except ValueError:
            self.close()
            raise Unrenderable("the process that renders templates does not start") from None
        return child


def _line(pipe: IO[str], patience: float) -> dict[str, Any]:
    """The child's next line; ValueError where none comes in time. It writes whole lines, one for each question."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        if not waiting.select(patience):
            raise ValueError("no answer")
    told: dict[str, Any] = json.loads(pipe.readline())
    return told
