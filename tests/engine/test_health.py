"""Health through the engine: read at the daily reading from facts, shown by band, kept by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aloft.collect.inbox import Entry
from aloft.measures.models import AccountHealth, HealthDay
from aloft.records import services
from tests.engine.world import World, at

pytestmark = pytest.mark.slow
MODEL = """
engagement_model: healthy
title: Health from use and tickets
clock: {home: {timezone: UTC, country: US}, holidays: none}
roles: {csm: {hours_per_week: 24}}
sources: {helpdesk: {events: [Ticket Opened]}}
metrics:
  sign_ins_7d: {count: Signed In, over: 7d}
  tickets_7d: {count: Ticket Opened, over: 7d}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {all: {touch: high}}
moments:
  turned_red:
    when: "band = 'red' and health < 40"
    owner: csm
    objective: Find out what happened
    outcome: {expect: "band <> 'red'", within: 30d}
health:
  usage: {weight: {high: .7, low: .2}, score: "sign_ins_7d", anchors: {0: 0, 10: 100}, half_life: 2d}
  support: {weight: .3, score: "tickets_7d", anchors: {0: 100, 2: 0}, cap: {when: "tickets_7d >= 3", at: 10}}
  bands: {red: "< 40", green: ">= 70", settle: 2 readings, climb: 5}
"""


BY_SEGMENT = (
    MODEL.replace("segments: {", 'segments: {large: {when: "mrr >= 5000", touch: high}, ')
    .replace(
        "anchors: {0: 0, 10: 100}, half", "anchors: {large: {0: 0, 16: 100}, all: {0: 0, 10: 100}}, half"
    )
    .replace("  bands:", '  mood: {weight: .25, score: "mood + 0", anchors: {0: 0, 10: 100}}\n  bands:')
    .replace("phases:", "  mood: {latest: score, of: Survey Answered}\nphases:")
)


def company(world: World, *accounts: str, document: str = MODEL, **mrr: str) -> None:
    for name in accounts:
        world.account(name, "2026-01-01", name=name.capitalize(), timezone="UTC", country="US")
        world.contract(name, "2026-01-01", "2026-01-02", mrr.get(name, "1000"))
    world.person("cora", "csm", holds=accounts)
    world.publish(document, "2026-01-01", live_from="2026-01-10 12:00")


def happened(world: World, account: str, name: str, when: str, times: int) -> None:
    noon = at(when)
    entry = Entry("product", f"{account}-{name}-{when}", "track", name, account, "", noon, times, b"{}")
    world.engine.inbox.append([entry], received=noon)


def health(account: str) -> AccountHealth:
    return AccountHealth.objects.get(account__external_id=account)


def test_a_score_is_made_of_its_dimensions_and_turns_the_band_after_two_readings(world: World) -> None:
    company(world, "acme", "bolt")
    happened(world, "bolt", "Ticket Opened", "2026-01-01 12:00", 1)
    for account in ("acme", "bolt"):
        happened(world, account, "Signed In", f"2026-01-10 0{len(account)}:00", 8)
    world.run("2026-01-11 00:01")
    first = health("acme")
    assert (first.score, first.band, first.coverage) == (pytest.approx(0.7 * 80 + 0.3 * 100), "green", 1.0)
    assert [(one["name"], one["share"], one["points"]) for one in first.dimensions] == [
        ("usage", 0.7, 0.0), ("support", 0.3, 0.0),
    ]  # fmt: skip
    happened(world, "acme", "Ticket Opened", "2026-01-16 12:00", 3)
    world.run("2026-01-17 00:01")
    capped = health("acme")
    assert (capped.score, capped.ceiling, capped.band) == (10, 10, "green"), "one reading is not two"
    assert capped.dimensions[1]["points"] == pytest.approx(0.3 * (0 - 50)), "the middle of 0 and 100 is 50"
    world.run("2026-01-18 00:01")
    assert health("acme").band == "red"
    assert world.only("acme", "turned_red").opened_at == at("2026-01-18")
    assert not world.occurrences("bolt")
    days = dict(HealthDay.objects.filter(account__external_id="acme").values_list("day", "band"))
    assert [days[date(2026, 1, 15) + timedelta(days=n)] for n in range(3)] == ["green", "green", "red"]


def test_the_same_use_scores_by_the_anchors_of_the_segment_and_a_word_is_no_number(world: World) -> None:
    company(world, "acme", "bolt", document=BY_SEGMENT, acme="6000")
    happened(world, "acme", "Ticket Opened", "2026-01-01 12:00", 1)
    for account in ("acme", "bolt"):
        happened(world, account, "Signed In", "2026-01-10 09:00", 8)
        world.track(account, "Survey Answered", "2026-01-10 10:00", "ann", score="great")
    world.run("2026-01-11 00:01")
    scores = {name: [one["score"] for one in health(name).dimensions] for name in ("acme", "bolt")}
    assert scores == {"acme": [50, 100, None], "bolt": [80, 100, None]}
    assert health("acme").score == pytest.approx(0.7 * 50 + 0.3 * 100)
    assert health("acme").coverage == pytest.approx(1 / 1.25)


def test_what_nobody_sends_is_missing_and_too_little_is_grey(world: World) -> None:
    company(world, "acme")
    happened(world, "acme", "Ticket Opened", "2026-01-09 12:00", 1)
    world.run("2026-01-12")
    told = health("acme")
    assert (told.score, told.band, told.coverage) == (None, "grey", pytest.approx(0.3))
    assert told.dimensions[0]["score"] is None
    assert not world.occurrences()


def test_a_source_that_is_behind_leaves_its_last_score_to_fade(world: World) -> None:
    """Usage was 80 on the 11th; its half-life is 2 days: all of it counts on the 13th, half on the 15th."""
    company(world, "acme")
    happened(world, "acme", "Ticket Opened", "2026-01-01 12:00", 1)
    happened(world, "acme", "Signed In", "2026-01-11 12:00", 8)
    world.run("2026-01-12 00:01")
    services.declare_complete(
        source="product", complete_to=at("2026-01-09"), actor="ops", at=at("2026-01-12 01:00")
    )
    world.run("2026-01-14 00:01")
    assert health("acme").coverage == 1.0
    world.run("2026-01-16 00:01")
    faded = health("acme")
    assert (faded.dimensions[0]["score"], faded.dimensions[0]["age"]) == (80, 4)
    assert faded.coverage == pytest.approx(0.65)
    world.run("2026-01-21 00:01")
    assert health("acme").band == "grey", "older than four half-lives it says nothing"
