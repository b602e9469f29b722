"""The text of a condition or formula to its value (grammar: EXPR of docs/reference/language.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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

KEYWORDS = frozenset({"and", "or", "not", "in", "between", "is", "null", "true", "false"})
COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
MAX_NESTING = 50  # parentheses and arguments within each other
MAX_DEPTH = 100  # of the value: whoever walks it may recurse without fear

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![A-Za-z0-9_.]))"
    r"|(?P<name>[a-z][A-Za-z0-9_]*)"
    r"|(?P<text>'(?:[^']|'')*+')"
    r"|(?P<operator><>|<=|>=|[=<>+\-*/(),.])"
)
_HINTS = (
    ("==", "write '=' for equality"),
    ("!=", "write '<>' for 'not equal'"),
    ("&&", "write 'and'"),
    ("||", "write 'or'"),
    ('"', "text stands in single quotes"),
    ("'", "text without a closing quote"),
    ("%", "a percentage is a fraction: write 0.30 for 30%"),
)
_WORD = re.compile(r"[A-Za-z0-9_.]+")


class ReadingError(Exception):
    """Text that is not what it should be; `offset` counts characters from its start."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class ExpressionError(ReadingError):
    """Text that is not an expression."""


@dataclass(frozen=True)
class Parsed:
    """An expression with its text and, for errors, where in the text each part begins."""

    expression: Expression
    text: str
    offsets: Mapping[int, int]

    def offset(self, part: Expression) -> int:
        return self.offsets[id(part)]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    offset: int


def parse(text: str) -> Expression:
    """The expression that `text` is; raises ExpressionError."""
    return read(text).expression


def read(text: str) -> Parsed:
    """The expression that `text` is, with the places of its parts; raises ExpressionError."""
    parser = _Parser(_tokens(text))
    expression = parser.whole()
    return Parsed(expression, text, parser.offsets)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    offset = 0
    while offset < len(text):
        match = None if text.startswith("==", offset) else _TOKEN.match(text, offset)
        if match is None:
            raise ExpressionError(_unreadable(text, offset), offset)
        if match.lastgroup != "space":
            tokens.append(_token(str(match.lastgroup), match.group(), offset))
        offset = match.end()
    tokens.append(_Token("end", "", len(text)))
    return tokens


def _token(kind: str, text: str, offset: int) -> _Token:
    return _Token("keyword" if kind == "name" and text in KEYWORDS else kind, text, offset)


