"""Conditions and formulas of an engagement model as frozen values (grammar: docs/reference/language.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Number:
    value: Decimal


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Boolean:
    value: bool


@dataclass(frozen=True)
class Null:
    pass


@dataclass(frozen=True)
class Name:
    """`mrr`, `success_plan.agreed`, `kickoff.done`, `event.priority`."""

    path: tuple[str, ...]

    @property
    def dotted(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Negative:
    operand: Expression


@dataclass(frozen=True)
class Not:
    operand: Expression


@dataclass(frozen=True)
class Binary:
    """`operator` is one of `+ - * / = <> < <= > >= and or`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class In:
    operand: Expression
    choices: tuple[Expression, ...]
    negated: bool = False


@dataclass(frozen=True)
class Between:
    operand: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True)
class IsNull:
    operand: Expression
    negated: bool = False


Expression = Number | Text | Boolean | Null | Name | Call | Negative | Not | Binary | In | Between | IsNull


def children(node: Expression) -> tuple[Expression, ...]:
    match node:
        case Negative(operand) | Not(operand) | IsNull(operand, _):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case In(operand, choices, _):
            return (operand, *choices)
        case Between(operand, low, high):
            return (operand, low, high)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    yield node
    for child in children(node):
        yield from walk(child)


def rewrite(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The expression with `change` made to every part, from the leaves up."""

    def below(part: Expression) -> Expression:
        return rewrite(part, change)

    match node:
        case Negative(operand):
            made: Expression = Negative(below(operand))
        case Not(operand):
            made = Not(below(operand))
        case Binary(operator, left, right):
            made = Binary(operator, below(left), below(right))
        case In(operand, choices, negated):
            made = In(below(operand), tuple(below(choice) for choice in choices), negated)
        case Between(operand, low, high):
            made = Between(below(operand), below(low), below(high))
        case IsNull(operand, negated):
            made = IsNull(below(operand), negated)
        case Call(function, arguments):
            made = Call(function, tuple(below(argument) for argument in arguments))
        case _:
            made = node
    return change(made)
