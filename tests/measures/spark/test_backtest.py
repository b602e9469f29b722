"""A backtest that Spark plays in parts, from an export, is the backtest of one machine, opening by opening."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aloft.engagement.load import read_model
from aloft.engine import warehouse
from aloft.engine.backtest import exported
from aloft.engine.backtest.parting import grouped, parted
from aloft.engine.backtest.run import Backtest, NotTested, backtest
from aloft.measures.spark.evaluation import opened
from aloft.records.models import Account
from aloft.records.services import except_account
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
FIRST, LAST = date(2026, 1, 6), date(2026, 1, 12)


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "home").mkdir()
    made = World(tmp_path / "home")
    yield made
    made.close()


def export(world: World) -> Path:
    told = warehouse.answer(world.engine, lambda _done, _of: None, log=True)
    return Path(told["folder"])


def both(
    session: Any, world: World, scratch: Path, document: str, last: date = LAST, parts: int = 3
) -> tuple[Backtest, Backtest]:
    """Of one machine, and of Spark over an export of the same instant."""
    folder = export(world)
    model = read_model(document, "model.yaml").model
    ours = backtest(world.home, model, FIRST, last, world.engine.at)
    theirs = exported.backtest(session, folder, scratch, document, FIRST, last, parts)
    return ours, theirs


@pytest.mark.slow
def test_of_accounts_of_several_zones_that_are_told_of_late(
    session: Any, world: World, tmp_path: Path
) -> None:
    company(world, "2026-01-05 23:00", DOCUMENT)
    for entry, arrived in facts(world, 4):
        world.engine.inbox.append([entry], received=at(arrived))
    world.account("late", "2026-01-09", timezone="Asia/Kolkata", country="IN")
    world.contract("late", "2026-01-09", "2026-01-09", "700")
    except_account(
        account=Account.objects.get(external_id="cord"), kind="touch", touch=["high"], reason="It grows",
        until=date(2026, 1, 31), actor="mia", at=at("2026-01-07"),
    )  # fmt: skip
    world.run("2026-01-14")
    ours, theirs = both(session, world, tmp_path, DOCUMENT)
    assert "high" in world.stands("cord").touch
    assert {one.trigger for one in ours.played.opened} == {"schedule", "event", "when", "expect", "answer"}
    assert theirs == ours


@pytest.mark.slow
def test_accounts_that_share_what_tells_of_both_are_played_together(
    session: Any, world: World, tmp_path: Path
) -> None:
    company(world, "2026-01-05 23:00", DOCUMENT)
    for name in ("root", "leaf", "twin", "peer", "guest", "alone"):
        parent = {"parent": "root"} if name == "leaf" else {}
        world.account(name, "2026-01-01", timezone="UTC", country="US", **parent)
        world.contract(name, "2026-01-01", "2026-01-05", "900")
    world.contact("visitor", "guest", "admin")
    world.contact("visitor", "peer", "admin", "2026-01-07")
    for day in ("2026-01-06", "2026-01-08"):
        world.track("acme", "User Created", f"{day} 09:00", "ann")
        world.track("twin", "User Created", f"{day} 10:00", "ann")
        world.track("alone", "User Created", f"{day} 11:00", "zed")
        world.track("", "User Created", f"{day} 12:00", "ann")
    world.run("2026-01-14")
    ours, theirs = both(session, world, tmp_path, DOCUMENT, parts=7)
    assert {one.account for one in ours.played.opened} >= {"acme", "twin", "leaf", "root", "alone"}
    assert theirs == ours
    (tmp_path / "again").mkdir()
    connection, manifest = opened(session, world.home / "warehouse", tmp_path / "again")
    parting, *_ = parted(connection, manifest, world.home / "warehouse", 7)
    assert parting.groups == {
        "acme": "acme", "twin": "acme", "leaf": "leaf", "root": "leaf", "guest": "guest", "peer": "guest",
    }  # fmt: skip


def test_ties_lead_to_one_group() -> None:
    assert grouped([("b", "c"), ("e", "d"), ("c", "a")]) == {
        "a": "a", "b": "a", "c": "a", "d": "d", "e": "d",
    }  # fmt: skip


def test_a_model_that_compares_accounts_is_refused(session: Any, tmp_path: Path) -> None:
    compared = EXAMPLE.read_text().replace("sign_ins_28d < 5 and", "declined('Signed In', 0.30) and")
    with pytest.raises(NotTested, match="compares each account with all others"):
        exported.backtest(session, tmp_path, tmp_path, compared, FIRST, LAST)


@pytest.mark.slow
def test_an_export_without_the_log_is_refused(session: Any, world: World, tmp_path: Path) -> None:
    world.account("acme", "2026-01-01")
    world.run("2026-01-06")
    folder = Path(warehouse.answer(world.engine, lambda _done, _of: None)["folder"])
    with pytest.raises(NotTested, match="aloft warehouse --log"):
        exported.backtest(session, folder, tmp_path, DOCUMENT, FIRST, LAST)
