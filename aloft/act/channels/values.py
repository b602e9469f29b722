"""What handing something over to another machine can come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Handing = Callable[[], bool]
"""To be called right before the other side may take it; False: it must not be handed over any more."""


@dataclass(frozen=True)
class Sent:
    answer: str


@dataclass(frozen=True)
class Refusal:
    """The other side said no. `for_good`: it will not say otherwise later; `nobody`: there is no such address."""

    answer: str
    for_good: bool = False
    nobody: bool = False


@dataclass(frozen=True)
class NoAnswer:
    """It was handed over, and nothing was heard: it may have arrived."""

    answer: str


@dataclass(frozen=True)
class Unavailable:
    """Nobody answers at all: no fault of what is to be sent."""

    answer: str


@dataclass(frozen=True)
class Withdrawn:
    """It must not be handed over any more."""


Result = Sent | Refusal | NoAnswer | Unavailable | Withdrawn
