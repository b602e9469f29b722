"""Stars without some columns are written out; other stars stay as they are."""

from __future__ import annotations

import pytest
from sqlglot import parse_one

from aloft.measures.spark.stars import written_out

TABLES = {"f": ["_key", "a", "b.c"], "t": ["_key", "d"]}
WRITTEN = {
    "select * from f": "SELECT * FROM f",
    "select * exclude (a) from f": 'SELECT "f"."_key", "f"."b.c" FROM f',
    "select f.*, x.* exclude (_key) from f join t x on x._key = f._key": (
        'SELECT f.*, "x"."d" FROM f JOIN t AS x ON x._key = f._key'
    ),
    "with u as (select *, 1 as e from t) select u.* exclude (d) from u": (
        'WITH u AS (SELECT *, 1 AS e FROM t) SELECT "u"."_key", "u"."e" FROM u'
    ),
    "select * exclude (x) from (select 1, 2) s(x, y)": ('SELECT "s"."y" FROM (SELECT 1, 2) AS s(x, y)'),
    "select * exclude (a) from f semi join t on t._key = f._key": (
        'SELECT "f"."_key", "f"."b.c" FROM f SEMI JOIN t ON t._key = f._key'
    ),
    "select a from f union all select * exclude (d) from t": (
        'SELECT a FROM f UNION ALL SELECT "t"."_key" FROM t'
    ),
}


@pytest.mark.parametrize("query", WRITTEN)
def test_a_star_that_leaves_something_out_is_the_columns_that_are_left(query: str) -> None:
    found = written_out(parse_one(query, read="duckdb"), TABLES.__getitem__)
    assert found.sql(dialect="duckdb") == WRITTEN[query]
