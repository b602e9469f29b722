"""A plan over the export, with the facts read by Spark, is the plan that the engine makes, to the last number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aloft.engagement.library import preset
from aloft.engagement.load import read_model
from aloft.engine import warehouse
from aloft.engine.plan import exported
from aloft.engine.plan.service import answer
from tests.engine.test_relationships import MODEL as PRODUCTS
from tests.engine.test_relationships import sell
from tests.engine.world import EXAMPLE, World, at

TEXT = EXAMPLE.read_text()
MORE = TEXT.replace(
    "applies_to: \"status in ('trial', 'active')\"", 'applies_to: "contract_start is not null"'
)
CHANGED = (
    MORE.replace("mrr >= 5000", "mrr >= 4000 and exports_60d > 3")
    .replace("users_created >= 10", "users_created >= 2 or rows_60d > 500", 1)
    .replace(
        "metrics:\n",
        "metrics:\n"
        "  exports_60d: {count: Report Exported, over: 60d}\n"
        "  rows_60d: {sum: rows, of: Report Exported, over: 60d}\n"
        "  since_phase: {count: Signed In, since: phase_start}\n",
    )
    .replace("sign_ins_28d < 5 and active_users_28d < 3", "sign_ins_28d < 5 or since_phase < 9")
    .replace("    schedule: 5bd after contract_start", "    schedule: 20bd after contract_start")
)
OTHER = """
engagement_model: far
title: Far
applies_to: "country = 'JP'"
clock: {timezone: account, home: {timezone: Europe/Berlin, country: DE}, holidays: none}
roles:
  csm: {hours_per_week: 10, rate: 100}
metrics:
  busy: {days: Signed In, over: 28d}
phases:
  ongoing: {enters: "busy > 0"}
segments:
  all: {touch: low}
moments:
  review:
    schedule: every 1 month from phase_start at 10:00
    owner: csm
    channel: video
    objective: Look at the month together
    outcome: {expect: "contacted", within: 7d}
    effort: 2h
"""
PLACES = {
    "acme": ("Europe/Berlin", "DE", "6000"), "beta": ("America/New_York", "US", "4800"),
    "gamma": ("Asia/Tokyo", "JP", "2000"), "delta": ("", "DE", "900"), "quiet": ("Asia/Tokyo", "JP", "5200"),
}  # fmt: skip


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "home").mkdir()
    made = World(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def company(world: World) -> World:
    """Five accounts of three zones since 5 January, which use the product more and less; it is 9 March."""
    for n, (name, (zone, country, mrr)) in enumerate(PLACES.items()):
        world.account(name, "2025-12-01", timezone=zone, country=country)
        world.contract(name, "2025-12-01", f"2026-01-{5 + n:02}", mrr)
        for day in range(0, 62 if name != "quiet" else 0, n + 1):
            when = (at("2026-01-06 09:30") + timedelta(days=day)).isoformat(sep=" ")[:16]
            world.track(name, "Signed In", when, f"{name}-{day % 3}")
            world.track(name, "Report Exported", when, f"{name}-{day % 2}", rows=str(day))
            if day % 9 == 0:
                world.track(name, "User Created", when, f"{name}-{day}")
                world.track(name, "Ticket Opened", when, f"{name}-0", ticket_id=f"t{day}", priority="urgent")
    world.person("cora", "csm", holds=("acme", "beta", "gamma"))
    world.person("omar", "onboarding")
    world.publish(TEXT.replace("status in ('trial', 'active')", "contract_start is not null"), "2026-03-06")
    world.run("2026-03-09")
    return world


def both(
    session: Any, world: World, scratch: Path, text: str, *bases: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan of the engine, and that of Spark over an export of the same instant."""
    asked = {"document": text, "bases": bases}
    ours = answer(world.engine, asked, lambda _done, _of: None)
    told = warehouse.answer(world.engine, lambda _done, _of: None)
    theirs = exported.plan(session, world.home, Path(told["folder"]), scratch, asked, lambda _done, _of: None)
    return ours["plan"], theirs


@pytest.mark.slow
def test_of_a_text_that_moves_accounts_and_counts_what_nobody_has_counted(
    session: Any, company: World, tmp_path: Path
) -> None:
    ours, theirs = both(session, company, tmp_path, CHANGED)
    assert len(ours["moves"]) > 1
    assert {one["change"] for one in ours["moments"]} >= {"same", "changed"}
    assert theirs == ours


@pytest.mark.slow
@pytest.mark.parametrize("name", ["freemium", "sansan"])
def test_of_a_preset(session: Any, company: World, tmp_path: Path, name: str) -> None:
    found = preset(name)
    assert found is not None
    text = read_model(found.text, found.file, found.find).document
    ours, theirs = both(session, company, tmp_path, text, "first_model")
    assert any(move["what"] == "model" for move in ours["moves"])
    assert theirs == ours


@pytest.mark.slow
def test_of_relationships(session: Any, world: World, tmp_path: Path) -> None:
    world.account("acme", "2026-01-01", country="DE", timezone="UTC")
    sell(world, "Ledger", "5000", "2026-01-05")
    sell(world, "Books", "900", "2026-01-08")
    world.publish(PRODUCTS, "2026-01-01")
    for day in ("2026-01-09", "2026-01-12"):
        world.track("acme", "Ran", f"{day} 10:00", "ann", product="Ledger")
    world.run("2026-01-20")
    ours, theirs = both(session, world, tmp_path, PRODUCTS.replace("runs >= 2", "runs >= 1 or mrr < 1000"))
    assert [(move["was"], move["now"], move["accounts"]) for move in ours["moves"]] == [
        ("onboarding", "ongoing", 1)
    ]
    assert theirs == ours


@pytest.mark.slow
def test_of_the_text_in_force(session: Any, company: World, tmp_path: Path) -> None:
    ours, theirs = both(session, company, tmp_path, MORE)
    assert ours["moves"] == []
    assert theirs == ours


@pytest.mark.slow
def test_of_a_model_beside_another(session: Any, company: World, tmp_path: Path) -> None:
    ours, theirs = both(session, company, tmp_path, OTHER, "first_model")
    assert {move["what"] for move in ours["moves"]} >= {"model", "phase"}
    assert theirs == ours


@pytest.mark.slow
def test_of_a_company_of_which_a_source_is_late(session: Any, company: World, tmp_path: Path) -> None:
    company.run("2026-03-13")
    ours, theirs = both(session, company, tmp_path, CHANGED)
    assert any("The source product is late" in note for note in ours["notes"])
    assert theirs == ours
