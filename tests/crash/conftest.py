"""Deployments in a folder of their own, and on a disk of their own."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alone import free_port
from tests.crash.deployment import Processes
from tests.crash.disk import Disk, missing


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    yield from until_done(Processes(tmp_path, free_port(), tmp_path))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Skipped where this machine cannot have one."""
    if lacking := missing():
        pytest.skip(lacking)
    made = Disk(tmp_path / "disk", tmp_path / "left")
    made.start()
    yield made
    made.end()


@pytest.fixture
def on_disk(disk: Disk, tmp_path: Path) -> Iterator[Processes]:
    """A deployment whose home is that disk."""
    yield from until_done(Processes(disk.mount, free_port(), tmp_path))


def until_done(made: Processes) -> Iterator[Processes]:
    yield made
    for name in made.running:
        made.end(name, signal.SIGKILL)
