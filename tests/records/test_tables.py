"""Tables made at once are those that the migrations lead to."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from aloft.engine.scenario.scratch import scratch

Shape = dict[str, tuple[Any, ...]]


def shape() -> Shape:
    """Of each table its columns, foreign keys and indexes, in whatever order they stand."""
    with connection.cursor() as cursor:
        names = sorted(set(connection.introspection.table_names(cursor)) - {"django_migrations"})
        return {name: tuple(_said(cursor, name)) for name in names}


def _said(cursor: Any, table: str) -> Any:
    for told in ("table_info", "foreign_key_list"):
        yield sorted(
            row[1:] if told == "table_info" else row[2:] for row in _all(cursor, f"pragma {told}({table})")
        )
    yield sorted(
        _all(cursor, f"select name, sql from sqlite_master where tbl_name = '{table}' and type = 'index'")
    )


def _all(cursor: Any, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(map(str, row)) for row in cursor.execute(sql).fetchall()]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a scratch database is always SQLite")
def test_the_models_and_the_migrations_say_the_same_tables() -> None:
    migrated = shape()
    with scratch() as one, one.home():
        assert shape() == migrated
    assert "records_account" in migrated
