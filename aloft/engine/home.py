"""Opening the engine of a deployment: its home folder, and the home zone that its model names."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aloft.clock import Clock
from aloft.engagement.load import load_published
from aloft.engine.loop import Engine
from aloft.records.models import ModelVersion


def home_zone() -> str:
    """The zone of accounts that have none: that of the newest published model, before there is one UTC."""
    newest = ModelVersion.objects.order_by("-published_at", "-pk").first()
    return load_published(newest.document, newest.name).clock.home_zone if newest else "UTC"


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Rows are made and dropped by the thousand: to look for circles among them as often costs a fifteenth."""
    known = gc.get_threshold()
    gc.set_threshold(100_000, *known[1:])
    try:
        yield
    finally:
        gc.set_threshold(*known)


@contextmanager
def open_engine(home: Path, clock: Clock | None = None) -> Iterator[Engine]:
    engine = Engine(home, home_zone(), clock)
    try:
        with seldom_collecting():
            yield engine
    finally:
        engine.close()
