"""The clock is set forward and back while the engine runs: nothing opens twice, and nothing is passed over.

ALOFT_JUMPS makes it larger: so many jumps, of an hour, a day or some months either way.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from aloft.act.models import Occurrence, Verdict
from tests.engine.world import World, at

JUMPS = int(os.environ.get("ALOFT_JUMPS", "6"))
ZONES = {"acme": "UTC", "bolt": "America/New_York", "cord": "Asia/Tokyo"}
FORWARD = [timedelta(hours=1), timedelta(hours=1), timedelta(days=1), timedelta(days=11)]
BACK = [timedelta(hours=1), timedelta(days=1), timedelta(days=3)]
MODEL = """
engagement_model: clocks
title: Clocks
clock: {timezone: account, home: {timezone: UTC, country: US}, holidays: none, lateness: 1h}
roles: {csm: {}}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {all: {touch: low}}
moments:
  weekly:
    schedule: every 1 w from contract_start at 02:30
    owner: csm
    objective: Look
    outcome: {expect: contacted, within: 2d}
  gate:
    expect: "status = 'churned'"
    within: 20d
    of: contract_start
    owner: csm
    objective: Ask
    outcome: {expect: contacted, within: 2d}
  ticket: {event: Ticket Opened, by: id, owner: csm, objective: Help, outcome: {expect: contacted, within: 400d}}
"""
START = date(2026, 2, 16)


def weeks_until(zone: str, reached: datetime) -> int:
    """How many Mondays at 02:30 on the clock there have come: on 9 March 2026 New York has just sprung forward."""
    days = (START + timedelta(weeks=n) for n in range(1, 1_000))
    instants = (datetime.combine(day, time(2, 30), ZoneInfo(zone)).astimezone(UTC) for day in days)
    return next(n for n, instant in enumerate(instants) if instant > reached)


@pytest.mark.slow
def test_a_clock_that_jumps_opens_everything_once(world: World) -> None:
    chance = random.Random(7)
    for name, zone in ZONES.items():
        world.account(name, "2026-02-01", timezone=zone, country="US")
        world.contract(name, "2026-02-01", START.isoformat(), "1000")
    world.publish(MODEL, "2026-02-01")
    reached = world.clock.instant = at("2026-02-17")
    tickets: Counter[str] = Counter()
    for jump in range(JUMPS):
        account = chance.choice(list(ZONES))
        world.engine.inbox.append(
            [
                world.entry(
                    account, "Ticket Opened", f"{world.clock.instant:%Y-%m-%d %H:%M:%S}", id=f"m{jump}"
                )
            ],
            received=world.clock.instant,
        )
        tickets[account] += 1
        goes_on = chance.random() < 0.6
        world.clock.instant += chance.choice(FORWARD) if goes_on else -chance.choice(BACK)
        world.engine.run(world.clock.instant)
        reached = max(reached, world.clock.instant)
        if jump % 4 == 3:
            world.restart()
        assert_once(reached)
    world.clock.instant = reached + timedelta(days=1)
    world.engine.run(world.clock.instant)
    assert_once(world.clock.instant)
    opened = Counter(
        Occurrence.objects.filter(moment="ticket").values_list("account__external_id", flat=True)
    )
    assert opened == tickets, "what came while the clock was wrong is there once it is right"


def assert_once(reached: datetime) -> None:
    for name, zone in ZONES.items():
        ours = Occurrence.objects.filter(account__external_id=name)
        numbers = sorted(ours.filter(moment="weekly").values_list("n", flat=True))
        assert numbers == list(range(1, weeks_until(zone, reached) + 1)), name
        gate = datetime.combine(START + timedelta(days=20), time(1), ZoneInfo(zone))
        assert ours.filter(moment="gate").count() == (reached >= gate)
    opened = Verdict.objects.filter(verdict="opened").values_list("account", "moment", "anchor", "n")
    assert len(opened) == len(set(opened)) == Occurrence.objects.count()
