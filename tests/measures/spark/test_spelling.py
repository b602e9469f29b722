"""What is spelled otherwise for Spark; that it says the same, the conformance suite tells."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlglot import parse_one

from aloft.measures.spark.spelling import parsed, spelled
from aloft.measures.zones import macros

SPELLED = {
    "aloft_local(t, z)": "FROM_UTC_TIMESTAMP(t, z)",
    "aloft_day(t, z)": "UNIX_DATE(CAST(FROM_UTC_TIMESTAMP(t, z) AS DATE))",
    "aloft_instant(d, z)": "TO_UTC_TIMESTAMP(CAST(d AS TIMESTAMP), z)",
    "timezone(z, timezone('UTC', t))::date": "CAST(FROM_UTC_TIMESTAMP(t, z) AS DATE)",
    "timezone('UTC', timezone(z, d))": "TO_UTC_TIMESTAMP(CAST(d AS TIMESTAMP), z)",
    "timezone('UTC', try_cast(x as timestamptz))": "TRY_CAST(x AS TIMESTAMP)",
    "timestamp '1970-01-01'": "CAST('1970-01-01' AS TIMESTAMP)",
    "arg_max(v, (a, b)) filter (where c)": "MAX_BY(v, STRUCT(a, b)) FILTER(WHERE c)",
    "a in (select unnest((1, 2)))": "a IN (1, 2)",
    "a in (select id from t where b in (select unnest(('x',))))": (
        "a IN (SELECT id FROM t WHERE b IN ('x'))"
    ),
    "touch_set[1]": "GET(touch_set, 0)",
    "list_has_any(t, ['high'])": "ARRAYS_OVERLAP(t, ARRAY('high'))",
    "1::bigint << least(d, 62)": "SHIFTLEFT(CAST(1 AS BIGINT), LEAST(d, 62))",
    "json_extract_string(p, '$.\"a b\"')": "GET_JSON_OBJECT(p, '$[\\'a b\\']')",
}


@pytest.mark.parametrize("ours", SPELLED)
def test_it_is_spelled_for_spark(ours: str) -> None:
    assert spelled(parse_one(f"select {ours}", read="duckdb")) == f"SELECT {SPELLED[ours]}"


def test_group_by_all_names_what_is_no_sum() -> None:
    query = "select 7 as digest, account, floor(day / 64.0) as block, sum(n) as n from t group by all"
    assert spelled(parse_one(query, read="duckdb")).endswith("GROUP BY account, FLOOR(day / 64.0)")


def test_parameters_are_put_in_and_macros_left_out() -> None:
    statements = f"{macros('UTC')}; select $at::timestamp as t"
    (only,) = parsed(statements, {"at": datetime.fromisoformat("2026-06-29 23:59:59")})
    assert spelled(only) == "SELECT CAST(CAST('2026-06-29 23:59:59' AS TIMESTAMP) AS TIMESTAMP) AS t"
