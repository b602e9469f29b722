from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from aloft.engagement.parse import ExpressionError, parse, read
from aloft.engagement.render import render
from tests.engagement.expressions import expressions

A, B, C = Name(("a",)), Name(("b",)), Name(("c",))


def number(text: str) -> Number:
    return Number(Decimal(text))


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("mrr >= 5000", Binary(">=", Name(("mrr",)), number("5000"))),
        ("0.30", number("0.3")),
        (".5", number("0.5")),
        ("true", Boolean(True)),
        ("'it''s'", Text("it's")),
        ("success_plan.agreed", Name(("success_plan", "agreed"))),
        ("status in ('trial', 'active')", In(Name(("status",)), (Text("trial"), Text("active")))),
        ("a not in (1)", In(A, (number("1"),), negated=True)),
        ("a between 1 and 2 and b", Binary("and", Between(A, number("1"), number("2")), B)),
        ("a is null", IsNull(A)),
        ("a is not null", IsNull(A, negated=True)),
        ("a or b and c", Binary("or", A, Binary("and", B, C))),
        ("not a and b", Binary("and", Not(A), B)),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a - (b - c)", Binary("-", A, Binary("-", B, C))),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("-a * b", Binary("*", Negative(A), B)),
        ("a - -b", Binary("-", A, Negative(B))),
        ("least()", Call("least", ())),
        ("attended('champion') or b", Binary("or", Call("attended", (Text("champion"),)), B)),
        ("case = 1 or drop", Binary("or", Binary("=", Name(("case",)), number("1")), Name(("drop",)))),
        ("order_id", Name(("order_id",))),
        ("'and'", Text("and")),
    ],
)
def test_text_is_read_as_the_grammar_says(text: str, expression: Expression) -> None:
    assert parse(text) == expression


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "an expression is missing", 0),
        ("a >", "the expression ends too early", 3),
        ("a = b = c", "comparisons do not chain: unexpected '='", 6),
        ("a == b", "write '=' for equality", 2),
        ("a != b", "write '<>' for 'not equal'", 2),
        ('a = "x"', "text stands in single quotes", 4),
        ("a > 30%", "a percentage is a fraction: write 0.30 for 30%", 6),
        ("a AND b", "write 'and' in small letters", 2),
        ("Mrr > 1", "'Mrr' is not a name: names begin with a small letter", 0),
        ("a > 28d", "'28d' is not a number; durations and dates stand in single quotes", 4),
        ("a = 'x", "text without a closing quote", 4),
        ("a = null", "null is only asked for: write 'is null' or 'is not null'", 4),
        ("(a", "')' expected, found the end", 2),
        ("a in b", "'(' expected, found 'b'", 5),
        ("a not b", "'in' expected, found 'b'", 6),
        ("a between 1 or 2", "'and' expected, found 'or'", 12),
        ("a b", "unexpected 'b'", 2),
        ("a 'b'", "unexpected 'b'", 2),
        ("a.not", "a name is missing after '.'", 2),
        ("a.b(1)", "'a.b' is not a function", 0),
        ("a ; b", "unexpected ';'", 2),
        ("not not a", "unexpected 'not'", 4),
        ("--a", "unexpected '-'", 1),
        ("(" * 51 + "a" + ")" * 51, "more than 50 parentheses deep", 50),
        (" + ".join(["a"] * 101), "more than 100 operators deep", 401),
    ],
)
def test_an_error_says_what_and_where(text: str, message: str, offset: int) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse(text)
    assert (raised.value.message, raised.value.offset) == (message, offset)


def test_each_part_knows_where_it_begins() -> None:
    parsed = read("a and days_since(b) > 3")
    assert isinstance(parsed.expression, Binary)
    right = parsed.expression.right
    assert isinstance(right, Binary)
    assert [parsed.offset(part) for part in (parsed.expression, right, right.left, right.right)] == [
        0,
        6,
        6,
        22,
    ]


@pytest.mark.parametrize(
    "text", ["(" * 10_000, "not(" * 10_000, "-(" * 10_000, "f(" * 10_000, "a in (" * 10_000]
)
def test_no_depth_of_nesting_breaks_the_parser(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"more than 50 parentheses deep|expected|unexpected"):
        parse(text)


@pytest.mark.parametrize("operator", ["and", "or", "+", "*"])
def test_a_hundred_operands_in_a_row_are_fine(operator: str) -> None:
    text = f" {operator} ".join(["a"] * 100)
    assert render(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("((a))  or(b)", "a or b"),
        ("a-(b+c)*0.30", "a - (b + c) * 0.3"),
        ("not (a and b)", "not (a and b)"),
        ("not (a = b)", "not a = b"),
        ("-(-a)", "-(-a)"),
        ("(a = b) = true", "(a = b) = true"),
        ("event . priority", "event.priority"),
    ],
)
def test_rendering_gives_canonical_text(text: str, canonical: str) -> None:
    assert render(parse(text)) == canonical


@given(expressions)
def test_rendered_text_parses_to_the_same_expression(expression: Expression) -> None:
    assert parse(render(expression)) == expression


@given(expressions)
def test_canonical_text_is_its_own_canonical_text(expression: Expression) -> None:
    assert render(parse(render(expression))) == render(expression)


@given(st.text() | st.text(alphabet="ab01.'()=<>+-*/, andornotisull"))
def test_any_text_is_an_expression_or_an_error_with_a_place(text: str) -> None:
    error = error_of(text)
    assert error is None or (error.message and 0 <= error.offset <= len(text))


def error_of(text: str) -> ExpressionError | None:
    try:
        parse(text)
    except ExpressionError as error:
        return error
    return None
