"""Claim: editing the `where` of one metric fills its state several times as fast as making all state anew.

The named alternative is what a store must do whose state is not known by its definition: drop what is kept, and
add every definition up again from the raw events.
Run: `python benchmarks/backfill.py [accounts] [events] [folder]`; the sizes of design.md 5 are 100000 11000000. The
company that is made is kept in the folder, if one is named, and found there again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import replace

from made.company import company, model

from aloft.engagement.model import Rule
from aloft.engagement.parse import parse
from aloft.facts.keep import keep
from aloft.facts.state import Kept
from aloft.facts.store import FactStore
from aloft.measures.metrics import definitions, metrics_read

EDITED = "format = 'csv' and rows > 100"


def filled(store: FactStore, wanted: Iterable[Kept], *, told: bool = False) -> tuple[float, float]:
    """Seconds on the clock, and of processors; with `told`, the progress that a person sees."""

    def progress(done: int, events: int) -> None:
        if told and events:
            print(f"  {done / events:4.0%} of {events:,} events", flush=True)

    began, used = time.perf_counter(), time.process_time()
    keep(store, wanted, progress)
    return time.perf_counter() - began, time.process_time() - used


def main(accounts: int, events: int, folder: str | None = None) -> None:
    before = model()
    metric = replace(before.metrics["csv_28d"], where=Rule(parse(EDITED), EDITED, 1))
    after = replace(before, metrics={**before.metrics, metric.name: metric})
    with company(accounts, events, folder) as store:
        keep(store, definitions(metrics_read(before).values()))
        wanted = definitions(metrics_read(after).values())
        one = filled(store, wanted, told=True)
        keep(store, ())
        everything = filled(store, wanted)
    print(
        f"{accounts:,} accounts, {events:,} events; one `where` edited: {one[0]:.1f} s, {one[1]:.1f} of processors"
    )
    print(
        f"all {len(wanted)} definitions anew: {everything[0]:.1f} s, {everything[1]:.1f} of processors, "
        f"ratio {everything[1] / one[1]:.1f}"
    )


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:3]] or [5_000, 500_000]
    main(sizes[0], sizes[1], next(iter(sys.argv[3:]), None))
