"""An expression as canonical text: equal expressions give equal text, and parsing it gives the expression."""

from __future__ import annotations

from decimal import Decimal

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

_OR, _AND, _NOT, _TEST, _SUM, _TERM, _FACTOR, _PRIMARY = range(8)
_BINARY = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _TERM, "/": _TERM}


def render(expression: Expression) -> str:
    """The canonical text of `expression`, with parentheses only where the grammar needs them."""
    match expression:
        case Number(value):
            return number(value)
        case Text(value):
            return quote(value)
        case Boolean(value):
            return "true" if value else "false"
        case Name():
            return expression.dotted
        case Call(function, arguments):
            return f"{function}({', '.join(render(argument) for argument in arguments)})"
        case Negative(operand):
            return f"-{_within(operand, _PRIMARY)}"
        case Not(operand):
            return f"not {_within(operand, _TEST)}"
        case Binary():
            return _binary(expression)
        case In() | Between() | IsNull():
            return _test(expression)
        case _:
            return "null"


def number(value: Decimal) -> str:
    """`0.30` and `0.3` are one number: `0.3`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _binary(expression: Binary) -> str:
    level = _BINARY.get(expression.operator)
    if level is None:
        left, right = _within(expression.left, _SUM), _within(expression.right, _SUM)
    else:
        left, right = _within(expression.left, level), _within(expression.right, level + 1)
    return f"{left} {expression.operator} {right}"


def _test(expression: In | Between | IsNull) -> str:
    operand = _within(expression.operand, _SUM)
    match expression:
        case In(_, choices, negated):
            listed = ", ".join(_within(choice, _SUM) for choice in choices)
            return f"{operand} {'not in' if negated else 'in'} ({listed})"
        case Between(_, low, high):
            return f"{operand} between {_within(low, _SUM)} and {_within(high, _SUM)}"
        case IsNull(_, negated):
            return f"{operand} is {'not null' if negated else 'null'}"


def _within(expression: Expression, level: int) -> str:
    text = render(expression)
    return f"({text})" if _level(expression) < level else text


def _level(expression: Expression) -> int:
    match expression:
        case Binary(operator):
            return _BINARY.get(operator, _TEST)
        case Not():
            return _NOT
        case In() | Between() | IsNull():
            return _TEST
        case Negative():
            return _FACTOR
        case _:
            return _PRIMARY
