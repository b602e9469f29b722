"""Claim: at the sizes of design.md 5 all metrics and rules of the benchmark model are read from state at least four
times as fast as the metrics alone from the raw events, counted in time of processors. Of a small company planning
takes longer than reading.

The named alternatives are by hand over all events: one statement of DuckDB over its table, and one query of polars
over columns in memory (`made/by_hand.py`); both must give the same numbers. The full evaluation, printed beside them,
is the frame of all accounts and every rule of the model read over it.
Run: `python benchmarks/evaluation.py [accounts] [events] [folder]`; the sizes of design.md 5 are 100000 11000000. The
company that is made is kept in the folder, if one is named, and found there again.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from statistics import median

from made.by_hand import events, in_polars, statement
from made.company import NOW, company, model

from aloft.facts.compact import compact
from aloft.facts.keep import keep
from aloft.facts.store import FactStore
from aloft.measures.frame import Frames
from aloft.measures.program import Program, compile_model


def evaluate(frames: Frames, program: Program) -> int:
    """Every account, every rule; how many times one was true."""
    frames.ask_all(NOW)
    frames.build()
    rules = [f"({one.place})" for one in program.moments.values()]
    rules += [f"({one.condition})" for one in program.moments.values() if one.condition]
    rules += [f"({program.next_phase}) is not null", f"({program.next_segment}) is not null"]
    told = " + ".join(f"count(*) filter (where ({rule}) is true)" for rule in rules)
    found = frames.connection.execute(f"select {told} from frame").fetchone()
    assert found is not None
    return int(found[0])


def seconds(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """On the clock, and of processors: the median of each."""
    took = []
    for _ in range(times):
        began, used = time.perf_counter(), time.process_time()
        work()
        took.append((time.perf_counter() - began, time.process_time() - used))
    clock, processors = zip(*took, strict=True)
    return median(clock), median(processors)


def told(took: tuple[float, float]) -> str:
    return f"{took[0]:.2f} s, {took[1]:.2f} s of processors"


def differing(frames: Frames, table: str) -> int:
    """Accounts for which what is in the table and the frame disagree."""
    hand = frames.connection.execute(f"select * from {table} limit 0")
    names = [column[0] for column in hand.description if column[0] != "_key"]
    tests = " or ".join(f'h."{name}" is distinct from f."{name}"' for name in names)
    found = frames.connection.execute(
        f"select count(*) from frame f left join {table} h using (_key) where h._key is null or {tests}"
    )
    row = found.fetchone()
    assert row is not None
    return int(row[0])


def peak() -> str:
    return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"


def compared(store: FactStore, frames: Frames, full: float) -> int:
    """Accounts on which the frame and either alternative disagree; prints what each takes."""
    metrics, wrong = frames.model.metrics, 0
    log, accounts = events(store), frames.connection.execute("select count(*) from account").fetchall()[0][0]

    def in_duckdb() -> object:
        return store.run(f"create or replace temp table by_hand as {statement(metrics)}")

    def by_polars() -> object:
        return store.connection.register("by_polars", in_polars(log, accounts, metrics))

    for name, table, work in (
        ("one statement of DuckDB", "by_hand", in_duckdb),
        ("polars", "by_polars", by_polars),
    ):
        took = seconds(work, times=1)
        wrong += (some := differing(frames, table))
        print(
            f"by hand from raw events in {name}, fewer metrics and no rules: {told(took)}, "
            f"ratio {took[1] / full:.1f}; accounts on which the two disagree: {some}"
        )
    return wrong


def main(accounts: int, rows: int, folder: str | None = None) -> int:
    with company(accounts, rows, folder) as store:
        program = compile_model(model())
        began = time.perf_counter()
        keep(store, program.kept)
        store.run("checkpoint")
        took = time.perf_counter() - began
        compact(store)
        print(
            f"{accounts:,} accounts, {rows:,} events; {len(program.kept)} definitions filled in {took:.1f} s"
        )
        frames = Frames(store.connection, program.model, "UTC")
        full = seconds(lambda: evaluate(frames, program), times=5)
        print(
            f"full evaluation, {len(program.moments)} moments, {len(program.model.metrics)} metrics: {told(full)}, "
            f"{peak()}",
            flush=True,
        )
        return compared(store, frames, full[1])


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:3]] or [5_000, 500_000]
    sys.exit(main(sizes[0], sizes[1], next(iter(sys.argv[3:]), None)))
