"""Claim: a million rows of events are imported - read, understood, mapped, logged and drained - within a minute.

The named alternative only moves the same file into a bare table: DuckDB's own read_csv and INSERT. It checks
nothing, keeps no log, refuses no row that comes twice and knows no account. Run: `python benchmarks/imports.py
[rows]`.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2024, 1, 1)
MAPPING = """\
mapping: bench
complete_to: 2025-12-31
tables:
  usage:
    key: usage_id
    account: account_id
    gives:
      used:
        kind: event
        name: Feature Used
        at: used_at
        user: user_id
        times: times
        properties: [feature, seconds]
"""


def write_rows(path: Path, rows: int) -> None:
    dice = random.Random(1)
    days = [(FIRST + timedelta(days=n)).isoformat() for n in range(700)]
    with path.open("w") as file:
        file.write("usage_id,account_id,user_id,used_at,feature,times,seconds\n")
        for n in range(rows):
            account = dice.randrange(2_000)
            at = f"{days[n * 700 // rows]} {dice.randrange(24):02d}:{dice.randrange(60):02d}:00"
            file.write(
                f"U-{n:08d},A-{account:05d},P-{account:05d}-{dice.randrange(5)},{at},"
                f"feature_{dice.randrange(40)},{dice.randrange(1, 9)},{dice.randrange(3600)}\n"
            )


Took = tuple[float, float]
"""Seconds on the clock, and of processors: the latter are what to compare where others work beside."""


def since(began: Took) -> Took:
    return time.perf_counter() - began[0], time.process_time() - began[1]


def copied(path: Path, folder: Path) -> Took:
    """What DuckDB takes to insert the file into a table."""
    import duckdb

    connection = duckdb.connect(str(folder / "bare.duckdb"))
    began = time.perf_counter(), time.process_time()
    connection.execute(f"CREATE TABLE bare AS SELECT * FROM read_csv('{path}')").fetchall()
    connection.execute("CHECKPOINT").fetchall()
    took = since(began)
    connection.close()
    return took


def imported(path: Path, home: Path) -> tuple[Took, Took]:
    """What it takes until the entries are in the log, and until the fact store has them."""
    from aloft import clock
    from aloft.collect.files.document import load_mapping
    from aloft.engine.home import open_engine
    from aloft.engine.importing import ask, import_files

    began = time.perf_counter(), time.process_time()
    asked = ask([path], load_mapping(MAPPING, "bench.yaml"))
    report = import_files(home, asked, clock.now())
    logged = since(began)
    with open_engine(home) as engine:
        engine.run(clock.now())
        stored = engine.store.run("SELECT count(*) FROM event")[0][0]
    assert stored == report.total("stored") == report.rows, (stored, report.total("stored"), report.rows)
    return logged, since(began)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ["ALOFT_HOME"] = str(home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "aloft.settings"
        import django

        django.setup()
        from aloft.cli.ready import prepare

        prepare()
        path = Path(folder) / "usage.csv"
        write_rows(path, rows)
        bare = copied(path, Path(folder))
        logged, drained = imported(path, home)
        told("DuckDB, read_csv into a bare table", bare, rows)
        told("aloft import, in the log", logged, rows)
        told("aloft import, in the fact store", drained, rows)
        print(f"ratio to the bare table: {drained[1] / bare[1]:.1f} times as much of processors")


def told(what: str, took: Took, rows: int) -> None:
    print(f"{what}: {took[0]:.1f} s, {rows / took[0]:,.0f} rows/s; {took[1]:.1f} s of processors")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
