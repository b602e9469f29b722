"""Integers for the names that come from outside, given at first sight and never changed."""

from __future__ import annotations

from aloft.facts.store import FactStore
from aloft.records.relationships import SEPARATOR


def admit(store: FactStore) -> frozenset[int]:
    """Number what `arrived` and `edited` name for the first time; the ids of the accounts that are new."""
    before = store.run("SELECT coalesce(max(id), 0) FROM account")[0][0]
    _number(
        store,
        "account (id, external, zone)",
        "external",
        f"""SELECT account AS told, seq FROM arrived WHERE NOT contains(account, '{SEPARATOR}')
        UNION ALL SELECT external, seq FROM edited WHERE NOT contains(external, '{SEPARATOR}')""",
        ", ''",
    )
    _number(store, "app_user (id, external)", "external", 'SELECT "user" AS told, seq FROM arrived')
    _number(
        store,
        "event_name (id, name)",
        "name",
        "SELECT name AS told, seq FROM arrived UNION ALL SELECT title, seq FROM edited",
    )
    return store.integers("SELECT id FROM account WHERE id > ?", [before])


def newest_user(store: FactStore) -> int:
    """The greatest number that a user has; 0 where there is none."""
    newest: int = store.run("SELECT coalesce(max(id), 0) FROM app_user")[0][0]
    return newest


def _number(store: FactStore, target: str, column: str, told: str, rest: str = "") -> None:
    table = target.split(" ", 1)[0]
    store.run(
        f"""INSERT INTO {target}
        SELECT (SELECT coalesce(max(id), 0) FROM {table}) + row_number() OVER (ORDER BY first, told),
            told {rest}
        FROM (SELECT told, min(seq) AS first FROM ({told}) WHERE told <> '' GROUP BY told) n
        ANTI JOIN {table} known ON known.{column} = n.told"""
    )
