"""Outcomes that hold as their moment opens: met before anybody has done anything, for what is asked is what was."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from aloft.engagement.expressions import Binary, Call, Expression, Name, Number

ONE, NOTHING = Decimal(1), Decimal(0)
_MIRRORED = {">=": "<=", "<=": ">=", "=": "=", ">": "<", "<": ">"}


@dataclass(frozen=True)
class _AsItWas:
    """A factor times a name's number at the opening, and something added."""

    name: str
    factor: Decimal = ONE
    added: Decimal = NOTHING

    @property
    def same(self) -> bool:
        return (self.factor, self.added) == (ONE, NOTHING)


def holds_at_opening(rule: Expression) -> bool:
    """Whether it is bound to be true of the numbers as they were at the opening, where these are above zero."""
    if not isinstance(rule, Binary):
        return False
    if rule.operator in ("and", "or"):
        sides = (holds_at_opening(rule.left), holds_at_opening(rule.right))
        return all(sides) if rule.operator == "and" else any(sides)
    if isinstance(rule.left, Name):
        return _holds(rule.left.dotted, rule.operator, _as_it_was(rule.right))
    if isinstance(rule.right, Name) and rule.operator in _MIRRORED:
        return _holds(rule.right.dotted, _MIRRORED[rule.operator], _as_it_was(rule.left))
    return False


def _holds(name: str, operator: str, was: _AsItWas | None) -> bool:
    if was is None or was.name != name:
        return False
    match operator:
        case ">=":
            return was.factor <= ONE and was.added <= NOTHING
        case ">":
            return was.factor <= ONE and was.added <= NOTHING and not was.same
        case "<=":
            return was.factor >= ONE and was.added >= NOTHING
        case "<":
            return was.factor >= ONE and was.added >= NOTHING and not was.same
    return operator == "=" and was.same


def _as_it_was(node: Expression) -> _AsItWas | None:
    """`at_opening(x)`, `0.9 * at_opening(x)`, `at_opening(x) - 5`."""
    match node:
        case Call("at_opening", (Name() as name,)):
            return _AsItWas(name.dotted)
        case Binary("*", Number(factor), Call("at_opening", (Name() as name,))):
            return _AsItWas(name.dotted, factor)
        case Binary("*", Call("at_opening", (Name() as name,)), Number(factor)):
            return _AsItWas(name.dotted, factor)
        case Binary("+" | "-" as sign, below, Number(added)):
            was = _as_it_was(below)
            signed = added if sign == "+" else -added
            return _AsItWas(was.name, was.factor, was.added + signed) if was else None
    return None
