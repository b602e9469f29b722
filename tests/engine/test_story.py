"""What the engine tells of one account for its page, and what stands in the rows that lists are read from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from aloft.engine.questions import answer
from aloft.measures.models import ListedMetric, Listing
from tests.engine.world import World, at

MODEL = """\
engagement_model: acme
title: Acme
clock: {home: {timezone: UTC, country: DE}}
roles:
  csm: {hours_per_week: 24, rate: 100, reports_to: manager}
  manager: {hours_per_week: 10, rate: 140}
metrics:
  sign_ins_28d: {count: Signed In, over: 28d}
  first_report: {first: Report Exported}
phases:
  ongoing: {enters: "contract_start is not null"}
segments:
  tier_1: {when: "mrr >= 1000", touch: high}
  tier_2: {touch: low}
moments:
  check_in:
    manual: true
    owner: csm
    channel: call
    objective: Hear how it goes
    outcome: {expect: "contacted", within: 5bd}
"""


@pytest.fixture
def lived(world: World) -> World:
    """Two weeks of use by two people, and a contract that grew."""
    world.account("acme", "2026-01-01T00:00", country="DE", timezone="UTC")
    world.contract("acme", "2026-01-01", "2026-01-01", "900", ends="2027-01-01")
    world.publish(MODEL, "2026-01-01")
    for day, user in (("05", "ann"), ("05", "ann"), ("06", "bob"), ("13", "ann")):
        world.track("acme", "Signed In", f"2026-01-{day}T09:00", user=user)
    world.track("acme", "Report Exported", "2026-01-13T10:30", user="ann")
    world.run("2026-01-15T12:00")
    return world


def story(world: World) -> dict[str, Any]:
    told: dict[str, Any] = answer(world.engine, "story", {"account": "acme"})["story"]
    return told


def test_use_is_told_by_week_and_by_day(lived: World) -> None:
    told = story(lived)
    weeks = told["weeks"]
    assert len(weeks) == 26
    assert weeks[-1] == {"last": "2026-01-15", "events": 2, "users": 1}
    assert weeks[-2] == {"last": "2026-01-08", "events": 3, "users": 2}
    assert {(week["events"], week["users"]) for week in weeks[:-2]} == {(0, 0)}
    assert [(one["day"], one["name"], one["times"], one["at"]) for one in told["days"]] == [
        ("2026-01-13", "Report Exported", 1, "2026-01-13T10:30:00+00:00"),
        ("2026-01-13", "Signed In", 1, "2026-01-13T09:00:00+00:00"),
        ("2026-01-06", "Signed In", 1, "2026-01-06T09:00:00+00:00"),
        ("2026-01-05", "Signed In", 2, "2026-01-05T09:00:00+00:00"),
    ]
    assert [one["value"] for one in told["told"] if one["field"] == "country"] == ["DE"]
    assert "no account is called 'ghost'" in answer(lived.engine, "story", {"account": "ghost"})["error"]


def test_what_contracts_change_is_told_and_listed(lived: World) -> None:
    columns = {one.name: one.column for one in ListedMetric.objects.all()}
    row = Listing.objects.get(account__external_id="acme")
    assert story(lived)["mrr"] == [["2026-01-01", "900.00"]]
    assert (row.phase, row.segment, row.touch, row.mrr) == ("ongoing", "tier_2", ",low,", 900)
    assert row.renews_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert getattr(row, columns["sign_ins_28d"]) == 4
    assert getattr(row, columns["first_report"]) == datetime(2026, 1, 13, 10, 30, tzinfo=UTC).timestamp()

    lived.contract("acme", "2026-01-15T12:30", "2026-01-10", "1500", ends="2027-01-01")
    lived.run("2026-01-15T13:00")
    assert story(lived)["mrr"] == [["2026-01-01", "900.00"], ["2026-01-10", "1500.00"]]
    row.refresh_from_db()
    assert (row.segment, row.touch, row.mrr) == ("tier_1", ",high,", 1500)


def test_who_has_left_is_listed_as_churned(world: World) -> None:
    for name, ends in (("acme", "2027-01-01"), ("bolt", "2026-01-10")):
        world.account(name, "2026-01-01T00:00", timezone="UTC")
        world.contract(name, "2026-01-01", "2026-01-01", "900", ends=ends)
    world.account("cord", "2026-01-01T00:00", timezone="UTC")
    world.account("dove", "2026-01-01T00:00", timezone="UTC")
    body = json.dumps({"traits": {"status": "waiting " * 10}}).encode()
    told = replace(world.entry("dove", "", "2026-01-01 12:00", "ann"), kind="group", body=body)
    world.engine.inbox.append([told], received=at("2026-01-01 12:00"))
    world.publish(MODEL, "2026-01-01")
    listed = Listing.objects.order_by("account__external_id").values_list("account__external_id", "status")
    world.run("2026-01-09T12:00")
    assert list(listed.all()) == [
        ("acme", "active"),
        ("bolt", "active"),
        ("cord", ""),
        ("dove", "waiting " * 5),
    ]
    world.run("2026-01-11T12:00")
    assert list(listed.all()) == [
        ("acme", "active"),
        ("bolt", "churned"),
        ("cord", ""),
        ("dove", "waiting " * 5),
    ]
