"""Claim: a full evaluation of ten times the accounts and events takes no more than some ten times as long.

Each size is evaluated in a process of its own, and its state filled and folded in another before it, so that each
peak of memory is its own. The named alternative is the smallest size, in proportion. Printed are seconds of processors,
by the clock, and both peaks; `--plot` draws the evaluation. `ALOFT_MEMORY=6GB` limits DuckDB in it.
Run: `python benchmarks/growth.py [folder] [--plot docs/growth.svg] [accounts:events ...]`; those of the figures are
10000:1100000 100000:11000000, and 1000000:112000000 is that of design.md 5. Companies are kept in the folder.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from multiprocessing import get_context
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SIZES = ("1000:110000", "5000:550000")
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 560, 300, 64, 48, 20, 120
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#3d4450}.line{fill:none;stroke-width:2}.grid{stroke:#d6dae1}"
    "@media(prefers-color-scheme:dark){text{fill:#c6ccd6}.grid{stroke:#3b424e}}"
)


@dataclass(frozen=True)
class Point:
    """Seconds of processors and by the clock, and a peak in GB; `filled` is the peak of filling and folding state."""

    accounts: int
    events: int
    processors: float
    clock: float
    peak: float
    filled: float


def measured(size: str, folder: str | None) -> Point:
    accounts, events = map(int, size.split(":"))
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = str(Path(scratch) / "facts.duckdb")
        filled = alone(fill, (accounts, events, folder, path))
        return Point(accounts, events, *alone(read, (path,)), filled)


def alone(work: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def fill(accounts: int, events: int, folder: str | None, path: str) -> float:
    """A store at `path` with the state that the model reads, as one that has run keeps it; the peak."""
    sys.path.insert(0, str(HERE))
    from made.company import company, model

    from aloft.facts.compact import compact
    from aloft.facts.keep import keep
    from aloft.measures.program import compile_model

    with company(accounts, events, folder) as store:
        keep(store, compile_model(model()).kept)
        store.run("checkpoint")
        compact(store)
        store.run("checkpoint")
        made = store.run("select path from duckdb_databases() where path is not null")[0][0]
        shutil.copyfile(made, path)
    return peak()


def read(path: str) -> tuple[float, float, float]:
    """Seconds of processors and by the clock, and the peak."""
    sys.path.insert(0, str(HERE))
    from evaluation import evaluate, seconds
    from made.company import model

    from aloft.facts.store import FactStore
    from aloft.measures.frame import Frames
    from aloft.measures.program import compile_model

    with FactStore.open(Path(path), memory_limit=os.environ.get("ALOFT_MEMORY")) as store:
        program = compile_model(model())
        frames = Frames(store.connection, program.model, "UTC")
        clock, processors = seconds(lambda: evaluate(frames, program))
    return processors, clock, peak()


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def plotted(points: Sequence[Point]) -> str:
    """Both axes are logarithmic: what grows in proportion is a straight line that climbs as the dashed one does."""
    times = [time for point in points for time in (point.processors, point.clock)]
    low, high = floor(log10(min(times))), ceil(log10(max(times)))
    first, last = log10(points[0].accounts), log10(points[-1].accounts)

    def x(accounts: float) -> float:
        return LEFT + (log10(accounts) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(seconds: float) -> float:
        share = (log10(seconds) - low) / max(high - low, 1)
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)

    start = points[0].processors
    steepest = min(points[-1].accounts, points[0].accounts * 10**high / start)
    proportion = [(points[0].accounts, start), (steepest, start * steepest / points[0].accounts)]
    parts = [_grid(low, high, y), _places(points, x)]
    parts.append(_line([(x(a), y(s)) for a, s in proportion], "in proportion", "#8a93a3", "4 4"))
    parts.append(_line([(x(p.accounts), y(p.processors)) for p in points], "processors", "#2f6fd0"))
    parts.append(_line([(x(p.accounts), y(p.clock)) for p in points], "clock", "#c2571a"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Seconds of a full evaluation by accounts"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )


def _grid(low: int, high: int, y: Callable[[float], float]) -> str:
    return "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(10.0**n):.1f}" y2="{y(10.0**n):.1f}"/>'
        f'<text x="{LEFT - 8}" y="{y(10.0**n) + 4:.1f}" text-anchor="end">{10.0**n:g} s</text>'
        for n in range(low, high + 1)
    )


def _places(points: Sequence[Point], x: Callable[[float], float]) -> str:
    return "".join(
        f'<text x="{x(point.accounts):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{point.accounts:,}</text>'
        f'<text x="{x(point.accounts):.1f}" y="{HEIGHT - BOTTOM + 34}" text-anchor="middle">'
        f"{point.peak:.1f} GB</text>"
        for point in points
    )


def _line(places: Sequence[tuple[float, float]], name: str, colour: str, dashes: str = "none") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    x, y = places[-1]
    return (
        f'<polyline class="line" points="{path}" stroke="{colour}" stroke-dasharray="{dashes}"/>'
        f'<text x="{x + 6:.1f}" y="{y + 4:.1f}">{name}</text>'
    )


def main(arguments: list[str]) -> int:
    plot = Path(arguments.pop(arguments.index("--plot") + 1)) if "--plot" in arguments else None
    sizes = [one for one in arguments if ":" in one] or list(SIZES)
    folder = next((one for one in arguments if ":" not in one and not one.startswith("--")), None)
    points = [measured(size, folder) for size in sizes]
    for point in points:
        print(
            f"{point.accounts:>9,} accounts, {point.events:>11,} events: {point.processors:6.2f} s of processors, "
            f"{point.clock:6.2f} s by the clock, peak {point.peak:.1f} GB; of filling {point.filled:.1f} GB"
        )
    first, last = points[0], points[-1]
    print(
        f"ratio          {last.processors / first.processors:6.1f} times as long for "
        f"{last.accounts // first.accounts} times as many"
    )
    if plot:
        plot.write_text(plotted(points))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
