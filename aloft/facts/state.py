"""The state that metrics read, added up from rows of events.

Live draining, rebuilding and back-filling all come here; they differ in the relation they pass. Rows are only
ever appended: what reads them adds, ors or compares, so that rows of one key may be folded at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from aloft.facts.days import block, word
from aloft.facts.schema import NUMBER

if TYPE_CHECKING:
    from aloft.facts.store import FactStore

Kind = Literal["day", "word", "value", "latest", "turn"]
KEPT: dict[Kind, str] = {
    "day": "kept_day",
    "word": "kept_word",
    "value": "kept_value",
    "latest": "kept_latest",
    "turn": "kept_turn",
}
STATES = ("day_count", "user_word", *KEPT.values())

SHORT = 12  # characters of a number

# Who did it, or that nobody knows how many did: pre-aggregated counts name no user, also where they count one.
KNOWN_USERS = "(app_user IS NOT NULL OR times > 1 OR kind = 'tally')"


@dataclass(frozen=True)
class Kept:
    """A definition whose own state is kept. `names` are event names; empty means any event.

    By kind: counts, instants and numbers by day; the days of users (word) and of the values of a property
    (value); the last value of each day (latest); what opens and closes (turn), `names` and `until`.

    `where_sql` is a boolean and `property_sql`, `key_sql` are texts over the columns of `event`. They must not
    raise on any value: that would stop the drain. Without a key, `where_sql` is asked of `until` too.
    """

    kind: Kind
    names: tuple[str, ...] = ()
    where_sql: str | None = None
    property_sql: str | None = None
    until: tuple[str, ...] = ()
    key_sql: str | None = None

    @cached_property
    def digest(self) -> int:
        """Of all that it says: 63 bits, the same in every store."""
        parts = (
            self.kind, *self.names, "\x1e", self.where_sql or "", self.property_sql or "", *self.until,
            "\x1e", self.key_sql or "",
        )  # fmt: skip
        return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big") >> 1

    @property
    def all_names(self) -> tuple[str, ...]:
        return (*self.names, *self.until)


def number_of(text_sql: str) -> str:
    """The exact number that a text holds; NULL where it holds none.

    Of a short one most fit in 64 bits, for which it is read in a tenth of the time; of a long one, digits would wrap.
    """
    quickly = f"CASE WHEN length({text_sql}) <= {SHORT} THEN try_cast({text_sql} AS DECIMAL(18, 6)) END"
    return f"coalesce({quickly}, try_cast({text_sql} AS {NUMBER}))"


def add(store: FactStore, relation: str, names: Collection[int] | None = None) -> None:
    """Add the events of `relation` (SQL, with the columns of `event`) to all state.

    `names` may tell which event names it holds, so that definitions of others are left alone.
    """
    for table, rows in common_rows(relation):
        store.run(f"INSERT INTO {table} BY NAME {rows}")
    add_kept(store, kept(store), relation, names)


def common_rows(relation: str) -> list[tuple[str, str]]:
    """The tables that every metric may read, each with the SQL of its rows from those events."""
    known = f"name IS NOT NULL AND {KNOWN_USERS}"
    return [("day_count", _day_counts(relation)), ("user_word", _words("", "app_user", known, relation))]


def add_kept(
    store: FactStore, definitions: Sequence[Kept], relation: str, names: Collection[int] | None = None
) -> None:
    ids = dict(store.run("SELECT name, id FROM event_name"))
    for definition in definitions:
        known = {ids[name] for name in definition.all_names if name in ids}
        if not definition.names or (known & set(names) if names is not None else known):
            store.run(f"INSERT INTO {KEPT[definition.kind]} BY NAME {rows_of(definition, ids, relation)}")


def rows_of(definition: Kept, ids: dict[str, int], relation: str) -> str:
    """SQL of the rows of state of a definition, from those events; `ids` are the numbers of all event names."""
    return _SPELLED[definition.kind](definition, ids, relation)


def kept(store: FactStore) -> list[Kept]:
    rows = store.run("SELECT kind, names, where_sql, property_sql, until, key_sql FROM kept ORDER BY digest")
    return [
        Kept(kind, tuple(names), where, of, tuple(until), key) for kind, names, where, of, until, key in rows
    ]


def _asked(definition: Kept, names: Sequence[str], ids: dict[str, int], *, where: bool = True) -> str:
    known = sorted(ids[name] for name in names if name in ids)
    chosen = f"name IN ({', '.join(map(str, known)) or 'NULL'})" if names else "name IS NOT NULL"
    return f"{chosen} AND ({definition.where_sql})" if where and definition.where_sql else chosen


def _day_counts(relation: str) -> str:
    return f"""SELECT account, name, day, sum(times)::BIGINT AS n, min(occurred) AS first, max(occurred) AS last
        FROM {relation} WHERE account IS NOT NULL AND name IS NOT NULL GROUP BY ALL"""


def _words(digest: str, who: str, condition: str, relation: str) -> str:
    return f"""SELECT {digest}account, {who}, {block("day")} AS block, bit_or({word("day")}) AS word
        FROM {relation} WHERE account IS NOT NULL AND {condition} GROUP BY ALL"""


def _kept_day(definition: Kept, ids: dict[str, int], relation: str) -> str:
    return f"""SELECT {definition.digest} AS digest, account, day, sum(times)::BIGINT AS n, min(occurred) AS first,
            max(occurred) AS last{_numbers(definition)}
        FROM {relation} WHERE account IS NOT NULL AND {_asked(definition, definition.names, ids)} GROUP BY ALL"""


def _numbers(definition: Kept) -> str:
    if definition.property_sql is None:
        return ""
    number = number_of(definition.property_sql)
    return f""", sum(times) FILTER ({number} IS NOT NULL)::BIGINT AS weight,
            sum({weighted(number)}) AS total, min({number}) AS low, max({number}) AS high"""


def weighted(number: str) -> str:
    """A pre-aggregated row stands for `times` events with the same number."""
    return f"try_cast({number} * times AS DECIMAL(30, 6))"


def _kept_word(definition: Kept, ids: dict[str, int], relation: str) -> str:
    condition = f"{_asked(definition, definition.names, ids)} AND {KNOWN_USERS}"
    return _words(f"{definition.digest} AS digest, ", "app_user", condition, relation)


def _kept_value(definition: Kept, ids: dict[str, int], relation: str) -> str:
    value = definition.property_sql
    condition = f"{_asked(definition, definition.names, ids)} AND {value} IS NOT NULL"
    return _words(f"{definition.digest} AS digest, ", f"{value} AS value", condition, relation)


def _kept_latest(definition: Kept, ids: dict[str, int], relation: str) -> str:
    value = definition.property_sql
    return f"""SELECT {definition.digest} AS digest, account, day, occurred, received, message_id, {value} AS value
        FROM {relation}
        WHERE account IS NOT NULL AND {_asked(definition, definition.names, ids)} AND {value} IS NOT NULL
        QUALIFY row_number() OVER (
            PARTITION BY account, day ORDER BY occurred DESC, received DESC, message_id DESC) = 1"""


def _kept_turn(definition: Kept, ids: dict[str, int], relation: str) -> str:
    opens = _asked(definition, definition.names, ids)
    closes = _asked(definition, definition.until, ids, where=definition.key_sql is None)
    key = definition.key_sql or "''"
    return f"""SELECT {definition.digest} AS digest, account, {key} AS key, day, occurred,
            CASE WHEN {opens} THEN times ELSE 0 END AS opens, CASE WHEN {closes} THEN times ELSE 0 END AS closes
        FROM {relation} WHERE account IS NOT NULL AND (({opens}) OR ({closes})) AND {key} IS NOT NULL"""


_SPELLED = {
    "day": _kept_day,
    "word": _kept_word,
    "value": _kept_value,
    "latest": _kept_latest,
    "turn": _kept_turn,
}
