"""Asking the running engine: a socket of its own user, one question a connection, JSON both ways."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

PATIENCE = 0.3  # seconds: a page does not wait for a busy engine


def socket_path(home: Path) -> Path:
    return home / "engine.sock"


def ask(
    question: str,
    *,
    patience: float = PATIENCE,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    **arguments: object,
) -> dict[str, Any] | None:
    """The engine's answer; None when it does not run, or has none within `patience` seconds.

    Before it answers it may tell how far it has come: `progress` hears how much is done, and of how much.
    """
    told = json.dumps({"question": question, "arguments": arguments}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(patience)
            line.connect(str(socket_path(settings.ALOFT_HOME)))
            line.sendall(told)
            with line.makefile("rb") as answers:
                for answer in answers:
                    found: dict[str, Any] = json.loads(answer)
                    if "progress" not in found:
                        return found
                    progress(*found["progress"])
    except OSError:
        return None
    return None
