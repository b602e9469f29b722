"""What happens once a moment has opened, as frozen values: its steps, and whom they reach."""

from __future__ import annotations

from collections.abc import Mapping
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
