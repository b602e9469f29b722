"""Whether a condition can be true: by intervals and sets over one variable at a time (rule 10 of the language).

A condition is taken apart into ways to be true, each a conjunction of what single names must be. What is not
a comparison of one name with constants is passed over and makes a way undecided, so that "never" is proven
and "can be" is sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import Literal

from aloft.engagement.expressions import (
    Between,
    Binary,
    Boolean,
    Call,
    Expression,
    In,
    IsNull,
    Name,
    Negative,
    Not,
    Number,
    Text,
)

MAX_WAYS = 400
Constant = Decimal | str | bool
Answer = Literal["yes", "no", "undecided"]

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}


@dataclass(frozen=True)
class Values:
    """What one name may be: between two bounds, one of some, none of others; or nothing at all."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False
    among: frozenset[Constant] | None = None
    without: frozenset[Constant] = frozenset()
    null: bool | None = None  # True: unknown; False: known

    def both(self, other: Values) -> Values:
        low, low_open = _tighter(self.low, self.low_open, other.low, other.low_open, up=True)
        high, high_open = _tighter(self.high, self.high_open, other.high, other.high_open, up=False)
        among = self.among if other.among is None else other.among
        if self.among is not None and other.among is not None:
            among = self.among & other.among
        null = self.null if other.null is None else other.null
        clash = None not in (self.null, other.null) and self.null != other.null
        return Values(
            low,
            high,
            low_open,
            high_open,
            frozenset() if clash else among,
            self.without | other.without,
            null,
        )

    @property
    def empty(self) -> bool:
        if self.among is not None:
            return not any(self._holds(value) for value in self.among - self.without)
        if self.null is True or self.low is None or self.high is None:
            return False
        if self.low == self.high:
            return self.low_open or self.high_open or self.low in self.without
        return self.low > self.high

    def _holds(self, value: Constant) -> bool:
        if isinstance(value, bool | str):
            return True
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return above and below


@dataclass(frozen=True)
class Way:
    """One way to be true. `sure`: nothing was passed over."""

    names: Mapping[str, Values]
    sure: bool = True

    def both(self, other: Way) -> Way:
        names = dict(self.names)
        for name, values in other.names.items():
            names[name] = names[name].both(values) if name in names else values
        return Way(names, self.sure and other.sure)

    @property
    def possible(self) -> bool:
        return not any(values.empty for values in self.names.values())


Ways = tuple[Way, ...]
ALWAYS: Ways = (Way({}),)
UNSURE: Ways = (Way({}, sure=False),)


def can_be(*conditions: Ways) -> Answer:
    """Whether all of the conditions can be true together."""
    ways = every(*conditions)
    if any(way.possible and way.sure for way in ways):
        return "yes"
    return "undecided" if any(way.possible for way in ways) else "no"


def every(*conditions: Ways) -> Ways:
    found = ALWAYS
    for condition in conditions:
        if len(found) * len(condition) > MAX_WAYS:
            found = tuple(replace(way, sure=False) for way in found)
            continue
        pairs = (one.both(other) for one, other in product(found, condition))
        found = tuple(way for way in pairs if way.possible)
    return found


def either(*conditions: Ways) -> Ways:
    found = tuple(way for condition in conditions for way in condition)
    return found if len(found) <= MAX_WAYS else UNSURE


def is_in(name: str, values: Iterable[Constant]) -> Ways:
    return (Way({name: _known(among=frozenset(values))}),)


def true(expression: Expression) -> Ways:
    """The ways in which a condition is true."""
    return _ways(expression, True)


def not_true(expression: Expression) -> Ways:
    """The ways in which it is false or unknown."""
    return either(_ways(expression, False), _ways(expression, None))


def not_false(expression: Expression) -> Ways:
    """The ways in which it is true or unknown."""
    return either(_ways(expression, True), _ways(expression, None))


