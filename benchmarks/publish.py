"""Claim: a text that is published is in force at 100,000 accounts in less than 30 s of a quiet machine.

In force is when the engine has read every account by it and made every due row: first the benchmark model (50 moments,
15 of them schedules) where nothing was in force; then the same with a lower floor for everybody and one review more
often; then with the time of day of another review, and nothing else. Facts are drained and state is kept before, as
they are where a model was planned first. Python looks for circles among its objects as seldom as it does in a
deployment.

The named alternative, in the same run, plans a sample of the accounts one by one, as a turn plans the only account
that it touches, in proportion; it must make the same due rows. Beside it: to plan all again, where everything stands.
Growth is from the first size to the last.
Times are of processors, and by the clock beside them.
Run: `python benchmarks/publish.py [events for each account] [folder] [accounts...]`; without, at 1,000 and 4,000.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

HERE = Path(__file__).resolve().parent
AT = datetime(2026, 6, 30, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SAMPLE = 200
REVIEW = "every 5 months from phase_start"


def texts() -> dict[str, str]:
    first = (HERE / "model.yaml").read_text()
    changed = first.replace("mrr >= 5000", "mrr >= 4000").replace("every 5 months", "every 2 months", 1)
    return {
        "first": first,
        "changed": changed,
        "one moment": changed.replace(f"{REVIEW} at 10:00", f"{REVIEW} at 14:00"),
    }


def prepared(home: Path, accounts: int, events: int, folder: str | None) -> None:
    """Facts and records of a company for which no model is in force."""
    from made.company import company, model
    from made.decided import recorded

    from aloft.cli.ready import prepare
    from aloft.collect.opening import connect
    from aloft.collect.place import inbox_of
    from aloft.collect.tables import move_position
    from aloft.engine.models import Decided
    from aloft.facts.compact import compact
    from aloft.facts.keep import keep
    from aloft.measures.program import compile_model

    prepare()
    with company(accounts, events, folder) as store:
        keep(store, compile_model(model()).kept)
        compact(store)
        for told in ("attribute", "contract", "contract_line"):  # long ago
            store.run(f"update {told} set seq = 0")
        store.run('update position set inbox = ?, "at" = ?', [events, AT.replace(tzinfo=None)])
        store.run("checkpoint")
        (path,) = store.run("select path from duckdb_databases() where database_name = current_database()")[0]
        copyfile(path, home / "facts.duckdb")
    with closing(connect(inbox_of(home), patience=60)) as tables:
        move_position(tables, events, 0)
    recorded(accounts, AT)
    Decided.objects.update_or_create(pk=1, defaults={"inbox": events, "changes": 0, "at": AT})


def measure(home: Path, accounts: int, events: int, folder: str | None) -> dict[str, float]:
    from django.db.models import Max

    from aloft.act.models import Due, Occurrence
    from aloft.clock import SetClock
    from aloft.engagement.digest import timings
    from aloft.engagement.load import load
    from aloft.engine.home import seldom_collecting
    from aloft.engine.loop import Engine
    from aloft.records.services import publish_model

    prepared(home, accounts, events, folder)
    engine = Engine(home, "UTC", SetClock(AT + MINUTE * 10))
    engine.run(AT)
    found: dict[str, float] = {}
    for number, (called, text) in enumerate(texts().items(), 1):
        model = load(text, "model.yaml")
        at = AT + MINUTE * 2 * number
        publish_model(
            name=model.name,
            document=text,
            digest=model.digest,
            timings=timings(model),
            live_from=at,
            actor="b",
            at=at - MINUTE,
        )
        newest = Due.objects.aggregate(key=Max("pk"))["key"] or 0
        began, used = time.perf_counter(), time.process_time()
        with seldom_collecting():
            engine.run(at)
        clock, cpu = time.perf_counter() - began, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000
        print(
            f"{accounts:>9,} accounts, {called:>10}: {cpu:6.1f} s of processors, {clock:6.1f} s by the clock, "
            f"peak {peak:.1f} GB; {Due.objects.count():,} due rows, {Due.objects.filter(pk__gt=newest).count():,} "
            f"of them new; {Occurrence.objects.count():,} open",
            flush=True,
        )
        found[called] = cpu
    found |= planned(engine)
    engine.close()
    return found


def planned(engine: Any) -> dict[str, float]:
    """Seconds of processors to plan all at once, again, and one by one, in proportion; due rows that differ."""
    from django.db import transaction

    from aloft.engine import planning

    turn = engine.surveying()[0]
    turn.everyone = True
    turn.ask()
    accounts = engine.directory.all()
    sample = accounts[:: max(len(accounts) // SAMPLE, 1)]

    def took(asked: list[list[int]]) -> float:
        used = time.process_time()
        for some in asked:
            planning.plan(turn, some)
        return time.process_time() - used

    with transaction.atomic():
        turn.running.plans.forget()
        at_once, again = took([accounts]), took([accounts])
        made = due_rows(engine, sample)
        turn.running.plans.forget()
        one_by_one = took([[account] for account in sample]) * len(accounts) / len(sample)
        differing = len(made ^ due_rows(engine, sample))
    return {"at once": at_once, "again": again, "one by one": one_by_one, "differing": differing}


def due_rows(engine: Any, accounts: list[int]) -> set[tuple[Any, ...]]:
    from aloft.act.models import Due

    rows = Due.objects.filter(account__in=[engine.directory[one].row for one in accounts], occurrence=None)
    return set(rows.values_list("account", "at", "kind", "moment", "anchor", "n"))


def alone(accounts: int, events: int, folder: str | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        os.environ["ALOFT_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = home, "aloft.settings"
        sys.path.insert(0, str(HERE))
        import django

        django.setup()
        return measure(Path(home), accounts, events, folder)


def at(accounts: int, events: int, folder: str | None) -> dict[str, float]:
    """In a process of its own: Django is set up once, for one home."""
    from multiprocessing import get_context

    with get_context("spawn").Pool(1) as pool:
        return pool.apply(alone, (accounts, events, folder))


def main() -> int:
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    folder = sys.argv[2] if len(sys.argv) > 2 and sys.argv[2] != "-" else None
    sizes = [int(size) for size in sys.argv[3:]] or [1_000, 4_000]
    found = {size: at(size, size * each, folder) for size in sizes}
    first, last = found[sizes[0]], found[sizes[-1]]
    print(
        f"due rows of all planned at once: {last['at once']:.1f} s; one by one: {last['one by one']:.1f} s; "
        f"again, where all stand: {last['again']:.1f} s"
    )
    print(f"ratio          {last['one by one'] / last['at once']:6.1f}")
    for text in texts():
        times = last[text] / first[text]
        print(f"growth, {text} {times:6.1f} times as long for {sizes[-1] / sizes[0]:g} times as many")
    differing = int(sum(one["differing"] for one in found.values()))
    print(f"due rows on which the two disagree: {differing}")
    return differing


if __name__ == "__main__":
    sys.exit(main())
