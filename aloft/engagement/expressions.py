"""Conditions and formulas of an engagement model as frozen values (grammar: docs/reference/language.md)."""

from __future__ import annotations

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
