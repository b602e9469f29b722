"""Plays a scenario on a home of its own: the real engine, under a clock that is set from instant to instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from aloft.clock import SetClock
from aloft.engagement.model import Model
from aloft.engine.loop import Engine
from aloft.engine.scenario import looking
from aloft.engine.scenario.stage import Stage
from aloft.engine.scenario.values import (
    ActOn,
    Expectation,
    Fact,
    MetricClaim,
    Publish,
    RecordOn,
    RunAgain,
    Scenario,
    StandingClaim,
    StateClaim,
)

Key = tuple[int, str]
"""The place of an expectation in the file, and `at` or `before`."""


class _Died(BaseException):
    """Stands for the end of the process."""


@dataclass
class Play:
    """A scenario under way, on an empty database and an empty home. `seen` is what was looked at, by `Key`."""

    scenario: Scenario
    home: Path
    seen: dict[Key, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = SetClock(self.scenario.start)
        self.stage = Stage(self.scenario)
        self.model: Model = self.scenario.reading.model
        self.engine = self._begin()

    def _begin(self) -> Engine:
        engine = Engine(self.home, self.model.clock.home_zone, self.clock)
        engine.watch.sources.streams = False
        return engine

    def close(self) -> None:
        self.engine.close()

    def run(self) -> None:
        """Raises `stage.Misstep` where a fact cannot be."""
        self.stage.set()
        for instant in self._instants():
            self._turn_to(instant)

    def _instants(self) -> list[datetime]:
        scenario = self.scenario
        told = {fact.received for fact in scenario.facts}
        looks = {instant for instant, _ in self._looks()}
        wanted = {scenario.live_from, *told, *looks}
        return sorted({one for one in wanted if scenario.start <= one <= scenario.until} | {scenario.until})

    def _turn_to(self, instant: datetime) -> None:
        """What was to be decided before it, what becomes known at it, and what follows from that."""
        self.clock.instant = instant
        self.engine.run(instant - datetime.resolution)
        if instant == self.scenario.live_from:
            self.stage.publish(self.scenario.reading, instant)
            self.stage.hold_by_rules()
        for fact in self.scenario.facts:
            if fact.received == instant:
                self._tell(fact)
        self.engine.run(instant)
        self._look(instant)

    def _tell(self, fact: Fact) -> None:
        if isinstance(fact.verb, ActOn | RecordOn):
            self.engine.run(fact.received)  # what it is done to may open at this very instant
        self.stage.tell(fact, self.engine)
        if isinstance(fact.verb, Publish):
            self.model = fact.verb.reading.model
        if isinstance(fact.verb, RunAgain):
            self._again(fact.received, crash=fact.verb.crash)

    def _again(self, at: datetime, *, crash: bool) -> None:
        """As if the process had ended; after a crash the database has lost what was decided, the facts stand."""
        try:
            with transaction.atomic():
                self.engine.run(at)
                if crash:
                    raise _Died
        except _Died:
            pass
        self.engine.close()
        self.engine = self._begin()
        self.engine.run(at)

    def _looks(self) -> Iterator[tuple[datetime, Key]]:
        for place, one in enumerate(self.scenario.expected):
            match one.claim:
                case StateClaim(at=at):
                    yield at, (place, "at")
                case StandingClaim(at=at, since=began):
                    yield at, (place, "at")
                    if began:
                        yield at - datetime.resolution, (place, "before")
                case MetricClaim(known_on=known_on):
                    yield known_on or self.scenario.until, (place, "at")

    def _look(self, instant: datetime) -> None:
        for at, key in self._looks():
            if at == instant:
                self.seen[key] = self._seen(self.scenario.expected[key[0]], instant)

    def _seen(self, one: Expectation, instant: datetime) -> object:
        match one.claim:
            case StateClaim():
                return looking.state(one, self.model, instant)
            case StandingClaim(what=what):
                return looking.standing(what, one), looking.since(what, one)
            case MetricClaim(values=values, at=at, since=began):
                as_of = at or self.scenario.until
                instants = [as_of, as_of - datetime.resolution] if began else [as_of]
                return [looking.values(self.engine, one.subject, values, each) for each in instants]
            case _:
                return None


def seen_values(found: object) -> Sequence[Mapping[str, object]]:
    """What `seen` holds of a claim about metrics."""
    return found if isinstance(found, list) else []
