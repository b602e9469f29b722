"""How far the steps of an occurrence go: which are taken now, and for which the next one waits. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aloft.engagement.playbook import Branch, Goal, Split, Step, Task, Wait, ways

Asked = Mapping[str, bool | None]
"""The value of each question of the steps, called as in `engagement.playbook.rules`."""


@dataclass(frozen=True)
class Taken:
    """A step that was begun before. `waiting`: the next one waits for it; `way`: where it led."""

    waiting: bool = False
    way: str = ""
    passed: bool = False
    over: bool = False
    """Of a wait: its time is up."""


@dataclass(frozen=True)
class Begun:
    """A step that is taken now. `passed`: its `if` is not true; `waits`: the next one waits for it."""

    path: str
    step: Step
    way: str = ""
    passed: bool = False
    waits: bool = False


@dataclass
class Progress:
    """`ended` are the paths of waits that are over; `reached`: a goal is, and the steps are at their end."""

    begun: list[Begun] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    reached: bool = False


def go_on(steps: Sequence[Step], taken: Mapping[str, Taken], asked: Asked, lot: str) -> Progress:
    """Take the steps in order until one has to be waited for. `lot` tells subjects apart in a split."""
    walk = _Walk(taken, asked, lot, Progress())
    goals = [path for path, one in taken.items() if _is_goal(steps, path) and not one.passed]
    if any(asked.get(f"{path} goal") is True for path in goals):
        walk.progress.reached = True
    else:
        walk.through(steps, "")
    return walk.progress


def _is_goal(steps: Sequence[Step], path: str) -> bool:
    first, _, rest = path.partition(".")
    step = steps[int(first)] if int(first) < len(steps) else None
    if step is None or not rest:
        return isinstance(step, Goal)
    way, _, below = rest.partition(".")
    return _is_goal(ways(step).get(way, ()), below)


@dataclass
class _Walk:
    taken: Mapping[str, Taken]
    asked: Asked
    lot: str
    progress: Progress

    def through(self, steps: Sequence[Step], before: str) -> bool:
        """Whether all of them are behind."""
        return all(self._past(f"{before}{i}", step) for i, step in enumerate(steps))

    def _past(self, path: str, step: Step) -> bool:
        known = self.taken.get(path)
        if known is None:
            return self._begin(path, step)
        if known.waiting:
            return self._waited(path, step, known)
        return known.passed or self._down(path, step, known.way)

    def _begin(self, path: str, step: Step) -> bool:
        if not isinstance(step, Branch) and step.condition is not None and not self._true(path, "if"):
            self.progress.begun.append(Begun(path, step, passed=True))
            return True
        way = self._way(path, step)
        waits = isinstance(step, Task) or (isinstance(step, Wait) and not self._is_over(path, step))
        self.progress.begun.append(Begun(path, step, way, waits=waits))
        if isinstance(step, Goal) and self._true(path, "goal"):
            self.progress.reached = True
            return False
        return not waits and self._down(path, step, way)

    def _true(self, path: str, question: str) -> bool:
        return self.asked.get(f"{path} {question}") is True

    def _way(self, path: str, step: Step) -> str:
        if isinstance(step, Split):
            return chosen(step.shares, f"{self.lot}:{path}")
        if isinstance(step, Branch):
            return "then" if self._true(path, "if") else "else"
        return ""

    def _down(self, path: str, step: Step, way: str) -> bool:
        return self.through(ways(step).get(way, ()), f"{path}.{way}.")

    def _waited(self, path: str, step: Step, known: Taken) -> bool:
        if not isinstance(step, Wait) or not (known.over or self._is_over(path, step)):
            return False
        self.progress.ended.append(path)
        return True

    def _is_over(self, path: str, step: Wait) -> bool:
        return step.until is not None and self._true(path, "until")


def chosen(shares: Mapping[str, float], lot: str) -> str:
    """The way of a subject in a split: the same whenever it is asked, and by these shares over many subjects."""
    drawn = int.from_bytes(hashlib.sha256(lot.encode()).digest()[:8], "big") / 2**64
    reached = 0.0
    for way, share in shares.items():
        reached += share
        if drawn < reached:
            return way
    return list(shares)[-1]
