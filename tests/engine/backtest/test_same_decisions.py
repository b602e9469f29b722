"""A backtest opens what the engine opened, tick by tick, on the same facts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aloft.act.models import Occurrence
from aloft.decide.calendar import for_account
from aloft.engagement.load import load
from aloft.engine.backtest.run import backtest
from aloft.engine.backtest.values import Opened
from tests.engine.test_same_decisions import answering, company, facts
from tests.engine.world import EXAMPLE, World, at

DOCUMENT = (
    answering(EXAMPLE.read_text())
    .replace("within: 4w  ", "within: 3d  ")
    .replace("lateness: 48h", "lateness: 24h")
    .replace(
        "usage_low:                       # when a condition has become true\n    phase: ongoing",
        "usage_low:",
    )
)
"""The first model, with a gate and a condition that a week can see."""
MODEL = load(DOCUMENT, "first-model.yaml")
FIRST, LAST = date(2026, 1, 6), date(2026, 1, 12)
LIVE = "2026-01-05 23:00"  # 00:00 in Berlin, where the model is at home

Key = tuple[str, str, str, int, date]


def lived(world: World, seed: int) -> set[Key]:
    company(world, LIVE, DOCUMENT)
    for entry, arrived in facts(world, seed):
        world.engine.inbox.append([entry], received=at(arrived))
    world.run("2026-01-14")
    rows = Occurrence.objects.select_related("account")
    days = {
        row.pk: for_account(MODEL.clock, row.account.timezone, row.account.country, None).local_date(
            row.opened_at
        )
        for row in rows
    }
    found = {(row.account.external_id, row.moment, row.anchor, row.n, days[row.pk]) for row in rows}
    return {one for one in found if one[-1] <= LAST}


def key(one: Opened) -> Key:
    return one.account, one.moment, one.anchor, one.n, one.day


@pytest.mark.slow
def test_a_backtest_opens_what_the_engine_opened(world: World, tmp_path: Path) -> None:
    live = lived(world, 4)
    told = backtest(tmp_path, MODEL, FIRST, LAST, at("2026-01-14"))
    assert {key(one) for one in told.played.opened} == live
    assert len(told.played.opened) == len(live)
    assert {one.trigger for one in told.played.opened} == {"schedule", "event", "when", "expect", "answer"}


@pytest.mark.slow
def test_what_is_recorded_after_a_day_changes_nothing_of_it(world: World, tmp_path: Path) -> None:  # T41
    company(world, LIVE, DOCUMENT)
    entries = facts(world, 2)
    upto = [one for one in entries if one[1] < "2026-01-09 00:00"]
    for entry, arrived in upto:
        world.engine.inbox.append([entry], received=at(arrived))
    known = date(2026, 1, 8)
    before = backtest(tmp_path, MODEL, FIRST, known, at("2026-01-09"))
    for entry, arrived in entries[len(upto) :]:
        world.engine.inbox.append([entry], received=at(arrived))
    world.account("acme", "2026-01-10", timezone="Asia/Tokyo")
    after = backtest(tmp_path, MODEL, FIRST, date(2026, 1, 12), at("2026-01-14"))
    assert before.played.opened
    early = [one for one in after.played.opened if one.at < at("2026-01-08 12:00")]
    assert early == [one for one in before.played.opened if one.at < at("2026-01-08 12:00")]
