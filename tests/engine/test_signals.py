"""Signals of the daily pass: what raises, what opens on it, and what is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aloft.collect.inbox import Entry
from aloft.measures.models import Daily, Signal
from tests.engine.world import World, at

pytestmark = pytest.mark.slow
MODEL = """
engagement_model: watching
title: Who falls, grows and goes quiet
clock: {home: {timezone: UTC, country: US}, holidays: none}
roles: {csm: {hours_per_week: 24}}
metrics:
  reports_28d: {count: Report Exported, where: "format = 'csv'", over: 28d}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {all: {touch: high}}
moments:
  usage_fell:
    when: "declined('Signed In', 0.30)"
    owner: csm
    objective: Find the cause while it is cheap to fix
    outcome: {expect: "contacted", within: 14d}
  reports_grew:
    when: "grew(reports_28d, 0.20)"
    owner: csm
    objective: Ask what they use them for
    outcome: {expect: "contacted", within: 14d}
  gone_quiet:
    when: "silent('Signed In')"
    owner: csm
    objective: Ask whether all is well
    outcome: {expect: "contacted", within: 14d}
  largest:
    when: "rank(mrr) >= 0.5 and mrr > 100"
    owner: csm
    objective: Look after the largest
    outcome: {expect: "contacted", within: 14d}