def _unreadable(text: str, offset: int) -> str:
    for start, hint in _HINTS:
        if text.startswith(start, offset):
            return hint
    word = _WORD.match(text, offset)
    if word is None:
        return f"unexpected {text[offset]!r}"
    found = word.group()
    if found.lower() in KEYWORDS:
        return f"write '{found.lower()}' in small letters"
    if found[0].isdigit() or found[0] == ".":
        return f"'{found}' is not a number; durations and dates stand in single quotes"
    return f"'{found}' is not a name: names begin with a small letter"


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.nesting = 0
        self.offsets: dict[int, int] = {}
        self.depths: dict[int, int] = {}

    def whole(self) -> Expression:
        if self.token.kind == "end":
            raise ExpressionError("an expression is missing", 0)
        expression = self.disjunction()
        if self.token.kind != "end":
            raise ExpressionError(self.surplus(), self.token.offset)
        return expression

    def disjunction(self) -> Expression:
        return self.chain(self.conjunction, {"or"})

    def conjunction(self) -> Expression:
        return self.chain(self.negation, {"and"})

    def negation(self) -> Expression:
        start = self.token.offset
        if not self.accept("not"):
            return self.test()
        operand = self.test()
        return self.made(Not(operand), start, operand)

    def test(self) -> Expression:
        start = self.token.offset
        left = self.sum()
        if self.token.text in COMPARISONS and self.token.kind == "operator":
            operator = self.advance().text
            right = self.sum()
            return self.made(Binary(operator, left, right), start, left, right)
        if self.accept("between"):
            return self.between(left, start)
        if self.accept("is"):
            negated = self.accept("not")
            self.demand("null")
            return self.made(IsNull(left, negated), start, left)
        return self.membership(left, start)

    def between(self, operand: Expression, start: int) -> Expression:
        low = self.sum()
        self.demand("and")
        high = self.sum()
        return self.made(Between(operand, low, high), start, operand, low, high)

    def membership(self, operand: Expression, start: int) -> Expression:
        negated = self.accept("not")
        if not negated and self.token.text != "in":
            return operand
        self.demand("in")
        self.demand("(")
        choices = self.listed(self.sum)
        return self.made(In(operand, choices, negated), start, operand, *choices)

    def sum(self) -> Expression:
        return self.chain(self.term, {"+", "-"})

    def term(self) -> Expression:
        return self.chain(self.factor, {"*", "/"})

    def factor(self) -> Expression:
        start = self.token.offset
        if not self.accept("-"):
            return self.primary()
        operand = self.primary()
        return self.made(Negative(operand), start, operand)

    def primary(self) -> Expression:
        token = self.advance()
        if token.kind == "number":
            return self.made(Number(Decimal(token.text)), token.offset)
        if token.kind == "text":
            return self.made(Text(token.text[1:-1].replace("''", "'")), token.offset)
        if token.text in {"true", "false"}:
            return self.made(Boolean(token.text == "true"), token.offset)
        if token.kind == "name":
            return self.name(token)
        if token.text == "(":
            return self.nested(token.offset)
        raise ExpressionError(_misplaced(token), token.offset)

    def name(self, first: _Token) -> Expression:
        if self.token.text == "(" and self.token.kind == "operator":
            return self.call(first)
        path = [first.text]
        while self.accept("."):
            if self.token.kind != "name":
                raise ExpressionError("a name is missing after '.'", self.token.offset)
            path.append(self.advance().text)
        if len(path) > 1 and self.token.text == "(":
            raise ExpressionError(f"'{'.'.join(path)}' is not a function", first.offset)
        return self.made(Name(tuple(path)), first.offset)

    def call(self, function: _Token) -> Expression:
        self.advance()
        self.enter(function.offset)
        arguments = () if self.accept(")") else self.listed(self.disjunction)
        self.nesting -= 1
        return self.made(Call(function.text, arguments), function.offset, *arguments)

    def nested(self, offset: int) -> Expression:
        self.enter(offset)
        expression = self.disjunction()
        self.demand(")")
        self.nesting -= 1
        return expression

    def listed(self, item: Callable[[], Expression]) -> tuple[Expression, ...]:
        items = [item()]
        while self.accept(","):
            items.append(item())
        self.demand(")")
        return tuple(items)

    def chain(self, operand: Callable[[], Expression], operators: set[str]) -> Expression:
        start = self.token.offset
        left = operand()
        while self.token.text in operators and self.token.kind in {"operator", "keyword"}:
            operator = self.advance().text
            right = operand()
            left = self.made(Binary(operator, left, right), start, left, right)
        return left

    def made(self, part: Expression, offset: int, *children: Expression) -> Expression:
        depth = 1 + max((self.depths[id(child)] for child in children), default=0)
        if depth > MAX_DEPTH:
            raise ExpressionError(f"more than {MAX_DEPTH} operators deep", self.token.offset)
        self.offsets[id(part)] = offset
        self.depths[id(part)] = depth
        return part

    def enter(self, offset: int) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise ExpressionError(f"more than {MAX_NESTING} parentheses deep", offset)

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def advance(self) -> _Token:
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    def accept(self, text: str) -> bool:
        if self.token.text != text or self.token.kind not in {"operator", "keyword"}:
            return False
        self.at += 1
        return True

    def demand(self, text: str) -> None:
        if not self.accept(text):
            raise ExpressionError(f"'{text}' expected, found {_found(self.token)}", self.token.offset)

    def surplus(self) -> str:
        token = self.token
        if token.text in COMPARISONS and token.kind == "operator":
            return f"comparisons do not chain: unexpected '{token.text}'"
        return f"unexpected {_found(token)}"


def _found(token: _Token) -> str:
    return "the end" if token.kind == "end" else f"'{token.text}'" if token.kind != "text" else token.text


def _misplaced(token: _Token) -> str:
    if token.kind == "end":
        return "the expression ends too early"
    if token.text == "null":
        return "null is only asked for: write 'is null' or 'is not null'"
    return f"unexpected {_found(token)}"
