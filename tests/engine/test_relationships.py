"""A model per relationship: each product of an account has its own phase, segment and moments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from aloft.measures.models import AccountHealth, HealthDay
from aloft.records import services
from aloft.records.models import Account, Contract
from aloft.records.relationships import external_id
from tests.engine.world import World, at, decisions

MODEL = """
engagement_model: products
title: Products
unit: relationship
clock: {home: {timezone: UTC}, holidays: none}
roles:
  csm: {}
metrics:
  runs: {count: Ran, since: contract_start}
phases:
  onboarding: {enters: "contract_start is not null", leaves: "runs >= 2"}
  ongoing: {}
segments:
  large: {when: "mrr >= 1000", touch: high}
  small: {touch: tech}
moments:
  kickoff:
    phase: onboarding
    schedule: 1d after contract_start
    owner: csm
    objective: Meet
    outcome: {expect: "attended('exec_sponsor')", within: 7d}
  books_only:
    when: "product = 'Books'"
    owner: csm
    objective: Look
    outcome: {expect: "contacted", within: 30d}
  ticket:
    event: Ticket Opened
    by: ticket_id
    owner: csm
    objective: Help
    outcome: {expect: "contacted", within: 1d}
"""
WHOLE = MODEL.replace("unit: relationship", "unit: account").replace(
    "engagement_model: products", "engagement_model: accounts"
)
LEDGER, BOOKS = external_id("acme", "Ledger"), external_id("acme", "Books")


def sell(world: World, product: str, mrr: str, starts: str, when: str = "2026-01-01", **more: Any) -> None:
    """One line of acme's contract, by its product."""
    account = Account.objects.get(external_id="acme")
    contract = Contract.objects.filter(account=account).first() or services.set_contract(
        external_id="acme-1", account=account, starts_on=date(2026, 1, 5), actor="ops", at=at(when)
    )
    services.amend_line(
        contract=contract, line=more.get("line", product),
        product=services.set_product(name=product, actor="ops", at=at(when)),
        mrr=Decimal(mrr), starts_on=date.fromisoformat(starts), actor="ops", at=at(when),
    )  # fmt: skip


@pytest.fixture
def company(world: World) -> World:
    """Acme has Ledger from 5 January and Books from the 8th; Cora holds the account."""
    world.account("acme", "2026-01-01", name="Acme", country="DE", timezone="UTC")
    world.person("cora", "csm", holds=("acme",))
    sell(world, "Ledger", "5000", "2026-01-05")
    sell(world, "Books", "200", "2026-01-08")
    return world


def standing(world: World, account: str) -> tuple[str, str, list[str], Decimal | None]:
    found = world.stands(account)
    return found.phase, found.segment, list(found.touch), found.mrr


def test_two_products_of_one_account_are_in_different_phases_with_moments_each(company: World) -> None:
    world = company
    world.publish(MODEL, "2026-01-01")
    world.run("2026-01-06")
    world.track("acme", "Ran", "2026-01-06 10:00", product="Ledger")
    world.track("acme", "Ran", "2026-01-07 09:00", product="Ledger")
    world.run("2026-01-09 12:00")
    assert standing(world, LEDGER) == ("ongoing", "large", ["high"], Decimal(5000))
    assert standing(world, BOOKS) == ("onboarding", "small", ["tech"], Decimal(200))
    assert [(one.moment, one.account.name) for one in world.occurrences()] == [
        ("books_only", "Acme - Books"),
        ("kickoff", "Acme - Ledger"),
        ("kickoff", "Acme - Books"),
    ]
    assert world.only(LEDGER, "kickoff").due_at == at("2026-01-06 09:00")
    assert world.only(BOOKS, "kickoff").due_at == at("2026-01-09 09:00")
    assert {one.owner.name for one in world.occurrences() if one.owner} == {"Cora"}


def test_the_whole_account_is_in_no_phase_and_keeps_all_its_revenue(company: World) -> None:
    world = company
    world.publish(MODEL, "2026-01-01")
    world.run("2026-01-09")
    assert standing(world, "acme") == ("", "", [], Decimal(5200))
    assert world.stands("acme").model == ""
    assert world.occurrences("acme") == []


