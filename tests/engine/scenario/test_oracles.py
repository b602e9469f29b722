"""The oracles of domain.md as scenarios, and those of the documents: each comes out exactly as written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from aloft.cli.rehearsing import lines
from aloft.engagement.library import presets
from aloft.engine.scenario.performing import perform_on
from aloft.engine.scenario.reading import read_scenarios
from aloft.engine.scenario.values import DueClaim, Scenario, VerdictClaim

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


@pytest.mark.parametrize("name", [one for one in presets() if one != "groundwork"])
def test_every_row_of_a_preset_opens_in_a_scenario(name: str) -> None:
    """Rows are the moments that its document tells itself; a null takes an inherited one away."""
    file = ROOT / f"tests/scenarios/presets/rows-of-{name}.yaml"
    claims = [one for scenario in read_scenarios(file.read_text(), str(file)) for one in scenario.expected]
    opened = {
        one.moment
        for one in claims
        if isinstance(one.claim, DueClaim)
        or (isinstance(one.claim, VerdictClaim) and one.claim.verdict == "opened")
    }
    document = YAML(typ="safe").load((ROOT / f"aloft/engagement/presets/{name}.yaml").read_text())
    rows = {moment for moment, said in (document.get("moments") or {}).items() if said is not None}
    assert rows - opened == set()
