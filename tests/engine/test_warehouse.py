"""The export of a company: beside the facts what contracts say and what was decided, as of one instant."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from aloft.engine import client, warehouse
from aloft.engine.server import EngineServer
from aloft.facts.warehouse import manifest_of
from tests.engine.test_several_models import company, world_model
from tests.engine.world import World


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    found = manifest_of(folder).relations[name]
    return [row for file in found for row in pq.read_table(folder / file.path).to_pylist()]


def test_contracts_and_decisions_lie_beside_the_facts(world: World, tmp_path: Path) -> None:
    company(world)
    world.publish(world_model(), "2026-01-01")
    world.track("acme", "Report Exported", "2026-01-05 10:00:00")
    world.run("2026-01-06")
    told = warehouse.answer(world.engine, lambda _done, _of: None)
    folder = Path(told["folder"])
    names = {row["id"]: row["external"] for row in rows(folder, "account")}
    phases = {names[row["account"]]: row["phase"] for row in rows(folder, "decided_position")}
    assert phases["acme"] == world.stands("acme").phase
    today = [row for row in rows(folder, "standing") if row["opens"].isoformat() <= "2026-01-06"]
    assert {names[row["account"]] for row in today} <= set(names.values())
    assert (told["events"], told["at"]) == (1, world.engine.at.isoformat())


def test_a_company_without_a_model_is_exported_too(world: World) -> None:
    world.account("acme", "2026-01-01")
    world.run("2026-01-06")
    told = warehouse.answer(world.engine, lambda _done, _of: None)
    assert rows(Path(told["folder"]), "decided_position") == []


def test_the_running_engine_is_asked(world: World, tmp_path: Path, settings: Any) -> None:
    settings.ALOFT_HOME = tmp_path
    company(world)
    world.run("2026-01-06")
    served, answers = EngineServer(world.engine), []
    asking = threading.Thread(target=lambda: answers.append(client.ask("warehouse", patience=60.0)))
    asking.start()
    while asking.is_alive():
        served._answer_for(0.05)
    assert [sorted(one or {}) for one in answers] == [
        ["at", "bytes", "entries", "events", "files", "folder", "written"]
    ]
