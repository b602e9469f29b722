"""Claim: why something was not open at a past instant is told in less than 300 ms for a typical account, whatever else
is in the store; the named alternative is to drain the whole log into a scratch store and ask that.

The company is that of the benchmarks; a typical account has as many events as accounts have on average.
Run: `python benchmarks/why.py [accounts] [events]`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 60
ASKED = 9


def fill(accounts: int, events: int) -> None:
    """Live since the start; the model is the preset `two-phase`, everybody's zone is UTC."""
    import random

    from django.conf import settings

    from aloft.clock import SetClock
    from aloft.collect.inbox import Entry, Inbox
    from aloft.engagement.library import preset
    from aloft.engagement.load import load
    from aloft.engine.home import open_engine
    from aloft.records import services

    before = START - timedelta(days=40)
    for number in range(accounts):
        told = {"name": f"Company {number}", "seats": 10 + number % 40, "timezone": "UTC"}
        row = services.set_account(external_id=f"a{number}", fields=told, actor="bench", at=before)
        starts = (before + timedelta(days=number % 30)).date()
        dates = {"signed_on": starts, "starts_on": starts, "ends_on": None}
        contract = services.set_contract(
            external_id=f"c{number}", account=row, actor="bench", at=before, **dates
        )
        services.amend_line(
            contract=contract, line="1", mrr=Decimal(500 + 45 * number), starts_on=starts, ends_on=None,
            actor="bench", at=before,
        )  # fmt: skip
    dice, inbox = random.Random(1), Inbox(settings.ALOFT_HOME / "inbox.sqlite3")
    for number, second in enumerate(sorted(dice.randrange(DAYS * 86_400) for _ in range(events))):
        at, account = START + timedelta(seconds=second), f"a{dice.randrange(accounts)}"
        name = dice.choice(["Signed In", "Feature Used", "User Created"])
        entry = Entry(
            "product", f"m{number}", "track", name, account, f"{account}-{number % 7}", at, 1, b"{}"
        )
        inbox.append([entry], received=at)
    inbox.close()
    found = preset("two-phase")
    assert found is not None
    end = START + timedelta(days=DAYS)
    services.publish_model(
        name="two_phase", document=found.text, digest=load(found.text, "two-phase.yaml").digest, bases=(),
        live_from=end - timedelta(days=3), actor="bench", at=START,
    )  # fmt: skip
    with open_engine(settings.ALOFT_HOME, SetClock(end + timedelta(days=30))) as engine:
        engine.run(end)


def measure(accounts: int) -> tuple[float, float]:
    """Seconds for one account, and for draining everything."""
    from django.conf import settings

    from aloft.engine import editing
    from aloft.engine.home import open_engine
    from aloft.engine.past import why_not_at
    from aloft.facts.drain import drain
    from aloft.facts.excerpt import entries_about
    from aloft.facts.store import FactStore

    at = START + timedelta(days=DAYS - 1)
    with open_engine(settings.ALOFT_HOME) as engine:
        took = []
        for number in range(ASKED):
            began = time.perf_counter()
            assert why_not_at(engine, f"a{number * accounts // ASKED}", at)
            took.append(time.perf_counter() - began)
        began = time.perf_counter()
        with FactStore.open(":memory:") as store:
            everything = entries_about(engine.store, engine.directory.all(), at)
            drain(store, everything, editing.about(None, at), at)
        return median(took), time.perf_counter() - began


def main(accounts: int, events: int) -> int:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"ALOFT_HOME": home, "DJANGO_SETTINGS_MODULE": "aloft.settings"}
        sys.path.insert(0, str(Path(__file__).parents[1]))
        import django

        django.setup()
        from aloft.cli.ready import prepare

        prepare()
        fill(accounts, events)
        one, everything = measure(accounts)
    print(
        f"{accounts:,} accounts, {events:,} events: why at a past instant {one * 1000:.0f} ms (median of {ASKED})"
    )
    print(f"draining all of the log alone {everything * 1000:,.0f} ms, ratio {everything / one:.1f}")
    return int(one > 0.3)


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:3]] or [1_000, 60_000]
    sys.exit(main(*sizes))
