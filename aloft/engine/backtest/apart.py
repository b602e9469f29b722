"""What an executor of Spark does: it plays parts, each in a process of its own. It begins there without Django."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa

COMMAND = ("-m", "aloft", "backtest-part")
PLAYED = "part long"
"""What is told of parts that were played."""


def player(folder: Path) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What an executor does with the numbers of parts."""

    def played(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            parts = batch.column(0).to_pylist()
            for part in parts:
                play_apart(folder, part)
            yield pa.RecordBatch.from_pydict({"part": pa.array(parts, pa.int64())})

    return played


def play_apart(folder: Path, part: int) -> None:
    """In a process of its own: its memory goes back as it ends, and parts do not wait for one another."""
    with tempfile.TemporaryDirectory() as home:
        known = {name: value for name, value in os.environ.items() if name != "ALOFT_DATABASE"}
        ours = {
            "ALOFT_HOME": home,
            "DJANGO_SETTINGS_MODULE": "aloft.settings",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        ran = subprocess.run(  # noqa: S603
            [sys.executable, *COMMAND, str(folder), str(part)],
            env=known | ours, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if ran.returncode:
        raise RuntimeError(f"part {part} could not be played: {ran.stderr[-2000:]}")
