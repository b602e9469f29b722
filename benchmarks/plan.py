"""Claim: what publishing a text would do at 100,000 accounts is told in less than 10 s of a quiet machine.

In force is the benchmark model, with 15 schedules; the text lowers a floor and makes a review more frequent. Everything
is read: positions, 13 weeks of schedules on both sides, conditions, owners, hours, cost, caps, what stands open.

The named alternative, in the same run, dates schedules as the engine does for one account: a call for each account
and moment, of a sample, in proportion; it must find the same instants. The plan dates each day that is counted from
once. Times are of processors, and by the clock beside them.
Run: `python benchmarks/plan.py [events for each account] [folder] [accounts...]`; without, at 1,000 and 10,000.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, timedelta
from pathlib import Path
from shutil import copyfile

HERE = Path(__file__).resolve().parent
SAMPLE = 500
OPEN = 5  # one of so many accounts has something open
AT_ONCE = 2_000


def text() -> str:
    """The benchmark model with a lower floor, and one review twice as often."""
    model = (HERE / "model.yaml").read_text()
    return model.replace("mrr >= 5000", "mrr >= 4000").replace("every 5 months", "every 2 months", 1)


def made(home: Path, accounts: int, events: int, folder: str | None) -> None:
    """Facts, records and decisions of a company under the benchmark model, as the engine would have left them."""
    from made.company import NOW, company, model
    from made.decided import decided

    from aloft.facts.compact import compact
    from aloft.facts.keep import keep
    from aloft.measures.program import compile_model

    program = compile_model(model())
    with company(accounts, events, folder) as store:
        keep(store, program.kept)
        compact(store)
        decided(store, program, accounts, NOW, one_in=OPEN)
        store.run("checkpoint")
        (path,) = store.run("select path from duckdb_databases() where database_name = current_database()")[0]
        copyfile(path, home / "facts.duckdb")


def measure(accounts: int, events: int, folder: str | None, home: Path) -> dict[str, float]:
    from made.company import NOW

    from aloft.clock import SetClock
    from aloft.engagement.load import read_model
    from aloft.engine.loop import Engine
    from aloft.engine.plan.ground import ground
    from aloft.engine.plan.making import make

    made(home, accounts, events, folder)
    engine = Engine(home, "UTC", SetClock(NOW))
    engine.in_force()
    reading = read_model(text(), "model.yaml")
    began, used = time.perf_counter(), time.process_time()
    stands = ground(engine)
    taken = time.perf_counter() - began
    plan = make(stands, reading)
    clock, cpu = time.perf_counter() - began, time.process_time() - used
    due = sum(one.due for one in plan.moments)
    print(
        f"{accounts:>9,} accounts: {cpu:6.1f} s of processors, {clock:6.1f} s by the clock; {due:,} due. "
        f"{plan.sentence}"
    )
    alone, differing = one_by_one(engine, reading.model, plan)
    engine.close()
    return {"cpu": cpu, "clock": clock, "taken": taken, "alone": alone, "differing": differing}


def one_by_one(engine, model, plan) -> tuple[float, int]:  # type: ignore[no-untyped-def]
    """Seconds of processors that dating by account and moment would take for all; and how many instants differ of
    moments that the text leaves as they are."""
    from aloft.decide.recurrence import due_instants
    from aloft.engine.anchors import anchored

    turn = engine.looking(engine.at, engine.directory.all()[0])
    sample = engine.directory.all()[:SAMPLE]
    turn.touched = frozenset(sample)
    turn.ask()
    rows = turn.rows(sample)
    monday = (engine.at - timedelta(days=engine.at.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    window = (engine.at.astimezone(UTC) + timedelta.resolution, monday + timedelta(weeks=13))
    scheduled = [one for one in turn.program.model.moments.values() if one.trigger.kind == "schedule"]
    used, found = time.process_time(), 0
    for account, row in rows.items():
        calendar = engine.directory[account].calendar(turn.program.model.clock)
        for moment in scheduled:
            anchor = anchored(moment.trigger.schedule.anchor, row, calendar)
            if anchor is not None and row["phase"] is not None:
                found += len(
                    due_instants(moment.trigger.schedule, anchor.at, calendar, roll="none", window=window)
                )
    took = time.process_time() - used
    return took * len(engine.directory.all()) / len(sample) * 2, abs(found - before(engine, sample))


def before(engine, sample) -> int:  # type: ignore[no-untyped-def]
    """How many instants a plan of what is in force finds at the sample."""
    from aloft.engine.plan.dates import Weeks
    from aloft.engine.plan.ground import ground, name_accounts
    from aloft.engine.plan.history import History
    from aloft.engine.plan.sides import Side, in_force
    from aloft.measures.frame import Frames
    from aloft.measures.lean import dating

    stands = ground(engine)
    name_accounts(stands)
    Frames(stands.store.connection, dating(stands.live[0].program.model), "UTC")
    stands.decide_here()
    history = History(stands.at, {})
    history.load(stands.store)
    stands.store.run("delete from known")
    side = Side("before")
    side.begin(stands.store)
    in_force(stands, side, history, Weeks.from_(stands.at, "UTC"))
    (found,) = stands.store.run(
        f"select count(*) from {side.due} where account in (select unnest($sample))", {"sample": list(sample)}
    )[0]
    stands.close()
    return int(found)


def at(accounts: int, events: int, folder: str | None) -> dict[str, float]:
    """In a process of its own: Django is set up once, for one home."""
    from multiprocessing import get_context

    with get_context("spawn").Pool(1) as pool:
        return pool.apply(alone, (accounts, events, folder))


def alone(accounts: int, events: int, folder: str | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        os.environ["ALOFT_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = home, "aloft.settings"
        sys.path.insert(0, str(HERE))
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        return measure(accounts, events, folder, Path(home))


def main() -> int:
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    folder = sys.argv[2] if len(sys.argv) > 2 else None
    sizes = [int(size) for size in sys.argv[3:]] or [1_000, 10_000]
    found = {size: at(size, size * each, folder) for size in sizes}
    first, last = found[sizes[0]], found[sizes[-1]]
    print(f"the engine stands still for {last['taken'] * 1000:.0f} ms while a plan begins")
    print(f"schedules one by one: {last['alone']:.1f} s of processors for both sides")
    print(f"ratio          {last['alone'] / last['cpu']:6.1f}")
    print(
        f"growth         {last['cpu'] / first['cpu']:6.1f} times as long for {sizes[-1] // sizes[0]} times as many"
    )
    differing = int(sum(one["differing"] for one in found.values()))
    print(f"instants on which the two disagree: {differing}")
    return differing


if __name__ == "__main__":
    sys.exit(main())
