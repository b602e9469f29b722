"""The smallest change that would have flipped a condition: fewest comparisons first, then the nearest value of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from aloft.engagement.expressions import Binary, Expression, Name, Not, Number

_HOLDS = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
    "=": lambda value, bound: value == bound,
    "<>": lambda value, bound: value != bound,
}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
_SAYS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "=": "", "<>": "other than"}


@dataclass(frozen=True)
class Flip:
    """`name` would have to compare so with `bound`; it is `value`."""

    name: str
    operator: str
    bound: Decimal
    value: Decimal

    @property
    def distance(self) -> Decimal:
        return abs(self.bound - self.value) / max(abs(self.bound), Decimal(1))

    def __str__(self) -> str:
        says = _SAYS[self.operator]
        return f"{self.name} {says + ' ' if says else ''}{self.bound} (it is {_short(self.value)})"


def smallest_change(
    expression: Expression, values: Mapping[str, float | int | None], *, to: bool
) -> tuple[Flip, ...] | None:
    """The comparisons that would make the expression `to`; empty if it is so already, None if none is known.

    Only comparisons of a name with a number can be changed; unknown values cannot.
    """
    match expression:
        case Binary("and" | "or" as joined, left, right):
            return _joined(joined, left, right, values, to)
        case Not(operand):
            return smallest_change(operand, values, to=not to)
        case Binary(operator, Name() as name, Number(bound)) if operator in _HOLDS:
            return _compared(name, operator, bound, values, to)
        case _:
            return None


def _joined(
    joined: str, left: Expression, right: Expression, values: Mapping[str, float | int | None], to: bool
) -> tuple[Flip, ...] | None:
    ways = [smallest_change(side, values, to=to) for side in (left, right)]
    if (joined == "and") == to:
        return None if None in ways else tuple(flip for way in ways for flip in way or ())
    found = [way for way in ways if way is not None]
    return min(found, key=lambda way: (len(way), sum(flip.distance for flip in way)), default=None)


def _compared(
    name: Name, operator: str, bound: Decimal, values: Mapping[str, float | int | None], to: bool
) -> tuple[Flip, ...] | None:
    value = values.get(name.dotted)
    if value is None:
        return None
    held = Decimal(str(value))
    if _HOLDS[operator](held, bound) == to:
        return ()
    return (Flip(name.dotted, operator if to else _OPPOSITE[operator], bound, held),)


def _short(value: Decimal) -> str:
    return f"{value.normalize():f}"