def _ways(node: Expression, wanted: bool | None) -> Ways:
    """The ways in which a condition is true, false, or (None) unknown, as in SQL."""
    match node:
        case Boolean(value):
            return ALWAYS if value == wanted else ()
        case Not(operand):
            return _ways(operand, None if wanted is None else not wanted)
        case Binary("and" | "or" as operator, left, right):
            return _joined(operator, left, right, wanted)
        case IsNull(Name() as name, negated):
            return () if wanted is None else (Way({name.dotted: Values(null=wanted != negated)}),)
        case _:
            return _unknown(node) if wanted is None else _atom(node, wanted)


def _joined(operator: str, left: Expression, right: Expression, wanted: bool | None) -> Ways:
    settles = operator == "or"  # the value that one side alone gives to the whole
    if wanted is settles:
        return either(_ways(left, wanted), _ways(right, wanted))
    if wanted is not None:
        return every(_ways(left, wanted), _ways(right, wanted))
    neutral = not settles
    return either(
        every(_ways(left, None), _ways(right, None)),
        every(_ways(left, None), _ways(right, neutral)),
        every(_ways(left, neutral), _ways(right, None)),
    )


def _unknown(atom: Expression) -> Ways:
    ways = _atom(atom, True)
    if not all(way.sure for way in ways):
        return UNSURE
    names = sorted({name for way in (*ways, *_atom(atom, False)) for name in way.names})
    return tuple(Way({name: Values(null=True)}) for name in names)


def _atom(node: Expression, wanted: bool) -> Ways:
    match node:
        case Binary(operator, left, right) if operator in _FLIPPED:
            return _comparison(operator if wanted else _NEGATED[operator], left, right)
        case In(operand, choices, negated):
            return _membership(operand, choices, inside=wanted != negated)
        case Between(operand, low, high):
            bounds = ((">=", low), ("<=", high)) if wanted else (("<", low), (">", high))
            ends = [_comparison(operator, operand, bound) for operator, bound in bounds]
            return every(*ends) if wanted else either(*ends)
        case Name():
            return (Way({node.dotted: _known(among=frozenset({wanted}))}),)
        case Call("touches", (Text(level),)):
            return (Way({f"touches {level}": _known(among=frozenset({wanted}))}),)
        case _:
            return UNSURE


def _comparison(operator: str, left: Expression, right: Expression) -> Ways:
    constant = _constant(right)
    if constant is None:
        left, right, operator = right, left, _FLIPPED[operator]
        constant = _constant(right)
    if constant is None or not isinstance(left, Name):
        return _of_constants(operator, left, right)
    return (Way({left.dotted: _compared(operator, constant)}),)


def _of_constants(operator: str, left: Expression, right: Expression) -> Ways:
    first, second = _constant(left), _constant(right)
    if first is None or second is None or operator not in ("=", "<>"):
        return UNSURE
    return ALWAYS if (first == second) == (operator == "=") else ()


def _compared(operator: str, value: Constant) -> Values:
    if operator == "=":
        return _known(among=frozenset({value}))
    if operator == "<>":
        return Values(without=frozenset({value}), null=False)
    if not isinstance(value, Decimal):
        return Values(null=False)
    if operator in (">", ">="):
        return Values(low=value, low_open=operator == ">", null=False)
    return Values(high=value, high_open=operator == "<", null=False)


def _membership(operand: Expression, choices: tuple[Expression, ...], *, inside: bool) -> Ways:
    values = [_constant(choice) for choice in choices]
    if not isinstance(operand, Name) or None in values:
        return UNSURE
    known = frozenset(value for value in values if value is not None)
    found = _known(among=known) if inside else Values(without=known, null=False)
    return (Way({operand.dotted: found}),)


def _known(among: frozenset[Constant]) -> Values:
    return Values(among=among, null=False)


def _constant(node: Expression) -> Constant | None:
    match node:
        case Number(value) | Text(value) | Boolean(value):
            return value
        case Negative(Number(value)):
            return -value
        case _:
            return None


def _tighter(
    one: Decimal | None, one_open: bool, other: Decimal | None, other_open: bool, *, up: bool
) -> tuple[Decimal | None, bool]:
    if one is None or other is None:
        return (other, other_open) if one is None else (one, one_open)
    if one == other:
        return one, one_open or other_open
    return (one, one_open) if (one > other) == up else (other, other_open)
