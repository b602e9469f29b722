"""Any expression the grammar can write, for property tests."""

from __future__ import annotations

from decimal import Decimal

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
from aloft.engagement.parse import KEYWORDS

names = st.from_regex(r"[a-z][A-Za-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name not in KEYWORDS)
numbers = st.decimals(min_value=0, max_value=10**12, allow_nan=False, places=4).map(
    lambda d: Number(abs(Decimal(d)))
)
leaves: st.SearchStrategy[Expression] = st.one_of(
    numbers,
    st.text(max_size=12).map(Text),
    st.booleans().map(Boolean),
    st.lists(names, min_size=1, max_size=3).map(lambda path: Name(tuple(path))),
)


def _larger(part: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators = st.sampled_from(["+", "-", "*", "/", "=", "<>", "<", "<=", ">", ">=", "and", "or"])
    several = st.lists(part, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Call, names, st.lists(part, max_size=3).map(tuple)),
        st.builds(Negative, part),
        st.builds(Not, part),
        st.builds(Binary, operators, part, part),
        st.builds(In, part, several, st.booleans()),
        st.builds(Between, part, part, part),
        st.builds(IsNull, part, st.booleans()),
    )


expressions = st.recursive(leaves, _larger, max_leaves=20)
