"""The state that metrics read, added up from rows of events.

Live draining, rebuilding and back-filling all come here; they differ in the relation they pass.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aloft.facts.days import block, word

if TYPE_CHECKING:
    from aloft.facts.store import FactStore

STATES = ("day_count", "user_word", "kept_count", "kept_word")


@dataclass(frozen=True)
class Kept:
    """A definition whose own state is kept. `names` are event names; empty means any event.

    `where_sql` is a boolean over the columns of `event` and must not raise on any value: a condition that
    raises would stop the drain.
    """

    digest: str
    verb: str
    names: tuple[str, ...] = ()
    where_sql: str | None = None


def add(store: FactStore, relation: str, names: Collection[int] | None = None) -> None:
    """Add the events of `relation` (SQL, with the columns of `event`) to all state.

    `names` may tell which event names it holds, so that definitions of others are left alone.
    """
    store.run(_counts("day_count", "account, name, day", "name IS NOT NULL", relation))
    store.run(_words("user_word", "", "name IS NOT NULL", relation))
    for definition in kept(store):
        add_kept(store, definition, relation, names)


def add_kept(store: FactStore, definition: Kept, relation: str, names: Collection[int] | None = None) -> None:
    wanted = _ids(store, definition.names)
    if definition.names and not (wanted & set(names) if names is not None else wanted):
        return
    condition = f"name IN ({', '.join(map(str, sorted(wanted)))})" if wanted else "name IS NOT NULL"
    if definition.where_sql:
        condition += f" AND ({definition.where_sql})"
    digest = f"'{definition.digest}' AS digest, "
    if definition.verb == "count":
        store.run(_counts("kept_count", f"{digest}account, day", condition, relation))
    else:
        store.run(_words("kept_word", digest, condition, relation))


def kept(store: FactStore) -> list[Kept]:
    rows = store.run("SELECT digest, verb, names, where_sql FROM kept ORDER BY digest")
    return [Kept(digest, verb, tuple(names), where) for digest, verb, names, where in rows]


def _ids(store: FactStore, names: Collection[str]) -> frozenset[int]:
    if not names:
        return frozenset()
    return store.integers("SELECT id FROM event_name WHERE list_contains(?, name)", [list(names)])


def _counts(table: str, keys: str, condition: str, relation: str) -> str:
    return f"""INSERT INTO {table} BY NAME
        SELECT {keys}, sum(times)::BIGINT AS n FROM {relation}
        WHERE account IS NOT NULL AND {condition} GROUP BY ALL"""


def _words(table: str, digest: str, condition: str, relation: str) -> str:
    return f"""INSERT INTO {table} BY NAME
        SELECT {digest}account, app_user, {block("day")} AS block, bit_or({word("day")}) AS word
        FROM {relation}
        WHERE account IS NOT NULL AND app_user IS NOT NULL AND {condition} GROUP BY ALL"""
