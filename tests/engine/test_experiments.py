"""An experiment is drawn as its moment would first open, judged in both arms alike, and told as it stands.

By the draw for check_in from 2026-02-01 at 50 %, acme and dune are held out; bolt and cask are not.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from aloft.cli.commands import app
from aloft.engine.reports import report
from aloft.engine.why import why_not
from aloft.learn.models import Assignment
from tests.engine.world import World

pytestmark = pytest.mark.slow

MODEL = """\
engagement_model: acme
title: Acme
clock: {timezone: UTC, home: {timezone: UTC, country: DE}, holidays: none, lateness: 1d}
roles: {csm: {hours_per_week: 24}}
metrics: {exports: {count: Report Exported, since: contract_start}}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {all: {touch: {ongoing: low}}}
moments:
  check_in:
    event: Export Failed
    by: job
    owner: csm
    objective: Help before they give up
    outcome: {expect: contacted, within: 5d}
  review:
    schedule: every 1 month from contract_start
    owner: csm
    objective: Review value
    outcome: {expect: contacted, within: 5d}
"""
PRIMARY = '{expect: "exports > at_opening(exports)", within: 10d}'
DRAWN = f"{MODEL}experiments: {{check_in: {{holdout: 50%, primary: {PRIMARY}, from: 2026-02-01}}}}\n"


@pytest.fixture
def company(world: World) -> World:
    world.publish(DRAWN, "2026-01-01")
    world.person("cora", "csm")
    for name in ("acme", "bolt", "cask", "dune"):
        world.account(name, "2026-01-02", timezone="UTC")
        world.contract(name, "2026-01-02", "2026-01-05", "6000")
    for name in ("acme", "bolt", "cask"):
        world.track(name, "Report Exported", "2026-01-20 09:00")
        world.track(name, "Export Failed", "2026-02-03 10:00", job="j1")
    world.run("2026-02-03 12:00")
    return world


def drawn() -> dict[str, tuple[str, str]]:
    rows = Assignment.objects.select_related("unit").order_by("unit__external_id")
    return {one.unit.external_id: (one.arm, one.outcome) for one in rows}


def test_the_primary_is_judged_in_both_arms_from_the_instant_of_the_draw(company: World) -> None:
    assert drawn() == {
        "acme": ("held_out", "watched"), "bolt": ("treated", "watched"), "cask": ("treated", "watched"),
    }  # fmt: skip
    assert [one.account.external_id for one in company.occurrences(moment="check_in")] == ["bolt", "cask"]
    company.track("bolt", "Report Exported", "2026-02-06 09:00")
    company.run("2026-02-06 12:00")
    assert drawn()["bolt"] == ("treated", "met")
    company.run("2026-02-14 12:00")
    assert drawn()["acme"] == ("held_out", "watched"), "late data has a day to come in"
    company.run("2026-02-15 12:00")
    assert (drawn()["acme"], drawn()["cask"]) == (("held_out", "missed"), ("treated", "missed"))
    company.track("acme", "Report Exported", "2026-02-13 09:59", received="2026-02-16 09:00")
    company.track("cask", "Report Exported", "2026-02-13 10:00", received="2026-02-16 09:00")
    company.run("2026-02-16 12:00")
    assert drawn()["acme"] == ("held_out", "met"), "it was within the window, and came late"
    assert drawn()["cask"] == ("treated", "missed"), "the window is half open"


def test_who_is_assigned_stays_in_its_arm_whatever_the_share_becomes(company: World) -> None:
    company.publish(DRAWN.replace("50%", "1%"), "2026-02-04")
    company.track("acme", "Export Failed", "2026-02-05 10:00", job="j2")
    company.track("dune", "Export Failed", "2026-02-05 10:00", job="j2")
    company.run("2026-02-05 12:00")
    assert company.occurrences("acme", "check_in") == []
    assert len(company.occurrences("dune", "check_in")) == 1
    assert (drawn()["acme"][0], drawn()["dune"][0]) == ("held_out", "treated")


def test_without_the_experiment_everybody_gets_the_moment_and_what_was_drawn_is_still_judged(
    company: World,
) -> None:
    company.publish(MODEL, "2026-02-04")
    company.track("acme", "Export Failed", "2026-02-05 10:00", job="j2")
    company.track("acme", "Report Exported", "2026-02-05 11:00")
    company.run("2026-02-05 12:00")
    assert len(company.occurrences("acme", "check_in")) == 1
    assert drawn()["acme"] == ("held_out", "met")
    (row,) = report(company.engine, "experiments", {}).rows
    assert row[:4] == ("check_in", "2026-02-01", "stopped", "too early to say")


def test_why_says_who_is_held_out(company: World) -> None:
    known = company.engine.directory.find("acme")
    turn = company.engine.looking(company.engine.at, known.store) if known else None
    assert known
    assert turn
    (told,) = why_not(turn, known, "check_in")
    assert told.headline == "“Check in” is not open: acme is held out since 2026-02-03 10:00 UTC"
    assert told.verdict == "suppressed"


def test_the_report_tells_both_arms_and_what_may_be_said(company: World, settings: Any) -> None:
    settings.ALOFT_HOME = company.home
    company.track("bolt", "Report Exported", "2026-02-06 09:00")
    company.run("2026-02-16")
    company.engine.close()
    told = CliRunner().invoke(app, ["report", "experiments", "--format", "json"])
    assert told.exit_code == 0, told.output
    (row,) = json.loads(told.stdout)
    assert (row["experiment"], row["state"], row["says"]) == ("check_in", "running", "too early to say")
    assert (row["treated"], row["treated_judged"], row["treated_met"]) == (2, 2, 0.5)
    assert (row["held_out"], row["held_out_judged"], row["held_out_met"]) == (1, 1, 0)
    assert row["difference"] == 0.5
    assert row["low"] < 0 < row["high"]


def test_a_plan_counts_who_is_held_out_as_not_opened(company: World, settings: Any) -> None:
    settings.ALOFT_HOME = company.home
    company.engine.close()
    wanted = MODEL + (
        "experiments: {review: {holdout: 50%, primary: {expect: renewed, within: 1y}, from: 2026-02-01}}\n"
    )
    text = company.home / "acme.yaml"
    text.write_text(wanted)
    told = CliRunner().invoke(app, ["plan", str(text), "--json"])
    assert told.exit_code == 0, told.output
    plan = json.loads(told.stdout)
    (review,) = [one for one in plan["moments"] if one["moment"] == "review"]
    # 13 weeks from Monday 2 February to 3 May: the 5th of three months; of reviews acme and bolt are held out.
    assert (review["due_before"], review["due"], review["closes"]) == (12, 6, 6)
    (note,) = [one for one in plan["notes"] if "do not get" in one]
    assert note == (
        "50 % do not get review from 2026-02-01 on. It meets 4 accounts now: no effect can be detected with 2 held out"
    )


def test_a_rate_that_a_plan_tells_and_a_backtest_go_without_who_is_held_out(
    world: World, settings: Any
) -> None:
    """Nobody was held out so far: check_in has opened for acme, bolt and cask."""
    settings.ALOFT_HOME = world.home
    world.publish(MODEL, "2026-01-01")
    for name in ("acme", "bolt", "cask", "dune"):
        world.account(name, "2026-01-02", timezone="UTC")
        world.contract(name, "2026-01-02", "2026-01-05", "6000")
    for name in ("acme", "bolt", "cask"):
        world.track(name, "Export Failed", "2026-02-03 10:00", job="j1")
    world.run("2026-02-04 12:00")
    world.engine.close()
    text = world.home / "acme.yaml"
    text.write_text(DRAWN)
    told = CliRunner().invoke(app, ["plan", str(text), "--json"])
    assert told.exit_code == 0, told.output
    (check_in,) = [one for one in json.loads(told.stdout)["moments"] if one["moment"] == "check_in"]
    assert (check_in["rate_before"]["seen"], check_in["rate"]["seen"]) == (3, 2)
    tested = CliRunner().invoke(
        app, ["backtest", str(text), "--from", "2026-01-20", "--to", "2026-02-04", "--json"]
    )
    assert tested.exit_code == 0, tested.output
    found = json.loads(tested.stdout)
    opened = [one["account"] for one in found["decisions"] if one["moment"] == "check_in"]
    assert (sorted(opened), found["held_back"]) == (["bolt", "cask"], {"check_in": 1})
