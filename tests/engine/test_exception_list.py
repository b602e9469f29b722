"""The exception report: a closed denominator, the dearest first, and so many per owner and period."""

from __future__ import annotations

import pytest

from aloft.act.services import finish, snooze
from aloft.engine.asked import NoSuchReport
from aloft.engine.reports import Report, report
from aloft.records.models import Person
from tests.engine.world import World, at

pytestmark = pytest.mark.slow

MODEL = """\
engagement_model: acme
title: Acme
clock: {timezone: UTC, home: {timezone: UTC, country: DE}, holidays: none}
roles: {csm: {hours_per_week: 24}}
fields: {score: number}
phases: {ongoing: {enters: "contract_start is not null"}}
segments: {all: {touch: {ongoing: low}}}
moments:
  low_score:
    when: "score < 10"
    owner: csm
    channel: list
    objective: Find out
    outcome: {expect: contacted, within: 30d}
"""
LISTED = f'{MODEL}exceptions: {{most: 2, per: 1w, rank_by: "mrr"}}\n'


@pytest.fixture
def company(world: World) -> World:
    """Six accounts of Cora's: four below 10, one above, and one of which the score is not known."""
    world.publish(LISTED, "2026-01-01")
    scores = {"a": 5, "b": 6, "c": 7, "d": 8, "fine": 50, "dark": None}
    for n, (name, score) in enumerate(scores.items()):
        told = {} if score is None else {"score": score}
        world.account(name, "2026-01-02", timezone="UTC", **told)
        world.contract(name, "2026-01-02", "2026-01-05", str(1000 * (n + 1)))
    world.person("cora", "csm", holds=tuple(scores))
    world.run("2026-01-06")
    return world


def listed(world: World, **more: object) -> Report:
    return report(world.engine, "exceptions", more)


def test_the_dearest_are_shown_within_the_budget_and_the_rest_is_counted(company: World) -> None:
    told = listed(company)
    assert [(row[0], row[2], row[5], row[7]) for row in told.rows] == [
        ("d", "low_score", "cora", "4000"),
        ("c", "low_score", "cora", "3000"),
    ]
    assert told.caption == (
        "As of 2026-01-06 00:00 UTC. 6 monitored: 1 normal, 4 exceptions, 1 no data. 2 wait for room, 0 are snoozed. "
        "Ranked by mrr; at most 2 per 1w for each owner."
    )


def test_what_is_finished_counts_for_its_week_and_what_is_snoozed_makes_room(company: World) -> None:
    cora = Person.objects.get(handle="cora")
    finish(occurrence=company.only("d", "low_score"), actor=cora, at=at("2026-01-06 10:00"))
    when = {"at": at("2026-01-06 10:00"), "until": at("2026-01-20"), "reason": "They are away"}
    snooze(occurrence=company.only("c", "low_score"), actor=cora, **when)  # type: ignore[arg-type]
    company.run("2026-01-07")
    told = listed(company)
    assert [row[0] for row in told.rows] == ["b"]
    assert "1 normal, 3 exceptions, 1 no data" not in told.caption
    assert "1 wait for room, 1 are snoozed." in told.caption
    company.run("2026-01-14")
    assert [row[0] for row in listed(company).rows] == ["b", "a"], "a week after, there is room again"


def test_of_ones_own_accounts_alone(company: World) -> None:
    told = listed(company, accounts=["a", "fine"])
    assert [row[0] for row in told.rows] == ["a"]
    assert "2 monitored: 1 normal, 1 exceptions, 0 no data." in told.caption


def test_a_model_without_exceptions_has_no_such_report(world: World) -> None:
    world.publish(MODEL.replace("channel: list", "channel: call"), "2026-01-01")
    world.account("a", "2026-01-02")
    world.run("2026-01-06")
    with pytest.raises(NoSuchReport, match="no model in force has `exceptions`"):
        listed(world)
