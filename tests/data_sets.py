"""Where other people's data lie: never in the repository. Tests that read them skip where they are not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()


def data_sets() -> Path | None:
    """The folder named by ALOFT_DATA, else `shared/data` beside the repository or above it."""
    named = os.environ.get("ALOFT_DATA")
    places = [Path(named)] if named else [parent / "shared" / "data" for parent in HERE.parents]
    return next((place for place in places if place.is_dir()), None)


def data_set(name: str) -> Path:
    folder = data_sets()
    if folder is None or not (folder / name).exists():
        pytest.skip(f"the data set {name} is not on this machine (ALOFT_DATA)")
    return folder / name
