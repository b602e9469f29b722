"""Books by rule, outcomes that late facts decide, and what is measured against the opening."""

from __future__ import annotations

from datetime import date

import pytest

from aloft.records import services
from aloft.records.models import Account, Holding, Person
from tests.engine.test_timelines import MODEL, company, onboarded
from tests.engine.world import World, at, shown

pytestmark = pytest.mark.slow
LOW = 'outcome: {expect: "sign_ins_28d >= '
SHORT = (f'{LOW}10", within: 30d}}', f'{LOW}3", within: 2d}}')


def test_a_book_by_rule_holds_the_accounts_that_it_fits_as_they_come_and_go(world: World) -> None:
    company(world)
    ada = world.person("ada", "csm")
    services.set_book(
        person=ada,
        name="Small",
        rule="segment = 'tier_3' and country = 'US'",
        actor="ops",
        at=at("2026-01-01"),
    )
    world.account("tiny", "2026-01-01", name="Tiny", timezone="UTC", country="US")
    world.contract("tiny", "2026-01-01", "2026-01-05", "300")
    world.run("2026-01-06")
    assert [row.account.external_id for row in Holding.objects.filter(person=ada)] == ["tiny"]
    assert world.stands("tiny").owner == ada
    world.account("tiny", "2026-01-06 10:00", country="DE")
    world.run("2026-01-07")
    assert not Holding.objects.filter(person=ada).exists()


def test_a_new_book_by_rule_takes_over_what_nobody_has_touched(world: World) -> None:
    company(world)
    world.account("loose", "2026-01-01", name="Loose", timezone="UTC", country="US")
    world.contract("loose", "2026-01-01", "2026-01-05", "6000")
    world.run("2026-01-05 08:00")
    world.track("loose", "Ticket Opened", "2026-01-05 09:00", ticket_id="T-1", priority="urgent")
    world.run("2026-01-05 09:30")
    ticket = world.only("loose", "urgent_ticket")
    assert ticket.owned_because.startswith(
        "as csm for high touch: no book holds the account, Cora has the least"
    )
    assert ticket.escalated_to is not None
    ada = world.person("ada", "csm", when="2026-01-05 10:00")
    services.set_book(person=ada, name="US", rule="country = 'US'", actor="ops", at=at("2026-01-05 10:00"))
    world.run("2026-01-05 10:30")
    ticket = world.only("loose", "urgent_ticket")
    assert (ticket.owner, ticket.owned_because) == (ada, "as csm: holds the book US")


def test_a_fact_from_inside_the_window_that_comes_late_turns_missed_into_met(world: World) -> None:
    document = MODEL.replace(*SHORT)
    company(world)
    world.publish(document, "2026-01-02")
    onboarded(world)
    world.run("2026-02-07 00:30")
    low = world.only("acme", "usage_low")
    assert shown(low.outcome_until) == "2026-02-09"
    world.run("2026-02-11 00:30")
    assert world.only("acme", "usage_low").outcome == "missed"
    for number in range(3):
        world.track("acme", "Signed In", "2026-02-08 12:00", user=f"u{number}", received="2026-02-11 09:00")
    world.run("2026-02-11 10:00")
    low = world.only("acme", "usage_low")
    assert (low.outcome, shown(low.outcome_at)) == ("met", "2026-02-11 09:00")


def test_facts_after_the_window_do_not_help(world: World) -> None:
    document = MODEL.replace(*SHORT)
    company(world)
    world.publish(document, "2026-01-02")
    onboarded(world)
    world.run("2026-02-07 00:30")
    for number in range(3):
        world.track("acme", "Signed In", "2026-02-09 00:00", user=f"u{number}")
    world.run("2026-02-11 00:30")
    assert world.only("acme", "usage_low").outcome == "missed"


def test_an_outcome_may_be_measured_against_the_opening(world: World) -> None:
    document = MODEL.replace(
        'expect: "sign_ins_28d >= 10"', 'expect: "sign_ins_28d >= at_opening(sign_ins_28d) + 2"'
    )
    company(world)
    world.publish(document, "2026-01-02")
    onboarded(world)
    world.track("acme", "Signed In", "2026-01-20 09:00", user="u1")
    world.run("2026-02-07 00:30")
    low = world.only("acme", "usage_low")
    assert low.opening == {"sign_ins_28d": 1.0}
    world.track("acme", "Signed In", "2026-02-07 09:00", user="u1")
    world.run("2026-02-07 09:30")
    assert world.only("acme", "usage_low").outcome == "watched"
    world.track("acme", "Signed In", "2026-02-07 10:00", user="u1")
    world.run("2026-02-07 10:30")
    assert world.only("acme", "usage_low").outcome == "met"


def test_leave_and_backup_stand_in_for_who_is_away_as_a_moment_opens(world: World) -> None:
    company(world)
    dev = world.person("dev", "csm")
    cora = world.person("cora", "csm", holds=("acme",), backup=dev)
    services.take_leave(
        person=cora, first_day=date(2026, 1, 8), last_day=date(2026, 1, 14), actor="cora", at=at("2026-01-02")
    )
    world.track("acme", "Ticket Opened", "2026-01-09 10:00", ticket_id="T-1", priority="high")
    world.run("2026-01-09 10:30")
    ticket = world.only("acme", "urgent_ticket")
    assert ticket.owner == Person.objects.get(handle="dev")
    assert ticket.owned_because == "as csm for high touch: Cora is away until 14 Jan, Dev covers"
    assert Account.objects.count() == 1


def test_an_outcome_that_rests_on_the_use_of_a_feature_alone_is_met_as_it_is_used(world: World) -> None:
    company(world)
    world.publish(
        MODEL.replace('expect: "sign_ins_28d >= 10"', "expect: \"used('Reports', '30d') > 0\""), "2026-01-02"
    )
    onboarded(world)
    world.run("2026-02-07 00:30")
    world.track("acme", "Reports", "2026-02-09 09:00", user="u1")
    world.run("2026-02-09 09:30")
    low = world.only("acme", "usage_low")
    assert (low.outcome, shown(low.outcome_at)) == ("met", "2026-02-09 09:00")
