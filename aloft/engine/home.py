"""Opening the engine of a deployment: its home folder, and the home zone that its model names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aloft.clock import Clock
from aloft.engagement.load import load
from aloft.engine.loop import Engine
from aloft.records.models import ModelVersion


def home_zone() -> str:
    """The zone of accounts that have none: that of the newest published model, before there is one UTC."""
    newest = ModelVersion.objects.order_by("-published_at", "-pk").first()
    return load(newest.document, newest.name).clock.home_zone if newest else "UTC"


@contextmanager
def open_engine(home: Path, clock: Clock | None = None) -> Iterator[Engine]:
    engine = Engine(home, home_zone(), clock)
    try:
        yield engine
    finally:
        engine.close()