def test_an_event_opens_a_moment_at_the_product_that_it_names(company: World) -> None:
    world = company
    world.publish(MODEL, "2026-01-01")
    world.run("2026-01-08 08:00")
    world.track("acme", "Ticket Opened", "2026-01-08 09:00", product="Books", ticket_id="T-1")
    world.track("acme", "Ticket Opened", "2026-01-08 09:00", ticket_id="T-2")
    world.run("2026-01-08 10:00")
    assert [(one.account.external_id, one.anchor) for one in world.occurrences(moment="ticket")] == [
        (BOOKS, "ticket_id:T-1")
    ]


def test_a_product_that_an_event_names_first_is_there_at_once(company: World) -> None:
    world = company
    world.publish(MODEL.replace('"contract_start is not null"', '"runs >= 0"').replace(
        "since: contract_start", "over: 28d"
    ), "2026-01-01")  # fmt: skip
    world.run("2026-01-03")
    world.track("acme", "Ticket Opened", "2026-01-03 09:00", product="Spark", ticket_id="T-1")
    world.run("2026-01-04")
    assert world.only(external_id("acme", "Spark"), "ticket").account.name == "Acme - Spark"
    assert world.stands(external_id("acme", "Spark")).phase_since == at("2026-01-03 09:00")


def test_an_outcome_is_met_by_the_accounts_contacts(company: World) -> None:
    world = company
    world.publish(MODEL, "2026-01-01")
    ann = world.contact("ann", "acme", "exec_sponsor")
    world.run("2026-01-07")
    kickoff = world.only(LEDGER, "kickoff")
    services.record_fact(
        account=kickoff.account, fact="attended", moment="kickoff", anchor=kickoff.anchor, contact=ann,
        actor="cora", at=at("2026-01-07 10:00"),
    )  # fmt: skip
    world.run("2026-01-08")
    assert world.verdicts(LEDGER, "kickoff")[-1] == ("met", "2026-01-07 10:00")
    assert world.only(LEDGER, "kickoff").outcome == "met"


def test_a_line_that_is_amended_moves_its_product_alone(company: World) -> None:
    world = company
    world.publish(MODEL, "2026-01-01")
    world.run("2026-01-08 08:00")
    sell(world, "Books", "1500", "2026-01-09", when="2026-01-08 09:00")
    world.run("2026-01-10")
    assert (world.stands(BOOKS).segment, world.stands(LEDGER).mrr) == ("large", Decimal(5000))
    assert world.stands("acme").mrr == Decimal(6500)


def test_a_line_that_goes_on_with_another_product_ends_the_first(company: World) -> None:
    world = company
    world.publish(MODEL, "2026-01-01")
    world.run("2026-01-08 08:00")
    sell(world, "Ledger Plus", "300", "2026-01-09", when="2026-01-08 09:00", line="Books")
    world.run("2026-01-10")
    assert (world.stands(BOOKS).phase, world.stands(BOOKS).mrr) == ("", Decimal(0))
    assert standing(world, external_id("acme", "Ledger Plus"))[0::3] == ("onboarding", Decimal(300))


def test_an_event_that_finds_another_account_opens_there(company: World) -> None:
    world = company
    world.account("bolt", "2026-01-01", name="Bolt")
    world.publish(MODEL.replace('"contract_start is not null"', "\"product = 'Books'\""), "2026-01-01")
    world.run("2026-01-07")
    world.track("", "Ticket Opened", "2026-01-07 09:00", user="una", product="Books", ticket_id="T-1")
    world.run("2026-01-07 10:00")
    assert world.occurrences(moment="ticket") == []
    world.track("bolt", "Signed In", "2026-01-07 11:00", user="una")
    world.run("2026-01-07 12:00")
    assert [one.account.name for one in world.occurrences(moment="ticket")] == ["Bolt - Books"]


def test_an_account_and_its_relationships_follow_models_of_their_own(company: World) -> None:
    world = company
    world.publish(WHOLE, "2026-01-01")
    world.publish(MODEL, "2026-01-01")
    world.run("2026-01-09 10:00")
    follows = {name: world.stands(name).model for name in ("acme", LEDGER, BOOKS)}
    assert follows == {"acme": "accounts", LEDGER: "products", BOOKS: "products"}
    assert [(one.account.external_id, one.due_at) for one in world.occurrences(moment="kickoff")] == [
        ("acme", at("2026-01-06 09:00")),
        (LEDGER, at("2026-01-06 09:00")),
        (BOOKS, at("2026-01-09 09:00")),
    ]


