"""The climb over the steps of a plan: a dot for each, and the way that is flown. In a box of 640 by 44."""

from __future__ import annotations

from dataclasses import dataclass

LEFT, RIGHT, LEVEL, FOOT, TOP = 6.0, 634.0, 400.0, 38.0, 8.0
ALL = "M6 38C150 38 220 8 400 8H634"
FINE = 24


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    shape: str  # on, now, ahead


@dataclass(frozen=True)
class Route:
    dots: list[Dot]
    flown: str


def route(done: list[bool]) -> Route:
    """Steps stand at equal distances; the first that is not done is where the customer is."""
    places = [LEFT + (RIGHT - LEFT) * n / max(len(done) - 1, 1) for n in range(len(done))]
    here = next((n for n, is_done in enumerate(done) if not is_done), len(done) - 1)
    shapes = ["now" if n == here else "on" if is_done else "ahead" for n, is_done in enumerate(done)]
    dots = [Dot(x, height(x), shape) for x, shape in zip(places, shapes, strict=True)]
    way = [LEFT + (places[here] - LEFT) * n / FINE for n in range(FINE + 1)]
    return Route(dots, "M" + " L".join(f"{x:.1f} {height(x):.1f}" for x in way))


def height(x: float) -> float:
    """Of the climb at `x`: it rises as the curve of `ALL` does, and is level from there on."""
    if x >= LEVEL:
        return TOP
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if _cubic(LEFT, 150, 220, LEVEL, middle) < x else (low, middle)
    return _cubic(FOOT, FOOT, TOP, TOP, low)


def _cubic(a: float, b: float, c: float, d: float, t: float) -> float:
    s = 1 - t
    return s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d
