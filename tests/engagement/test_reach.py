"""Whether a condition can be true is compared with trying every value that can make a difference."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aloft.engagement.expressions import Between, Binary, Expression, In, IsNull, Name, Not, Number
from aloft.engagement.parse import parse
from aloft.engagement.reach import can_be, not_true, true

VALUES = [None, *(Decimal(half) / 2 for half in range(-1, 6))]  # -0.5 to 2.5: each constant, and between them


def value(node: Expression, names: dict[str, Decimal | None]) -> bool | None:
    """By the three values of SQL."""
    match node:
        case Not(operand):
            found = value(operand, names)
            return None if found is None else not found
        case Binary("and", left, right):
            both = [value(left, names), value(right, names)]
            return False if False in both else None if None in both else True
        case Binary("or", left, right):
            both = [value(left, names), value(right, names)]
            return True if True in both else None if None in both else False
        case IsNull(operand, negated):
            return (number(operand, names) is None) != negated
        case In(operand, choices, negated):
            held = number(operand, names)
            return None if held is None else (held in [number(one, names) for one in choices]) != negated
        case Between(operand, low, high):
            held, least, most = (number(one, names) for one in (operand, low, high))
            return None if held is None or least is None or most is None else least <= held <= most
        case Binary(operator, left, right):
            first, second = number(left, names), number(right, names)
            if first is None or second is None:
                return None
            return {
                "<": first < second,
                "<=": first <= second,
                ">": first > second,
                ">=": first >= second,
                "=": first == second,
                "<>": first != second,
            }[operator]
    raise AssertionError(node)


def number(node: Expression, names: dict[str, Decimal | None]) -> Decimal | None:
    if isinstance(node, Name):
        return names[node.dotted]
    assert isinstance(node, Number)
    return node.value


NAMES = st.sampled_from(["a", "b"]).map(lambda name: Name((name,)))
NUMBERS = st.sampled_from([0, 1, 2]).map(lambda whole: Number(Decimal(whole)))
COMPARED = st.sampled_from(["<", "<=", ">", ">=", "=", "<>"])
ATOMS = st.one_of(
    st.builds(Binary, COMPARED, NAMES, NUMBERS),
    st.builds(Binary, COMPARED, NUMBERS, NAMES),
    st.builds(In, NAMES, st.lists(NUMBERS, min_size=1, max_size=2).map(tuple), st.booleans()),
    st.builds(Between, NAMES, NUMBERS, NUMBERS),
    st.builds(IsNull, NAMES, st.booleans()),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda below: st.one_of(
        st.builds(Not, below), st.builds(Binary, st.sampled_from(["and", "or"]), below, below)
    ),
    max_leaves=6,
)


def tried(*conditions: Expression) -> list[tuple[bool | None, ...]]:
    return [
        tuple(value(condition, {"a": a, "b": b}) for condition in conditions)
        for a, b in product(VALUES, VALUES)
    ]


@settings(deadline=None)
@given(CONDITIONS)
def test_a_condition_can_be_true_exactly_where_some_values_make_it_true(condition: Expression) -> None:
    assert can_be(true(condition)) == ("yes" if (True,) in tried(condition) else "no")


@settings(deadline=None)
@given(CONDITIONS, CONDITIONS)
def test_two_conditions_are_true_together_exactly_where_some_values_make_both_true(
    one: Expression, other: Expression
) -> None:
    assert can_be(true(one), true(other)) == ("yes" if (True, True) in tried(one, other) else "no")


@settings(deadline=None)
@given(CONDITIONS, CONDITIONS)
def test_what_one_condition_leaves_to_another_is_exactly_what_is_not_true(
    first: Expression, rest: Expression
) -> None:
    left = any(taken is not True and found is True for taken, found in tried(first, rest))
    assert can_be(not_true(first), true(rest)) == ("yes" if left else "no")


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("mrr > seats", "undecided"),
        ("mrr > seats and mrr > 5 and mrr < 3", "no"),
        ("declined('x', 0.3) or mrr > 5", "yes"),
        ("declined('x', 0.3) and status = 'active'", "undecided"),
        ("status = 'active' and status = 'trial'", "no"),
        ("status in ('active', 'trial') and status not in ('active')", "yes"),
        ("status in ('active', 'trial') and status not in ('active', 'trial')", "no"),
        ("touches('tech') and not touches('tech')", "no"),
        ("success_plan.agreed and not success_plan.agreed", "no"),
        ("mrr >= 5 and mrr <= 5", "yes"),
        ("mrr >= 5 and mrr <= 5 and mrr <> 5", "no"),
        ("mrr is null and mrr > 3", "no"),
        ("'a' = 'b' or false", "no"),
        ("not (mrr between 1 and 3) and mrr >= 1 and mrr <= 3", "no"),
    ],
)
def test_what_is_no_comparison_of_one_name_is_not_guessed(condition: str, answer: str) -> None:
    assert can_be(true(parse(condition))) == answer


def test_a_condition_of_very_many_ways_is_not_decided_wrongly() -> None:
    text = " and ".join(f"(a{i} = 1 or b{i} = 2 or c{i} = 3)" for i in range(12))
    assert can_be(true(parse(text))) == "undecided"
    assert can_be(true(parse(f"x = 1 and x = 2 and {text}"))) == "no"
