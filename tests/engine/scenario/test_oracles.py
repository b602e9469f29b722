"""The oracles of domain.md as scenarios, and those of the documents: each comes out exactly as written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aloft.cli.rehearsing import lines
from aloft.engine.scenario.performing import perform_on
from aloft.engine.scenario.reading import read_scenarios
from aloft.engine.scenario.values import Scenario

ROOT = Path(__file__).parents[3]
FILES = sorted(
    [*(ROOT / "tests/scenarios").rglob("*.yaml"), *(ROOT / "docs/examples").glob("*-scenarios.yaml")]
)


def every_scenario() -> Iterator[Scenario]:
    for file in FILES:
        yield from read_scenarios(file.read_text(), str(file))


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario", [*every_scenario()], ids=lambda one: f"{Path(one.file).stem}: {one.name}"
)
def test_it_comes_out_as_expected(db: None, tmp_path: Path, scenario: Scenario) -> None:
    performed = perform_on(tmp_path, scenario)
    assert performed.passed, "\n".join(lines(performed))
    assert performed.scenario.expected or performed.scenario.exactly
