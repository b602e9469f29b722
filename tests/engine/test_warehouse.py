"""The export of a company: beside the facts what contracts say and what was decided, as of one instant."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from aloft.engine import client, warehouse
from aloft.engine.server import EngineServer
from aloft.facts.warehouse import manifest_of
from aloft.records.models import Change
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


def test_what_was_recorded_goes_out_where_it_is_asked_for(world: World) -> None:
    company(world)
    for day in ("2026-01-05", "2026-03-20"):  # two parts: blocks of 64 days
        world.track("acme", "Report Exported", f"{day} 10:00:00", "ann", rows=3)
        world.track("acme", "Signed In", f"{day} 11:00:00", "bob")
    world.run("2026-03-21")
    world.track("acme", "Signed In", "2026-03-22 09:00:00", "bob")  # which is not drained yet
    folder = Path(warehouse.answer(world.engine, lambda _done, _of: None, log=True)["folder"])
    told = [(row["nth"], row["seq"], row["name"], row["user"]) for row in rows(folder, "entry")]
    assert told == [
        (1, 1, "Report Exported", "ann"), (2, 2, "Signed In", "bob"),
        (1, 3, "Report Exported", "ann"), (2, 4, "Signed In", "bob"),
    ]  # fmt: skip
    assert len(manifest_of(folder).relations["entry"]) == 2
    edited = [(row["id"], row["kind"], row["account"]) for row in rows(folder, "change")]
    assert edited == list(Change.objects.order_by("id").values_list("id", "kind", "account"))
    warehouse.answer(world.engine, lambda _done, _of: None)
    assert {"entry", "change"}.isdisjoint(manifest_of(folder).relations)


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
