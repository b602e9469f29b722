"""The engine as a process, with a clock beside its parts: `python benchmarks/made/clocked.py FILE`.

A line of FILE for each turn of facts: when it began and ended, up to which instant it took facts, the seconds that its
parts took, and those of processors of all of it. All instants are seconds since 1970.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO


class Clocked:
    """Seconds of the parts of the turn that is being made."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._took: dict[str, float] = {}

    def part(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                self._took[name] = self._took.get(name, 0.0) + time.perf_counter() - began

        return timed

    def turn(self, make: Callable[[Any, datetime], None]) -> Callable[[Any, datetime], None]:
        def timed(engine: Any, until: datetime) -> None:
            self._took = {}
            began, used = time.time(), time.process_time()
            make(engine, until)
            told = {"until": until.timestamp(), "began": began, "ended": time.time(), **self._took}
            told["processors"] = time.process_time() - used
            self._file.write(json.dumps(told) + "\n")
            self._file.flush()

        return timed


def main(path: str) -> None:
    import django

    django.setup()
    from aloft.cli.serving import run_engine
    from aloft.engine import deciding, loop

    with Path(path).open("a") as file:
        clocked = Clocked(file)
        loop.Engine._facts = clocked.turn(loop.Engine._facts)  # type: ignore[method-assign]
        loop.drain = clocked.part("drain", loop.drain)  # type: ignore[attr-defined]
        loop.export = clocked.part("export", loop.export)  # type: ignore[attr-defined]
        deciding.by_facts = clocked.part("decide", deciding.by_facts)
        run_engine()


if __name__ == "__main__":
    main(sys.argv[1])