"""
FIRST = date(2026, 1, 5)


def company(world: World, zones: dict[str, str]) -> None:
    for name, zone in zones.items():
        world.account(name, "2026-01-01", name=name.capitalize(), timezone=zone, country="US")
        world.contract(name, "2026-01-01", "2026-01-02", "1000")
    world.person("cora", "csm", holds=tuple(zones))
    world.publish(MODEL, "2026-01-01", live_from="2026-02-01")


def used(world: World, days: dict[str, dict[int, int]], name: str = "Signed In") -> None:
    """By account, how often on which day, counted from FIRST; at noon UTC, in the order of time."""
    told = sorted((n, account, times) for account, counts in days.items() for n, times in counts.items())
    for n, account, times in told:
        noon = at(f"{FIRST + timedelta(days=n)} 12:00")
        entry = Entry(
            "product", f"{account}-{name}-{n}", "track", name, account, "", noon, times,
            b'{"properties": {"format": "csv"}}',
        )  # fmt: skip
        world.engine.inbox.append([entry], received=noon)


def steady_then(first: int, then: int) -> dict[int, int]:
    """That many on the Thursday of each of five weeks, and then of two more."""
    return {3 + 7 * week: first if week < 5 else then for week in range(7)}


def raised(account: str, function: str) -> list[str]:
    rows = Signal.objects.filter(account__external_id=account, detector__startswith=function, raised=True)
    return sorted(str(row.day) for row in rows)


def test_usage_that_fell_raises_at_the_second_week_and_opens_with_its_evidence(world: World) -> None:
    company(world, {"acme": "UTC", "bolt": "UTC"})
    used(world, {"acme": steady_then(98, 35), "bolt": steady_then(98, 98)})
    world.run("2026-02-23")
    fell = world.only("acme", "usage_fell")
    assert fell.opened_at == at("2026-02-20"), "the reading after the second low Thursday"
    assert not world.occurrences("bolt", "usage_fell")
    newest = Signal.objects.filter(account__external_id="acme", detector="declined('Signed In', 0.3)").first()
    assert newest is not None
    assert newest.day == date(2026, 2, 22)
    assert (newest.baseline, newest.evidence["now"], newest.evidence["before"]) == (98, 35, 35)
    assert newest.p is not None
    assert newest.p < 0.01
    assert newest.statistic == pytest.approx(-1 + 35 / 98)
    assert (newest.threshold, newest.flapping) == (-0.3, 1 / 20)
    assert "35 in the last week and 35 in the one before, against 98 a week" in newest.says
    reasons = " ".join(reason["found"] for reason in fell.evidence)
    assert "a week in the four before those" in reasons


def test_tiny_accounts_raise_nothing(world: World) -> None:
    company(world, {"tiny": "UTC"})
    used(world, {"tiny": dict.fromkeys(range(0, 35, 7), 1)})
    world.run("2026-02-24")
    assert not world.occurrences("tiny", "usage_fell")
    assert not raised("tiny", "declined")


def test_a_count_metric_is_read_with_its_where(world: World) -> None:
    company(world, {"acme": "UTC"})
    used(world, {"acme": steady_then(98, 280)}, name="Report Exported")
    world.run("2026-02-23")
    assert world.only("acme", "reports_grew").moment == "reports_grew"
    assert not world.occurrences("acme", "usage_fell")


def test_who_spoke_every_week_is_silent_after_a_fortnight(world: World) -> None:
    """Gaps of 6 8 7 9 7 8 days: 13.5 days, so the 14th whole day without one raises."""
    company(world, {"acme": "UTC"})
    days = [0, 6, 14, 21, 30, 37, 45]
    used(world, {"acme": dict.fromkeys(days, 1)})
    last = FIRST + timedelta(days=45)
    world.run(f"{last + timedelta(days=14)}")
    assert not world.occurrences("acme", "gone_quiet")
    world.run(f"{last + timedelta(days=15)}")
    quiet = world.only("acme", "gone_quiet")
    assert quiet.opened_at == at(f"{last + timedelta(days=15)}")
    signal = Signal.objects.get(account__external_id="acme", detector__startswith="silent", raised=True)
    assert signal.statistic == 14
    assert signal.threshold == pytest.approx(13.5, abs=0.05)
    assert "none for 14 days; it came every 7.5 days, and quiet is expected up to 13.5 days" in signal.says


def test_each_zone_is_judged_at_its_own_midnight_among_everybody(world: World) -> None:
    company(world, {"tok": "Asia/Tokyo", "ber": "UTC", "ny": "America/New_York"})
    used(world, {name: steady_then(98, 35) for name in ("tok", "ber", "ny")})
    world.run("2026-02-24")
    opened = {one.account.external_id: one.opened_at for one in world.occurrences(moment="usage_fell")}
    assert [opened[name].strftime("%H:%M") for name in ("tok", "ber", "ny")] == ["15:00", "00:00", "05:00"]
    families = Signal.objects.filter(detector__startswith="declined", raised=True).values_list(
        "evidence", flat=True
    )
    assert {evidence["accounts"] for evidence in families} == {3}


def test_a_rank_is_the_share_of_the_segment_below_and_reads_the_newest_of_other_zones(world: World) -> None:
    company(world, {"tok": "Asia/Tokyo", "ber": "UTC", "ny": "America/New_York"})
    for name, mrr in {"tok": "1000", "ber": "3000", "ny": "2000"}.items():
        world.contract(name, "2026-01-01 01:00", "2026-01-02", mrr)
    world.run("2026-02-03")
    assert {one.account.external_id for one in world.occurrences(moment="largest")} == {"ber"}
    world.contract("tok", "2026-02-03 01:00", "2026-01-02", "9000")
    world.run("2026-02-03 14:59")
    assert {one.account.external_id for one in world.occurrences(moment="largest")} == {"ber"}
    world.run("2026-02-03 15:01")
    assert {one.account.external_id for one in world.occurrences(moment="largest")} == {"ber", "tok"}


def test_a_restart_reads_what_was_judged(world: World) -> None:
    company(world, {"acme": "UTC"})
    used(world, {"acme": steady_then(98, 35)})
    world.run("2026-02-23")
    kept = Daily.objects.get()
    world.restart()
    world.run("2026-02-23 10:00")
    assert Daily.objects.get().values == kept.values
    assert [verdict for verdict, _ in world.verdicts("acme", "usage_fell")] == ["opened"]
