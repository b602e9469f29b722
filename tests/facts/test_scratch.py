"""A scratch store is empty whenever it is taken, whatever was done in it before."""

from __future__ import annotations

import duckdb
import pytest

from aloft.facts.scratch import scratch
from aloft.facts.store import FactStore


def tables(store: FactStore) -> set[str]:
    return {name for (name,) in store.run("select table_name from duckdb_tables()")}


def test_what_was_done_in_it_is_gone_the_next_time() -> None:
    with scratch("UTC") as store:
        empty = tables(store)
        with store.transaction():
            store.run("insert into account (id, external) values (1, 'a1')")
            store.run("update position set inbox = 7")
            store.run("create temp table beside as select 1")
    for _ in range(2):
        with scratch("UTC") as store:
            assert store.run("select count(*) from account") == [(0,)]
            assert store.positions().inbox == 0
            assert tables(store) == empty


def test_one_that_is_taken_while_another_is_in_use_knows_nothing_of_it() -> None:
    with scratch("UTC") as one, scratch("UTC") as other:
        one.run("insert into account (id, external) values (1, 'a1')")
        assert other.run("select count(*) from account") == [(0,)]


def test_it_has_the_zone_that_is_asked_for() -> None:
    for zone in ("UTC", "Europe/Berlin", "UTC"):
        with scratch(zone) as store:
            assert store.home_zone == zone
            assert store.run("select home_zone from store_version") == [(zone,)]


def fail_in_one() -> None:
    with scratch("UTC") as store:
        store.run("insert into account (id, external) values (1, 'a1')")
        store.run("select 'x'::integer")


def test_after_one_in_which_something_failed_it_is_empty() -> None:
    with pytest.raises(duckdb.ConversionException):
        fail_in_one()
    with scratch("UTC") as store:
        assert store.run("select count(*) from account") == [(0,)]
