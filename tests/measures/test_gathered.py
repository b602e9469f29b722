"""What is told apart outside the database is what the database would count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aloft.measures.gathered import Gather, Query
from aloft.measures.told_apart import NOBODY, Distinct, Unclosed

WEEK, MONTH = 1, 2


def seen(*rows: tuple[int, int, int]) -> Distinct:
    """Rows of an account, who of it, and the windows."""
    values = ", ".join(f"({account}::bigint << 32 | {who}::bigint, {there})" for account, who, there in rows)
    source = (
        f"(values {values}) t(thing, there)" if rows else "(select 0::bigint as thing, 0 as there limit 0)"
    )
    return Distinct(f"select thing, there from {source}", {"week": WEEK, "month": MONTH}, "is_there")


def read(*parts: Query, keys: Sequence[int] = (0, 1)) -> list[dict[str, Any]]:
    """What stands beside these keys."""
    with duckdb.connect() as connection:
        connection.execute("create table asked (_key bigint)")
        for key in keys:
            connection.execute("insert into asked values (?)", [key])
        rows: list[dict[str, Any]] = Gather(parts, "asked").read(connection).to_pylist()
        return rows


@pytest.mark.parametrize("last", [5, 2**31 - 1], ids=["a small number", "the largest number"])
def test_who_was_there_twice_counts_once_in_each_window(last: int) -> None:
    rows = read(
        seen((1, 3, MONTH), (1, last, MONTH), (3, 4, MONTH), (1, 3, WEEK), (1, 3, MONTH)), keys=(0, 1, 2, 3)
    )
    assert rows == [
        {"week": None, "month": None, "is_there": None},
        {"week": 1, "month": 2, "is_there": True},
        {"week": None, "month": None, "is_there": None},
        {"week": 0, "month": 1, "is_there": True},
    ]


def test_rows_stand_in_the_order_of_the_keys_and_others_are_left_out() -> None:
    told = "select unnest([5, 2, 9]) as _key, unnest(['five', 'two', 'nine']) as name"
    assert [row["name"] for row in read(told, keys=(9, 3, 5, 12))] == ["nine", None, "five", None]


def test_users_of_one_number_in_two_accounts_are_two() -> None:
    told = read(seen((0, 7, WEEK), (1, 7, WEEK), (0, 7, WEEK)))
    assert [row["week"] for row in told] == [1, 1]


def test_where_nobody_knows_who_the_count_is_unknown_in_that_window_alone() -> None:
    told = read(seen((0, 1, WEEK | MONTH), (0, NOBODY, MONTH), (1, 1, WEEK | MONTH)))
    assert [(row["week"], row["month"]) for row in told] == [(1, None), (1, 1)]


Turn = tuple[int, str, int, str, int]
"""An account, what of it, when, `o`pened or `c`losed (or both), and the windows."""


def turned(*rows: Turn) -> Unclosed:
    values = ", ".join(
        f"({account}, '{thing}', {when}::bigint, {'o' in what}, {'c' in what}, {there})"
        for account, thing, when, what, there in rows or [(0, "", 0, "", 0)]
    )
    names = "account, thing, occurred, opens, closes, there"
    query = f"select * from (values {values}) t({names}) {'' if rows else 'limit 0'}"
    return Unclosed(query, {"week": WEEK, "ever": MONTH}, "is_there")


@pytest.mark.parametrize(
    ("turns", "left"),
    [
        pytest.param([(1, "a", 5, "o", 3)], [(1, 1)], id="what is opened is open"),
        pytest.param([(1, "a", 5, "o", 3), (1, "a", 6, "c", 3)], [(0, 0)], id="until it is closed"),
        pytest.param([(1, "a", 5, "oc", 3)], [(0, 0)], id="of one instant, closing comes last"),
        pytest.param(
            [(1, "a", 4, "c", 3), (1, "a", 5, "o", 3)], [(1, 1)], id="what closed before closes nothing"
        ),
        pytest.param([(1, "a", 5, "o", 2), (1, "a", 6, "o", 3)], [(1, 1)], id="opened twice it is one"),
        pytest.param([(1, "a", 5, "o", 2), (1, "b", 6, "o", 3)], [(1, 2)], id="each in its windows"),
        pytest.param([(1, "a", 5, "o", 3), (1, "b", 6, "c", 3)], [(1, 1)], id="another thing closes it not"),
        pytest.param(
            [(1, "a", 5, "o", 3), (2, "a", 6, "c", 3)], [(1, 1), (0, 0)], id="nor does another account"
        ),
    ],
)
def test_what_is_open_is_the_same_in_whatever_order_its_rows_lie(
    turns: list[Turn], left: list[tuple[int, int]]
) -> None:
    for ordered in permutations(turns):
        rows = read(turned(*ordered), keys=(1, 2))
        assert [(row["week"], row["ever"]) for row in rows if row["is_there"]] == left


def test_where_nothing_was_ever_opened_nothing_is_told() -> None:
    assert read(turned(), keys=(1,)) == [{"week": None, "ever": None, "is_there": None}]


TURNS = st.tuples(
    st.integers(1, 3), st.sampled_from("abc"), st.integers(0, 9), st.sampled_from(["o", "c", "oc"])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TURNS))
def test_what_is_open_is_what_an_opening_left_that_no_closing_followed(
    told: list[tuple[int, str, int, str]],
) -> None:
    expected = {
        (account, thing)
        for account, thing, when, what in told
        if "o" in what
        and not any(
            (account, thing) == (its, other) and "c" in closed and then >= when
            for its, other, then, closed in told
        )
    }
    rows = read(turned(*((*row, MONTH) for row in told)), keys=(1, 2, 3))
    counted = [sum(account == one for account, _thing in expected) for one in (1, 2, 3)]
    assert [row["ever"] or 0 for row in rows] == counted


def test_of_no_rows_nothing_is_told() -> None:
    assert read(seen(), keys=()) == []
    assert read(seen(), "select 1 as _key, 5 as n") == [
        {"week": None, "month": None, "is_there": None, "n": None},
        {"week": None, "month": None, "is_there": None, "n": 5},
    ]


def test_places_are_kept_for_these_queries_alone() -> None:
    asked = "select current_setting('perfect_ht_threshold')"
    with duckdb.connect() as connection:
        before = connection.execute(asked).fetchall()
        with pytest.raises(duckdb.Error):
            Gather(["select no_such_column"], "asked").read(connection)
        assert connection.execute(asked).fetchall() == before
