"""Shapes of inline pictures, in units of their view box: what is drawn is said in the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10


@dataclass(frozen=True)
class Frame:
    """Where the data are drawn; `low` is the value at its bottom, `high` that at its top."""

    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        return round(self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top), 1)

    def x(self, share: float) -> float:
        """Of a share of the width."""
        return round(self.left + share * (self.right - self.left), 1)

    def slot(self, place: int, places: int) -> float:
        """The middle of one of so many places beside each other."""
        return self.x((place + 0.5) / places)


@dataclass(frozen=True)
class Line:
    y: float
    label: str


@dataclass(frozen=True)
class Bar:
    """`css` says which shade."""

    x: float
    y: float
    width: float
    height: float
    css: str


def path(points: Sequence[tuple[float, float]]) -> str:
    """An SVG path through the points."""
    return "M" + " ".join(f"{x:g} {y:g}" for x, y in points) if points else ""


def area(points: Sequence[tuple[float, float]], bottom: float) -> str:
    """The path, closed along the bottom."""
    if not points:
        return ""
    return f"{path(points)} L{points[-1][0]:g} {bottom:g} L{points[0][0]:g} {bottom:g}Z"


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round values from at or below `low` to at or above `high`: the scale to draw on."""
    if high <= low:
        high = low + 1
    step = _round_step((high - low) / most)
    first, last = floor(low / step), ceil(high / step)
    return [place * step for place in range(first, last + 1)]


def _round_step(rough: float) -> float:
    size = 10 ** floor(log10(rough))
    return float(next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough * 0.999999))


def stacked(
    frame: Frame,
    place: int,
    places: int,
    gains: Sequence[tuple[str, float]],
    losses: Sequence[tuple[str, float]],
) -> list[Bar]:
    """Gains upwards from zero and losses downwards, in one place; each has its shade and a positive size."""
    width = round((frame.right - frame.left) / places * 0.6, 1)
    left = round(frame.slot(place, places) - width / 2, 1)
    bars: list[Bar] = []
    for parts, way in ((gains, 1), (losses, -1)):
        so_far = 0.0
        for css, size in parts:
            if size > 0:
                edges = sorted((frame.y(so_far), frame.y(so_far + way * size)))
                bars.append(Bar(left, edges[0], width, round(edges[1] - edges[0], 1), css))
                so_far += way * size
    return bars
