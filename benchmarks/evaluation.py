"""Claim: at the sizes of design.md 5 all metrics and rules of the benchmark model are read from state at least four
times as fast as the metrics alone from the raw events, counted in time of processors. Of a small company planning
takes longer than reading.

The named alternative is one statement by hand over the event table (DuckDB): a filtered aggregate for each metric
that counts, adds or tells users apart; it must give the same numbers. The full evaluation, printed beside it, is
the frame of all accounts and every rule of the model read over it.
Run: `python benchmarks/evaluation.py [accounts] [events] [folder]`; the sizes of design.md 5 are 100000 11000000. The
company that is made is kept in the folder, if one is named, and found there again.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from statistics import median

from made.company import FIRST, NOW, company, model

from aloft.facts.compact import compact
from aloft.facts.keep import keep
from aloft.measures.frame import Frames
from aloft.measures.metrics import kept
from aloft.measures.program import Program, compile_model

TODAY = FIRST + 179
BY_HAND = ("count", "users", "days", "first", "last", "sum")


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


def by_hand(frames: Frames) -> str:
    """One statement over the raw events for every metric over a window that can be written as a filter."""
    columns = []
    for metric in frames.model.metrics.values():
        if metric.verb not in BY_HAND or metric.since is not None:
            continue
        tests = [f"e.day > {TODAY - metric.over.number}"] if metric.over else []
        if metric.events:
            names = ", ".join(f"'{name}'" for name in metric.events)
            tests.append(f"n.name in ({names})")
        state = kept(metric)
        tests += [state.where_sql] if state and state.where_sql else []
        number = f"try_cast(json_extract_string(properties, '$.{metric.property}') as double)"
        aggregate = {
            "count": "count(*)", "users": "count(distinct app_user)", "days": "count(distinct day)",
            "first": "min(occurred)", "last": "max(occurred)", "sum": f"sum({number})",
        }[metric.verb]  # fmt: skip
        where = f" filter (where {' and '.join(tests)})" if tests else ""
        zero = aggregate + where if metric.verb in ("first", "last") else f"coalesce({aggregate}{where}, 0)"
        columns.append(f'{zero} as "{metric.name}"')
    return (
        f"select a.id as _key, {', '.join(columns)} from account a left join event e on e.account = a.id "
        "left join event_name n on n.id = e.name group by a.id"
    )


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


def differing(frames: Frames) -> int:
    """Accounts for which the two disagree."""
    hand = frames.connection.execute("select * from by_hand limit 0")
    names = [column[0] for column in hand.description if column[0] != "_key"]
    tests = " or ".join(f'h."{name}" is distinct from f."{name}"' for name in names)
    found = frames.connection.execute(
        f"select count(*) from by_hand h join frame f using (_key) where {tests}"
    )
    row = found.fetchone()
    assert row is not None
    return int(row[0])


def main(accounts: int, events: int, folder: str | None = None) -> int:
    with company(accounts, events, folder) as store:
        program = compile_model(model())
        began = time.perf_counter()
        keep(store, program.kept)
        store.run("checkpoint")
        took = time.perf_counter() - began
        compact(store)
        print(
            f"{accounts:,} accounts, {events:,} events; {len(program.kept)} definitions filled in {took:.1f} s"
        )
        frames = Frames(store.connection, program.model, "UTC")
        full = seconds(lambda: evaluate(frames, program))
        statement = f"create or replace temp table by_hand as {by_hand(frames)}"
        hand = seconds(lambda: store.run(statement), times=1)
        wrong = differing(frames)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"full evaluation, {len(program.moments)} moments, {len(program.model.metrics)} metrics: {told(full)}"
        )
        print(
            f"by hand from raw events, fewer metrics and no rules: {told(hand)}, ratio {hand[1] / full[1]:.1f}"
        )
        print(f"accounts on which the two disagree: {wrong}; peak {peak:,.0f} MB")
        return wrong


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:3]] or [5_000, 500_000]
    sys.exit(main(sizes[0], sizes[1], next(iter(sys.argv[3:]), None)))
