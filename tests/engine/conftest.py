from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.world import World


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()
