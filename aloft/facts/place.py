"""Where a home has its fact store."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path


def store_of(home: Path) -> Path:
    return home / "facts.duckdb"


def files(store: Path) -> list[Path]:
    """Those of a store that is closed: its own, its journals', what did not fit into memory, and what was ever set
    aside of these."""
    return sorted(store.parent.glob(f"{store.name}*"))


def remove(home: Path) -> None:
    """It is drained again from the log when an engine begins."""
    drop(files(store_of(home)))


def drop(gone: Iterable[Path]) -> None:
    for one in gone:
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink()
