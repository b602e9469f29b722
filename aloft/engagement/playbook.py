"""What happens once a moment has opened, as frozen values: its steps, and whom they reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aloft.engagement.model import Duration, Rule


@dataclass(frozen=True)
class Who:
    """Contacts by persona. `every`: each of them; else the first reachable one, in the order of preference."""

    personas: tuple[str, ...]
    every: bool = False
    where: Rule | None = None


@dataclass(frozen=True)
class Message:
    """`purpose` None: that of the moment."""

    template: str
    channel: str | None = None
    to: Who | None = None
    purpose: str | None = None
    condition: Rule | None = None


@dataclass(frozen=True)
class Task:
    """The next step waits until it is done. `owner` None: the moment's."""

    title: str
    owner: str | None = None
    within: Duration | None = None
    effort: Duration | None = None
    condition: Rule | None = None


@dataclass(frozen=True)
class Survey:
    kind: str
    to: Who | None = None
    condition: Rule | None = None


@dataclass(frozen=True)
class Webhook:
    name: str
    condition: Rule | None = None


@dataclass(frozen=True)
class Wait:
    """For a time, or until something holds but no longer than `at_most`."""

    at_most: Duration
    until: Rule | None = None
    condition: Rule | None = None


@dataclass(frozen=True)
class Goal:
    """The steps end once it is reached."""

    reached: Rule
    condition: Rule | None = None


@dataclass(frozen=True)
class Split:
    """Each account goes one way, by these shares, which add up to 1."""

    shares: Mapping[str, float]
    branches: Mapping[str, tuple[Step, ...]]
    condition: Rule | None = None


@dataclass(frozen=True)
class Branch:
    condition: Rule
    then: tuple[Step, ...]
    otherwise: tuple[Step, ...] = ()


Step = Message | Task | Survey | Webhook | Wait | Goal | Split | Branch


def placed(steps: Sequence[Step], before: str = "") -> Iterator[tuple[str, Step]]:
    """Every step with its path, those of branches included: `1`, `2.then.0`, `3.b.1`."""
    for i, step in enumerate(steps):
        path = f"{before}{i}"
        yield path, step
        for way, below in ways(step).items():
            yield from placed(below, f"{path}.{way}.")


def audiences(guests: Who | None, to: Who | None, steps: Sequence[Step]) -> list[Rule]:
    """What is asked of each of the contacts that a moment invites and that it, and its steps, write to."""
    told = [step.to for _, step in placed(steps) if isinstance(step, Message | Survey)]
    return [who.where for who in (guests, to, *told) if who is not None and who.where is not None]


def ways(step: Step) -> Mapping[str, tuple[Step, ...]]:
    """Where a step can lead, by name."""
    if isinstance(step, Split):
        return step.branches
    return {"then": step.then, "else": step.otherwise} if isinstance(step, Branch) else {}


def rules(steps: Sequence[Step]) -> dict[str, Rule]:
    """What the steps ask, by `PATH if`, `PATH until` and `PATH goal`."""
    found: dict[str, Rule] = {}
    for path, step in placed(steps):
        asked = {
            "if": step.condition,
            "until": step.until if isinstance(step, Wait) else None,
            "goal": step.reached if isinstance(step, Goal) else None,
        }
        found |= {f"{path} {what}": rule for what, rule in asked.items() if rule is not None}
    return found
