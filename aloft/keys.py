"""The deployment's own secret, made once and kept under ALOFT_HOME."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from aloft.disk import sync, write_private


def secret_key(home: Path) -> str:
    """Read the key, or make it: readable by its owner alone, and never half written."""
    path = home / "secret.key"
    if not path.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create_once(path, secrets.token_urlsafe(48))
    return path.read_text()


def _create_once(path: Path, text: str) -> None:
    draft = path.with_suffix(f".{os.getpid()}")
    write_private(draft, text)
    sync(draft)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
