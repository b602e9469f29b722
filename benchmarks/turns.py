"""Claim: what a turn of facts costs grows with what has come, and little of it is there however little comes.

The engine of `benchmarks/latency.py`, alone and in one process: as many events come within a tick, one in fifty of them
an urgent ticket. The turn that takes them is counted in seconds of processors (of all threads), in statements put to
the fact store, and in those put to the records: the least of several turns of each size, after a few to warm up. The
named alternative is the turn of the smallest size: the ratio tells what events cost beside what a turn costs anyway.
Run: `python benchmarks/turns.py [accounts] [turns] [folder] [file]`; into `file.EVENTS` it writes what took longest, by
statement. The home is that of latency.py, kept in the folder.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from idle import surroundings
from latency import TICKETS, home_of

SIZES = (10, 100, 1_000)  # events of a turn
WARM = 3  # turns of each size, before what is counted
PARTS = ("drain", "by_facts", "export")


@dataclass
class Used:
    """By what, how often and how many seconds of processors."""

    times: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def of(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            with self.within(name):
                return work(*given, **named)

        return counted

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        began = time.process_time()
        try:
            yield
        finally:
            self.times[name] += 1
            self.seconds[name] += time.process_time() - began

    def clear(self) -> None:
        self.times.clear()
        self.seconds.clear()


class Counted:
    """A connection to the fact store of which each statement is counted, by its first words and who put it."""

    def __init__(self, connection: Any, used: Used) -> None:
        self._connection, self._used = connection, used

    def execute(self, statement: str, *given: Any) -> Any:
        put = [one for one in traceback.extract_stack(limit=9)[:-1] if "/aloft/" in one.filename]
        who = " < ".join(f"{Path(one.filename).stem}.{one.name}:{one.lineno}" for one in reversed(put[-4:]))
        with self._used.within(f"{' '.join(statement.split())[:70]} | {who}"):
            return self._connection.execute(statement, *given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Sender:
    """Events into the inbox, as the wire would have put them there."""

    def __init__(self, accounts: int) -> None:
        self._accounts, self._chance, self._ids = accounts, random.Random(accounts), count()

    def send(self, engine: Any, events: int, at: datetime) -> None:
        engine.inbox.append([self._entry(at) for _ in range(events)], at)

    def _entry(self, at: datetime) -> Any:
        from aloft.collect.inbox import Entry

        message, chance = f"turn-{next(self._ids)}", self._chance
        ticket = chance.randrange(TICKETS) == 0
        account = 1 + int(self._accounts * chance.random() ** (1 if ticket else 3))
        told = f'{{"ticket_id":"{message}","priority":"urgent"}}' if ticket else '{"rows":12}'
        return Entry(
            source="product",
            message_id=message,
            kind="track",
            name="Ticket Opened" if ticket else "Signed In",
            account=f"account-{account}",
            user=f"user-{account * 64 + chance.randrange(16)}",
            occurred=at,
            body=f'{{"properties":{told}}}'.encode(),
        )


@dataclass(frozen=True)
class Turns:
    """Of one size: the least and the middle of all, the least of each part, and the statements of a turn."""

    least: float
    middle: float
    parts: dict[str, float]
    facts: float
    records: float


def measured(engine: Any, sender: Sender, clock: Any, events: int, turns: int, used: Used) -> Turns:
    from django.db import connection

    took: list[float] = []
    parts: dict[str, list[float]] = defaultdict(list)
    queries: list[int] = []
    for number in range(WARM + turns):
        if number == WARM:
            used.clear()
        before = dict(used.seconds)
        at = engine.at + timedelta(seconds=2)
        sender.send(engine, events, at)
        clock.instant = at + timedelta(milliseconds=500)
        asked = Used()
        with connection.execute_wrapper(lambda run, *given, asked=asked: asked.of("query", run)(*given)):
            began = time.process_time()
            engine.run(at + timedelta(milliseconds=400))
            spent = time.process_time() - began
        if number >= WARM:
            took.append(spent)
            queries.append(asked.times["query"])
            for part in PARTS:
                parts[part].append(used.seconds[part] - before.get(part, 0.0))
    facts = sum(times for name, times in used.times.items() if name not in PARTS) / turns
    return Turns(
        min(took), median(took), {part: min(of) for part, of in parts.items()}, facts, median(queries)
    )


def main() -> int:
    given = [int(one) for one in sys.argv[1:3]]
    accounts, turns = given if len(given) == 2 else (1_000, 5)
    folder = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory() as scratch:
        home = home_of(accounts, folder, Path(scratch))
        os.environ.update(surroundings(str(home)))
        least = run(home, accounts, turns, sys.argv[4] if len(sys.argv) > 4 else None)
    print(f"ratio          {least[-1] / least[0]:6.1f}")
    return 0


def run(home: Path, accounts: int, turns: int, profile: str | None) -> list[float]:
    import django

    django.setup()
    from aloft.clock import SetClock, now
    from aloft.engine import deciding, loop
    from aloft.engine.home import open_engine
    from aloft.facts.store import FactStore

    used, clock, sender = Used(), SetClock(now()), Sender(accounts)
    loop.drain = used.of("drain", loop.drain)  # type: ignore[attr-defined]
    loop.export = used.of("export", loop.export)  # type: ignore[attr-defined]
    deciding.by_facts = used.of("by_facts", deciding.by_facts)
    prepare = FactStore._prepare

    def counted(store: Any) -> None:
        store.connection = Counted(store.connection, used)
        prepare(store)

    FactStore._prepare = counted  # type: ignore[method-assign,assignment]
    least = []
    with open_engine(home, clock) as engine:
        engine.run(now())
        for events in SIZES:
            found = measured(engine, sender, clock, events, turns, used)
            least.append(found.least)
            told = ", ".join(f"{part} {seconds:.3f}" for part, seconds in found.parts.items())
            print(
                f"{events:>6,} events: {found.least:.3f} s of processors (median {found.middle:.3f}; {told}); "
                f"{found.facts:.0f} statements to the facts, {found.records:.0f} to the records",
                flush=True,
            )
            if profile:
                write(Path(f"{profile}.{events}"), used, turns)
    return least


def write(path: Path, used: Used, turns: int) -> None:
    """What took longest, in milliseconds of a turn."""
    order = sorted(used.seconds, key=lambda name: -used.seconds[name])
    lines = [
        f"{used.seconds[one] / turns * 1000:8.2f} {used.times[one] / turns:6.1f}  {one}" for one in order
    ]
    path.write_text("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
