"""Claim: a day of a small company's history is rolled for a small part of what it costs to live through it.

The named alternative is the same engine on the same facts, looking at every tick of live operation (200 ms of
arrival), as it does while it keeps up; both open the same moments. A day costs what it costs: the first one, on
which the model goes live, is not counted. Run: `python benchmarks/history.py [accounts] [days]`.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

START = datetime(2026, 1, 5, tzinfo=UTC)
EVENTS = 60  # a day
NAMES = ("Signed In", "Signed In", "Feature Used", "Feature Used", "User Created", "Ticket Opened")
ONE_DAY = timedelta(days=1)


def fill(accounts: int) -> None:
    """Accounts with a contract each, of all three segments of the preset."""
    from aloft.records import services

    before = START - timedelta(days=40)
    for number in range(accounts):
        told = {"name": f"Company {number}", "seats": 10 + number % 40, "timezone": "UTC"}
        row = services.set_account(external_id=f"a{number}", fields=told, actor="bench", at=before)
        starts = date(2025, 12, 1) + timedelta(days=number % 40)
        contract = services.set_contract(
            external_id=f"c{number}", account=row, signed_on=starts, starts_on=starts, ends_on=None,
            actor="bench", at=before,
        )  # fmt: skip
        services.amend_line(
            contract=contract, line="1", mrr=Decimal(500 + 45 * number), starts_on=starts, ends_on=None,
            actor="bench", at=before,
        )  # fmt: skip


def publish() -> None:
    from aloft.engagement.library import preset
    from aloft.engagement.load import load
    from aloft.records import services

    found = preset("two-phase")
    assert found is not None
    document = found.text
    services.publish_model(
        name="two_phase", document=document, digest=load(document, "two-phase.yaml").digest, bases=(),
        live_from=START, actor="bench", at=START,
    )  # fmt: skip


def happens(accounts: int, days: int) -> list[tuple[datetime, bytes, str, str, int]]:
    dice = random.Random(1)
    seconds = sorted(dice.randrange(days * 86_400) for _ in range(EVENTS * days))
    found = []
    for number, second in enumerate(seconds):
        told = {"priority": dice.choice(["urgent", "low"]), "ticket_id": f"t{number}"}
        name, account = dice.choice(NAMES), f"a{int(accounts * dice.random() ** 2)}"
        body = json.dumps({"properties": told}).encode()
        found.append((START + timedelta(seconds=second), body, name, account, number))
    return found


def rolled(home: Path, accounts: int, days: int, live: bool) -> tuple[float, int, int]:
    """CPU seconds for each day after the first; turns, and how many moments have opened."""
    from aloft.act.models import Occurrence
    from aloft.clock import SetClock
    from aloft.collect.inbox import Entry
    from aloft.engine.loop import Engine

    clock = SetClock(START if live else START + timedelta(days=days + 30))
    engine = Engine(home, "UTC", clock)
    fill(accounts)
    publish()
    for at, body, name, account, number in happens(accounts, days):
        user = f"{account}-{number % 7}"
        entry = Entry("product", f"m{number}", "track", name, account, user, at, 1, body)
        engine.inbox.append([entry], received=at)
    engine.run(START + ONE_DAY)
    began = time.process_time()
    turns = engine.run(START + days * ONE_DAY)
    took = time.process_time() - began
    engine.close()
    return took / (days - 1), turns, Occurrence.objects.count()


def one(accounts: int, days: int, how: str) -> None:
    """What the other process is told: three numbers."""
    import django

    django.setup()
    from django.conf import settings

    from aloft.cli.ready import prepare

    prepare()
    print(json.dumps(rolled(settings.ALOFT_HOME, accounts, days, how == "live")))


def told(accounts: int, days: int, how: str) -> tuple[float, int, int]:
    """In a process of its own, with a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        asked = [sys.executable, __file__, str(accounts), str(days), how]
        environment = {**os.environ, "ALOFT_HOME": home, "DJANGO_SETTINGS_MODULE": "aloft.settings"}
        found = subprocess.run(asked, env=environment, check=True, capture_output=True, text=True)
    each, turns, opened = json.loads(found.stdout.splitlines()[-1])
    return float(each), int(turns), int(opened)


def main(accounts: int, days: int) -> int:
    each, turns, opened = told(accounts, days, "history")
    live, ticks, alike = told(accounts, days, "live")
    print(f"{accounts:,} accounts, {EVENTS} events a day, the preset two-phase, {days - 1} days")
    print(f"rolled as history: {each:.2f} CPU s a day, {turns / (days - 1):.1f} turns")
    print(
        f"lived through tick by tick: {live:.2f} CPU s a day, {ticks / (days - 1):.1f} turns, ratio {live / each:.1f}"
    )
    print(f"moments opened: {opened} and {alike}")
    return int(opened != alike)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        one(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    else:
        sizes = [int(size) for size in sys.argv[1:3]] or [200, 3]
        sys.exit(main(*sizes))
