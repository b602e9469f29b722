"""Claim: editing the `where` of one metric fills its state several times as fast as making all state anew.

The named alternative is what a store must do whose state is not known by its definition: drop what is kept, and
add every definition up again from the raw events.
Run: `python benchmarks/backfill.py [accounts] [events]`; the sizes of design.md 5 are 100000 11000000.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from made.company import fill, model

from aloft.engagement.model import Rule
from aloft.engagement.parse import parse
from aloft.facts.keep import keep
from aloft.facts.state import Kept
from aloft.facts.store import FactStore
from aloft.measures.metrics import definitions, metrics_read

EDITED = "format = 'csv' and rows > 100"


def filled(store: FactStore, wanted: Iterable[Kept], *, told: bool = False) -> float:
    """Seconds; with `told`, the progress that a person sees."""

    def progress(done: int, events: int) -> None:
        if told and events:
            print(f"  {done / events:4.0%} of {events:,} events", flush=True)

    began = time.perf_counter()
    keep(store, wanted, progress)
    return time.perf_counter() - began


def main(accounts: int, events: int) -> None:
    before = model()
    metric = replace(before.metrics["csv_28d"], where=Rule(parse(EDITED), EDITED, 1))
    after = replace(before, metrics={**before.metrics, metric.name: metric})
    with tempfile.TemporaryDirectory() as folder, FactStore.open(Path(folder) / "facts.duckdb") as store:
        fill(store, accounts, events)
        keep(store, definitions(metrics_read(before).values()))
        wanted = definitions(metrics_read(after).values())
        one = filled(store, wanted, told=True)
        keep(store, ())
        everything = filled(store, wanted)
    print(f"{accounts:,} accounts, {events:,} events; one `where` edited: {one:.1f} s")
    print(f"all {len(wanted)} definitions anew: {everything:.1f} s, ratio {everything / one:.1f}")


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:3]] or [5_000, 500_000]
    main(*sizes)
