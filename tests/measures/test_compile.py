"""One expression tree, spelled for a dialect; true, false and unknown exactly as SQL has them."""

from __future__ import annotations

import duckdb
import pytest

from aloft.engagement.parse import parse
from aloft.measures.compile import EVENT, FRAME, sql

SPELLED = [
    ("mrr >= 5000", '"mrr" >= 5000'),
    ("status in ('trial', 'active')", "\"status\" IN ('trial', 'active')"),
    ("contract_start is not null", 'NOT ("contract_start" IS NULL)'),
    ("not success_plan.agreed", 'NOT "success_plan.agreed"'),
    ("users / seats > 0.5", '(CAST("users" AS DOUBLE) / NULLIF("seats", 0)) > 0.5'),
    ("attended('exec_sponsor')", "LIST_CONTAINS(\"_noted\", 'attended:' || 'exec_sponsor')"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), SPELLED)
def test_a_rule_is_spelled_for_duckdb(text: str, wanted: str) -> None:
    assert sql(parse(text)) == wanted


def test_a_rule_is_spelled_for_spark_from_the_same_tree() -> None:
    assert (
        sql(parse("mrr >= 5000 and country = 'DE'"), dialect="spark")
        == "(`mrr` >= 5000) AND (`country` = 'DE')"
    )


def value(text: str, **columns: object) -> object:
    """What a rule says of a row with these columns."""
    names = ", ".join(f'? as "{name}"' for name in columns) or "1 as nothing"
    found = duckdb.execute(
        f"select {sql(parse(text), FRAME)} from (select {names})", list(columns.values())
    ).fetchone()
    assert found is not None
    return found[0]


def test_a_division_by_zero_is_unknown() -> None:
    assert value("a / b > 0", a=1.0, b=0.0) is None


def test_unknown_spreads_and_neither_holds_nor_fails() -> None:
    assert value("a > 1", a=None) is None
    assert value("a > 1 or b > 1", a=None, b=2) is True
    assert value("a > 1 and b > 1", a=None, b=0) is False
    assert value("not (a > 1)", a=None) is None


def test_the_least_of_something_unknown_is_unknown() -> None:
    assert value("least(a, b)", a=1, b=None) is None
    assert value("least(a, b)", a=1, b=2) == 1
    assert value("greatest(a, b)", a=1, b=None) is None


def test_the_logarithm_of_nothing_is_unknown() -> None:
    assert value("log10(a)", a=0.0) is None
    assert value("log10(a)", a=100.0) == 2.0


def test_coalesce_decides_otherwise() -> None:
    assert value("coalesce(a, 0) < 1", a=None) is True


def event(text: str, properties: str) -> object:
    found = duckdb.execute(
        f"select {sql(parse(text), EVENT)} from (select ? as properties)", [properties]
    ).fetchone()
    assert found is not None
    return found[0]


def test_a_property_is_what_it_is_compared_with() -> None:
    assert event("rows > 10", '{"rows": 12}') is True
    assert event("rows > 10", '{"rows": "12"}') is True
    assert event("rows > 10", '{"rows": "many"}') is None
    assert event("trial = true", '{"trial": true}') is True
    assert event("priority in ('urgent', 'high')", '{"priority": "high"}') is True
    assert event("priority = 'urgent'", "{}") is None


def test_text_cannot_leave_its_quotes() -> None:
    assert value("a = 'x'' or 1=1 --'", a="x' or 1=1 --") is True
    assert value("a = 'x'' or 1=1 --'", a="x") is False
