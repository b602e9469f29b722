"""What contracts say, taken over from another connection to the same facts."""

from __future__ import annotations

from typing import Any

import duckdb

from aloft.revenue.standing import Standing
from tests.engine.world import World

READ = "select * from standing order by account, opens"


def read(standing: Standing, connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    standing.refresh()
    return connection.execute(READ).fetchall()


def test_what_another_connection_has_found_is_asked_again_only_where_contracts_have_changed(
    world: World,
) -> None:
    for name, mrr in (("acme", "6000"), ("beta", "4800")):
        world.account(name, "2025-12-01")
        world.contract(name, "2025-12-01", "2026-01-05", mrr)
    world.run("2026-01-06")
    store = world.engine.store.connection
    first = store.cursor()
    standing = Standing(first)
    before = read(standing, first)
    found = standing.found()
    world.contract("beta", "2026-01-07", "2026-01-08", "5000")
    world.run("2026-01-09")

    second, anew = store.cursor(), store.cursor()
    taken = read(Standing(second, found), second)
    assert taken == read(Standing(anew), anew)
    assert taken != before
    restated = second.execute("select count(distinct account) from restated").fetchall()
    assert restated == [(1,)]
