"""`aloft scenario`: what came of each scenario, in words and as decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console

from aloft.engagement.problems import Problem
from aloft.engine.scenario.comparing import Difference
from aloft.engine.scenario.performing import Performed, perform
from aloft.engine.scenario.reading import InvalidScenario, read_scenarios
from aloft.engine.scenario.values import Scenario


class NotPlayed(Exception):
    """Files that hold no scenarios; the message is all that is wrong with them, each line with its place."""


def read(files: Iterable[Path]) -> list[Scenario]:
    """Of all files; raises NotPlayed with what is wrong with any of them."""
    found: list[Scenario] = []
    problems: list[Problem | str] = []
    for file in files:
        try:
            found += read_scenarios(file.read_text("utf-8-sig"), str(file))
        except UnicodeDecodeError as undecoded:
            problems.append(f"{file}: a scenario is text in UTF-8, and byte {undecoded.start} is none")
        except InvalidScenario as invalid:
            problems += invalid.problems
    if problems:
        raise NotPlayed("\n".join(map(str, problems)))
    return found


def play(scenarios: list[Scenario], out: Console, told: Console | None) -> bool:
    """Whether all came out as expected. What differs goes to `out`; decisions, line by line, to `told`."""
    passed = []
    for performed in perform(scenarios):
        for line in lines(performed):
            out.print(line, markup=False)
        for line in _decisions(performed) if told else ():
            told.print(line, markup=False)  # type: ignore[union-attr]
        passed.append(performed.passed)
    out.print(_summary(passed), markup=False)
    return all(passed)


def _summary(passed: list[bool]) -> str:
    many = "1 scenario" if len(passed) == 1 else f"{len(passed)} scenarios"
    differ = passed.count(False)
    return f"{many}: {'as expected' if not differ else f'{differ} not as expected'}."


def lines(performed: Performed) -> Iterator[str]:
    scenario = performed.scenario
    yield f"{'✓' if performed.passed else '✗'} {scenario.name}"
    for difference in performed.differences:
        yield from _difference(scenario.file, difference)


def _difference(file: str, one: Difference) -> Iterator[str]:
    yield f"  {file}:{one.place.line}:{one.place.column}: {one.about}"
    if one.expected:
        yield f"    - {one.expected}"
    yield from (f"    + {line}" for line in one.happened)
    yield from (f"      why: {line}" for line in one.why)


def _decisions(performed: Performed) -> Iterator[str]:
    for decision in performed.decisions:
        scenario = {"scenario": performed.scenario.name}
        yield json.dumps({**decision.as_object(), **scenario}, ensure_ascii=False)
