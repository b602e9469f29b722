"""Making sure that what was written is on disk, and that a file is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """The bytes of a file, or the names in a folder, are on disk when it returns. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def settle(draft: Path, path: Path) -> None:
    """Give a finished draft its name, once its bytes are on disk. Raises OSError."""
    sync(draft)
    draft.rename(path)
    sync(path.parent)


def write_private(path: Path, text: str) -> None:
    """A file that its owner alone may read; not yet on disk: `settle` or `sync` follows. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
