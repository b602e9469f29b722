from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from aloft.cli.commands import app
from tests.engine.planned import Plan, Planned
from tests.engine.world import World


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def planned(world: World, tmp_path: Path, settings: Any) -> Planned:
    """`aloft plan --json` of a text; the engine that made the company does not run."""
    settings.ALOFT_HOME = tmp_path

    def plan(text: str = "", *more: str, stored: str = "") -> Plan:
        world.engine.close()
        file = tmp_path / "draft.yaml"
        file.write_text(text)
        told = CliRunner().invoke(app, ["plan", stored or str(file), "--json", *more])
        assert told.exit_code == 0, told.stderr
        found: Plan = json.loads(told.stdout)
        return found

    return plan
