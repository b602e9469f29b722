"""Integers for the names that come from outside, given at first sight and never changed.

`account_named`, `app_user_named` and `event_name_named` hold what a step names, `told`, with the number (`id`) of each,
and whether it is `fresh`: many rows name few, and all that were ever named are looked through once.
"""

from __future__ import annotations

from aloft.facts.store import FactStore
from aloft.records.relationships import SEPARATOR


def admit(store: FactStore) -> frozenset[int]:
    """Number what `arrived` and `edited` name for the first time; the ids of the accounts that are new."""
    # Relationships are numbered elsewhere; messages may name one that is there.
    _number(
        store,
        "account",
        "external",
        "SELECT account AS told, seq FROM arrived UNION ALL SELECT external, seq FROM edited",
        f"NOT contains(n.told, '{SEPARATOR}')",
    )
    _number(store, "app_user", "external", 'SELECT "user" AS told, seq FROM arrived')
    _number(
        store,
        "event_name",
        "name",
        "SELECT name AS told, seq FROM arrived UNION ALL SELECT title, seq FROM edited",
    )
    store.run("INSERT INTO account (id, external, zone) SELECT id, told, '' FROM account_named WHERE fresh")
    store.run("INSERT INTO app_user (id, external) SELECT id, told FROM app_user_named WHERE fresh")
    store.run("INSERT INTO event_name (id, name) SELECT id, told FROM event_name_named WHERE fresh")
    return store.integers("SELECT id FROM account_named WHERE fresh")


def newest_user(store: FactStore) -> int:
    """The greatest number that a user has; 0 where there is none."""
    newest: int = store.run("SELECT coalesce(max(id), 0) FROM app_user")[0][0]
    return newest


def _number(store: FactStore, table: str, column: str, told: str, ours: str = "true") -> None:
    """`ours`: of what is not known yet, what is numbered here."""
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE {table}_named AS
        SELECT n.told, known.id IS NULL AS fresh, coalesce(known.id,
            (SELECT coalesce(max(id), 0) FROM {table})
            + row_number() OVER (PARTITION BY known.id IS NULL ORDER BY n.first, n.told)) AS id
        FROM (SELECT told, min(seq) AS first FROM ({told}) WHERE told <> '' GROUP BY told) n
        LEFT JOIN {table} known ON known.{column} = n.told
        WHERE known.id IS NOT NULL OR {ours} ORDER BY id"""
    )
