"""Claim: a day of a backtest costs a small part of the same day lived through by the engine, and grows with accounts
no faster than they do.

The named alternative is the engine itself over the same log and model, as history (`benchmarks/history.py` tells how
that is rolled): a company of a few hundred accounts, both ways, and both open the same moments of the calendar. Then
the sizes asked for, under the benchmark model: processors' time, the clock, and what 730 days of 10,000 accounts would
take at that rate; design.md 5 asks for 60 s. Run: `python benchmarks/backtest.py [accounts] [days] [events a day]`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import history
import numpy as np
import pyarrow as pa

SLICE, SLICE_DAYS = 200, 6
FIRST = date(2025, 1, 6)
BEFORE = 60  # days of history before the first
NAMES = [
    *("Signed In", "User Created", "Report Exported", "Ticket Opened", "Ticket Solved", "Survey Answered"),
    *(f"Feature {n} Used" for n in range(34)),
]
SHARES = [0.3, 0.03, 0.08, 0.03, 0.03, 0.01, *[0.52 / 34] * 34]


def entries(accounts: int, days: int, a_day: int) -> pa.Table:
    """Events of `BEFORE + days` days, as an import would have written them; a few accounts do most."""
    from aloft.facts.log import SCHEMA

    dice, many = np.random.default_rng(1), a_day * (BEFORE + days)
    start = np.datetime64(FIRST - timedelta(days=BEFORE), "us")
    seconds = np.sort(dice.integers(0, (BEFORE + days) * 86_400_000_000, many)).astype("timedelta64[us]")
    whose = (accounts * dice.random(many) ** 3).astype(int)
    who, what = dice.integers(0, 16, many), dice.choice(len(NAMES), many, p=SHARES)
    told = [
        {2: '{"properties":{"rows":%d,"format":"csv"}}', 5: '{"properties":{"score":%d,"kind":"nps"}}'}.get(
            name, '{"properties":{"ticket_id":"t%d","priority":"urgent"}}' if name in (3, 4) else "{}%.0s"
        )
        % (number % 900)
        for number, name in enumerate(what)
    ]
    at = pa.array(start + seconds, pa.timestamp("us"))
    return pa.table(
        {
            "seq": np.arange(1, many + 1),
            "received": at,
            "source": pa.repeat("product", many),
            "message_id": pa.array(np.char.add("m", np.arange(many).astype(str))),
            "kind": pa.repeat("track", many),
            "name": pa.array(np.array(NAMES)[what]),
            "account": pa.array(np.char.add("a", whose.astype(str))),
            "user": pa.array(
                np.char.add(np.char.add("u", whose.astype(str)), np.char.add("-", who.astype(str)))
            ),
            "occurred": at,
            "times": pa.repeat(1, many),
            "body": pa.array(told).cast(pa.binary()),
            "imported": pa.repeat(True, many),
        }
    ).cast(SCHEMA)


def changes(accounts: int) -> list[object]:
    """A contract each, begun within a year around the first day; one in ten ends after a year."""
    from aloft.facts.changes import ChangeRow

    at = datetime(2024, 10, 1, tzinfo=UTC)
    found: list[object] = []
    for number in range(accounts):
        external, starts = f"a{number}", date(2024, 10, 1) + timedelta(days=number % 365)
        ends = (starts + timedelta(days=365)).isoformat() if number % 10 == 0 else None
        fields = {"name": external, "seats": 5 + number % 20, "timezone": "UTC", "country": "DE"}
        terms = {"contract": f"c{number}", "signed": None, "starts": starts.isoformat(), "ends": ends}
        line = {**terms, "line": "1", "product": None, "plan": "", "seats": 5, "currency": "USD"}
        line["mrr"] = f"{200 + 1_000_000 / (number + 50):.2f}"
        for kind, data in (
            ("account.set", {"fields": fields}), ("contract.set", terms), ("contract.line", line)
        ):  # fmt: skip
            found.append(ChangeRow(len(found) + 1, at, kind, external, data))
    return found


def played(accounts: int, days: int, a_day: int) -> tuple[float, float, float, int]:
    """The clock and processors for the days alone; the clock for what was before them; openings."""
    from aloft.engagement.load import load
    from aloft.engine.backtest.run import play, playing
    from aloft.engine.backtest.tape import Tape

    model = load((Path(__file__).parent / "model.yaml").read_text(), "benchmarks/model.yaml")
    began = time.perf_counter()
    with playing(Tape(entries(accounts, days, a_day), changes(accounts)), model, FIRST) as evaluation:  # type: ignore[arg-type]
        before = time.perf_counter() - began
        began, used = time.perf_counter(), time.process_time()
        found = play(evaluation, FIRST, FIRST + timedelta(days=days - 1), lambda _at: None)
        return time.perf_counter() - began, time.process_time() - used, before, len(found.opened)


def sliced() -> tuple[float, float, int, int]:
    """CPU s a day of the engine, and of a backtest, on one log; scheduled openings of each."""
    from django.conf import settings

    from aloft.act.models import Occurrence
    from aloft.engagement.library import preset
    from aloft.engagement.load import load
    from aloft.engine.backtest.run import backtest

    home = settings.ALOFT_HOME
    live, _, _ = history.rolled(home, SLICE, SLICE_DAYS, live=False)
    found = preset("two-phase")
    assert found is not None
    model, last = load(found.text, "two-phase.yaml"), history.START.date() + timedelta(days=SLICE_DAYS - 1)
    began = time.process_time()
    told = backtest(home, model, history.START.date(), last, history.START + timedelta(days=SLICE_DAYS))
    took = (time.process_time() - began) / SLICE_DAYS
    scheduled = [one for one in told.played.opened if one.trigger == "schedule"]
    return live, took, Occurrence.objects.filter(trigger="schedule").count(), len(scheduled)


def one(words: list[str]) -> None:
    """What the other process is told."""
    import django

    django.setup()
    from aloft.cli.ready import prepare

    prepare()
    print(json.dumps(sliced() if words[0] == "slice" else played(*map(int, words[1:]))))


def told(*words: object) -> list[float]:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ALOFT_HOME": home, "DJANGO_SETTINGS_MODULE": "aloft.settings"}
        asked = [sys.executable, __file__, "--within", *map(str, words)]
        found = subprocess.run(asked, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    numbers: list[float] = json.loads(found.stdout.splitlines()[-1])
    return numbers


def main(accounts: int, days: int, a_day: int) -> int:
    live, tested, opened, alike = told("slice")
    print(
        f"{SLICE} accounts, preset two-phase: lived {live:.2f} CPU s a day, tested {tested:.2f}, "
        f"ratio {live / tested:.1f}"
    )
    print(f"opened by the calendar: {opened:.0f} and {alike:.0f}")
    for size in (accounts // 4, accounts):
        clock, processors, before, number = told("size", size, days, a_day * size // accounts)
        print(
            f"{size:,} accounts, {days} readings, {number:,.0f} openings: {clock:.1f} s, "
            f"{processors:.1f} s of processors "
            f"({before:.1f} s for what was before); at that rate 730 readings take {clock / days * 730:.0f} s"
        )
    return int(opened != alike)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--within"]:
        one(sys.argv[2:])
    else:
        sizes = [int(size) for size in sys.argv[1:4]] or [10_000, 30, 20_000]
        sys.exit(main(*sizes))
