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


def copied(path: Path, folder: Path) -> float:
    """Seconds that DuckDB takes to insert the file into a table."""
    import duckdb

    connection = duckdb.connect(str(folder / "bare.duckdb"))
    began = time.perf_counter()
    connection.execute(f"CREATE TABLE bare AS SELECT * FROM read_csv('{path}')").fetchall()
    connection.execute("CHECKPOINT").fetchall()
    took = time.perf_counter() - began
    connection.close()
    return took


def imported(path: Path, home: Path) -> tuple[float, float]:
    """Seconds until the entries are in the log, and until the fact store has them."""
    from aloft import clock
    from aloft.collect.files.document import load_mapping
    from aloft.engine.home import open_engine
    from aloft.engine.importing import ask, import_files

    began = time.perf_counter()
    asked = ask([path], load_mapping(MAPPING, "bench.yaml"))
    report = import_files(home, asked, clock.now())
    logged = time.perf_counter() - began
    with open_engine(home) as engine:
        engine.run(clock.now())
        stored = engine.store.run("SELECT count(*) FROM event")[0][0]
    assert stored == report.total("stored") == report.rows, (stored, report.total("stored"), report.rows)
    return logged, time.perf_counter() - began


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
        print(f"DuckDB, read_csv into a bare table: {bare:.1f} s, {rows / bare:,.0f} rows/s")
        logged, drained = imported(path, home)
        print(f"aloft import, in the log: {logged:.1f} s, {rows / logged:,.0f} rows/s")
        print(f"aloft import, in the fact store: {drained:.1f} s, {rows / drained:,.0f} rows/s")
        print(f"ratio to the bare table: {drained / bare:.1f} times as long")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
