"""How a model scores health (F18): profiles, their dimensions, and the bands that scores fall into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aloft.engagement.model import Duration, Rule


@dataclass(frozen=True)
class Cap:
    """No score above `at` while `when` holds."""

    when: Rule
    at: float


@dataclass(frozen=True)
class Dimension:
    """A part of the health score (F18). `weights` maps a touch level to a weight; `*` is every other level.

    `anchors` are (value, score) with the values rising; a score is piecewise linear between them and level
    beyond. Where they differ by segment, `by_segment` has those of each, and `anchors` none. `half_life` None:
    the value does not go stale.
    """

    name: str
    weights: Mapping[str, float]
    score: Rule
    anchors: tuple[tuple[float, float], ...]
    half_life: Duration | None = None
    cap: Cap | None = None
    by_segment: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Bands:
    """Red below `red`, green from `green` on; a change needs `settle` daily readings in a row past the
    threshold, and upwards the threshold plus `climb`."""

    red: float = 40
    green: float = 70
    settle: int = 2
    climb: float = 5


@dataclass(frozen=True)
class Profile:
    """One way to score an account. `when` None: it takes whomever no profile before it takes.

    The name is empty where the model scores everybody alike.
    """

    name: str
    dimensions: Mapping[str, Dimension]
    bands: Bands = Bands()
    when: Rule | None = None


@dataclass(frozen=True)
class Health:
    """By `dimensions` everybody is scored alike; where there are `profiles`, the first that takes an account scores
    it, and there are no dimensions beside them. `bands` are also those of an account that relationships make up.
    """

    dimensions: Mapping[str, Dimension]
    bands: Bands = Bands()
    profiles: Mapping[str, Profile] = field(default_factory=dict)

    @property
    def every(self) -> tuple[Profile, ...]:
        """The profiles in order, or the one that is everybody's."""
        return tuple(self.profiles.values()) or (Profile("", self.dimensions, self.bands),)