def test_a_version_that_changes_the_unit_moves_from_the_account_to_its_relationships_and_back(
    company: World,
) -> None:
    world = company
    whole = MODEL.replace("unit: relationship", "unit: account")
    world.publish(whole, "2026-01-01")
    world.run("2026-01-07")
    assert (world.stands("acme").phase, Account.objects.count()) == ("onboarding", 1)
    world.publish(MODEL, "2026-01-07")
    world.run("2026-01-09")
    assert [world.stands(name).phase for name in ("acme", LEDGER, BOOKS)] == ["", "onboarding", "onboarding"]
    world.publish(whole, "2026-01-09")
    world.run("2026-01-10")
    assert [world.stands(name).phase for name in ("acme", LEDGER, BOOKS)] == ["onboarding", "", ""]
    opened = [(one.account.external_id, one.moment) for one in world.occurrences()]
    assert opened.count(("acme", "kickoff")) == 1


def test_a_restart_and_a_store_drained_again_decide_the_same(company: World) -> None:
    world = company
    world.publish(MODEL, "2026-01-01")
    world.run("2026-01-07")
    world.track("acme", "Ran", "2026-01-07 09:00", product="Ledger")
    world.run("2026-01-08")
    before = decisions(world)
    world.engine.close()
    for file in world.home.glob("facts.duckdb*"):
        file.unlink()
    world.restart()
    world.run("2026-01-08 01:00")
    assert decisions(world) == before
    world.track("acme", "Ran", "2026-01-08 09:00", product="Ledger")
    world.run("2026-01-09 10:00")
    assert standing(world, LEDGER)[0] == "ongoing"
    assert [one.account.external_id for one in world.occurrences(moment="kickoff")] == [LEDGER, BOOKS]


def test_relationships_have_the_accounts_names_and_no_place_in_its_tree(company: World) -> None:
    world = company
    world.account("group", "2026-01-01", name="Group")
    world.account("acme", "2026-01-02", parent="group")
    world.publish(MODEL, "2026-01-02")
    world.run("2026-01-07")
    ledger = Account.objects.get(external_id=LEDGER)
    assert (ledger.name, ledger.whole_id, ledger.product, ledger.country, ledger.parent) == (
        "Acme - Ledger", Account.objects.get(external_id="acme").pk, "Ledger", "DE", None,
    )  # fmt: skip
    world.account("acme", "2026-01-07", name="Acme AG")
    world.run("2026-01-08")
    assert Account.objects.get(external_id=LEDGER).name == "Acme AG - Ledger"


HEALTHY = (
    MODEL
    + """
health:
  usage: {weight: 1, score: "runs", anchors: {0: 0, 10: 100}}
  bands: {red: "< 40", green: ">= 70", settle: 2 readings, climb: 5}
"""
)


def health_of(account: str) -> tuple[float | None, str]:
    found = AccountHealth.objects.get(account__external_id=account)
    return found.score, found.band


def test_health_of_relationships_rolls_up_by_their_arr(world: World) -> None:
    """Ledger pays 3,000 and is at 20, Books pays 1,000 and is at 100: (3 * 20 + 100) / 4 = 40."""
    world.account("acme", "2026-01-01", name="Acme", timezone="UTC")
    sell(world, "Ledger", "3000", "2026-01-05")
    sell(world, "Books", "1000", "2026-01-05")
    world.publish(HEALTHY, "2026-01-01", live_from="2026-01-05")
    for product, times in (("Ledger", 2), ("Books", 10)):
        for _ in range(times):
            world.track("acme", "Ran", "2026-01-05 09:00", product=product)
    world.run("2026-01-06 00:01")
    assert (health_of(LEDGER), health_of(BOOKS)) == ((20, "red"), (100, "green"))
    assert health_of("acme") == (40, "yellow")
    told = AccountHealth.objects.get(account__external_id="acme")
    assert (told.day, told.coverage) == (date(2026, 1, 5), 1)
    assert [(one["name"], one["share"], one["points"]) for one in told.dimensions] == [
        ("Books", 0.25, 15),
        ("Ledger", 0.75, -15),
    ]
    assert HealthDay.objects.get(account__external_id="acme", day=date(2026, 1, 5)).score == 40
