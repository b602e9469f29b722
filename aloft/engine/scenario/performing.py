"""Runs scenarios one after the other: what came of each, beside what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aloft.engine.scenario.comparing import Difference, differences
from aloft.engine.scenario.decisions import Decision, decisions
from aloft.engine.scenario.playing import Play
from aloft.engine.scenario.scratch import scratch
from aloft.engine.scenario.stage import Misstep
from aloft.engine.scenario.values import Scenario


@dataclass(frozen=True)
class Performed:
    """`decisions` are all that were made, in order; it passed where nothing differs."""

    scenario: Scenario
    decisions: tuple[Decision, ...]
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


def perform(scenarios: Iterable[Scenario]) -> Iterator[Performed]:
    """Each on a scratch home and database of its own."""
    with scratch() as made:
        for scenario in scenarios:
            with made.home() as home:
                yield perform_on(home, scenario)


def perform_on(home: Path, scenario: Scenario) -> Performed:
    """On this home, which is empty, as Django's database is."""
    play = Play(scenario, home)
    try:
        play.run()
        made = decisions()
        return Performed(scenario, tuple(made), tuple(differences(play, made)))
    except Misstep as misstep:
        told = Difference(misstep.place, "the scenario cannot go on", "", (misstep.message,))
        return Performed(scenario, tuple(decisions()), (told,))
    finally:
        play.close()
