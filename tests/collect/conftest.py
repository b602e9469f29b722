from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from aloft.clock import SetClock
from aloft.collect.services import create_source
from aloft.collect.wire.application import Front
from tests.collect.facts import NOON
from tests.collect.requests import behind


@pytest.fixture
def key(db: None) -> str:
    _, key = create_source(name="product", at=NOON)
    return key


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def front(
    db: None, settings: Settings, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Front]:
    settings.ALOFT_HOME = tmp_path
    # As Django's own test client does: the connection is within the test's transaction.
    for module in ("application", "sources"):
        monkeypatch.setattr(f"aloft.collect.wire.{module}.close_old_connections", lambda: None)
    opened = Front(behind, clock)
    yield opened
    opened.close()
