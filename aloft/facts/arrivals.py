"""Entries become the temporary table `arrived`, without those whose id was ever seen before.

What comes over the wire is refused the second time, whatever it says. A row of a file that comes again and
says something else takes the place of the earlier one: its number and the instant at which it was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from aloft.facts.bodies import properties
from aloft.facts.log import GONE, ROLLED
from aloft.facts.store import FactStore

# Stable across releases of the engine, unlike its own hash(); collisions are settled by the ids themselves.
HASH = "md5_number_lower(concat(source, chr(31), message_id))"

# As the event of that name; the other kinds say who is who and count as nobody's activity.
NAMED = f"CASE WHEN kind IN ('track', 'page', 'screen', 'tally', '{ROLLED}') THEN nullif(name, '') END"

# An import writes its bodies itself, so the database may read them.
TOLD = "coalesce(body ->> '$.properties', body ->> '$.traits', '{}')"


@dataclass(frozen=True)
class Refused:
    """`conflicts` are the (source, message_id) of refused entries that said something else than the first."""

    duplicates: int
    conflicts: tuple[tuple[str, str], ...]


def stage(store: FactStore, entries: pa.Table) -> Refused:
    """`entries` are rows of the log. Makes `arrived`, and `amended`: earlier events that rows of it replace."""
    _load(store, _without_gone(store, entries))
    _arrive(store)
    _refuse_seen(store)
    amended = store.run("SELECT count(*) FROM amended")[0][0]
    duplicates = store.run("SELECT (SELECT count(*) FROM staged) - (SELECT count(*) FROM arrived)")[0][0]
    return Refused(duplicates, _conflicts(store) if duplicates or amended else ())


def _arrive(store: FactStore) -> None:
    """Of entries with the same id the first counts; of rows of files the last, in the place of the first."""
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE arrived AS
        SELECT * REPLACE ({NAMED} AS name,
            CASE WHEN json_valid(properties) THEN properties ELSE '{{}}' END AS properties), {HASH} AS hash
        FROM staged"""
    )
    if store.run("SELECT count(DISTINCT hash) = count(*) FROM arrived") == [(True,)]:
        return
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE arrived AS
        SELECT * EXCLUDE (first_seq, first_received) REPLACE (first_seq AS seq, first_received AS received)
        FROM (
            SELECT *, min(seq) OVER same AS first_seq, arg_min(received, seq) OVER same AS first_received
            FROM arrived WINDOW same AS (PARTITION BY source, message_id)
        )
        QUALIFY row_number() OVER (
            PARTITION BY source, message_id
            ORDER BY kind <> '{ROLLED}', CASE WHEN imported THEN -seq ELSE seq END
        ) = 1"""
    )


def _without_gone(store: FactStore, entries: pa.Table) -> pa.Table:
    """Of what was rolled up the log has the digests of the ids: these are refused too."""
    is_gone = pc.equal(entries["kind"], GONE)
    if not pc.any(is_gone).as_py():
        return entries
    store.load("digests", entries.filter(is_gone).select(["message_id"]))
    store.run("INSERT INTO gone SELECT message_id::UBIGINT FROM digests WHERE message_id <> ''")
    return entries.filter(pc.invert(is_gone))


def note_rolled(store: FactStore, relation: str) -> None:
    """What is known of the rolled events of `relation` (SQL: name, properties, times and day).

    One without any property is of somebody who was erased: metrics that read properties count it no longer.
    """
    store.run(
        f"""INSERT INTO rolled_up SELECT name, json_keys(properties) AS properties, times > 1 AS merged, max(day)
        FROM {relation} WHERE name IS NOT NULL AND properties <> '{{}}' GROUP BY ALL"""
    )


def remember(store: FactStore) -> None:
    """From now on the ids of `arrived` are refused."""
    store.run(
        """INSERT INTO seen SELECT received::DATE - DATE '1970-01-01', hash FROM arrived
        WHERE seq NOT IN (SELECT seq FROM amended)"""
    )


def _load(store: FactStore, entries: pa.Table) -> None:
    if "properties" in entries.column_names:
        store.load("staged", entries)
        return
    wire = entries.filter(pc.invert(entries["imported"]))
    told = [
        properties(kind, body)
        for kind, body in zip(wire["kind"].to_pylist(), wire["body"].to_pylist(), strict=True)
    ]
    store.load("wired", wire.drop_columns("body").append_column("properties", pa.array(told, pa.string())))
    imported = entries.filter(entries["imported"])
    body = imported.column_names.index("body")
    store.load("bodies", imported.set_column(body, "body", imported["body"].cast(pa.string())))
    # In one statement: DuckDB 1.5 takes a table that was made from an empty one of Arrow as empty in the same
    # transaction, however many rows are inserted into it later (from 122,880 on, with several threads).
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE staged AS
        SELECT * FROM wired UNION ALL BY NAME SELECT * EXCLUDE (body), {TOLD} AS properties FROM bodies"""
    )


def _refuse_seen(store: FactStore) -> None:
    """The small side is hashed and the history only probed; ids are compared on the days that hit."""
    store.run("DELETE FROM arrived USING gone g WHERE g.hash = arrived.hash")
    store.run(
        """CREATE OR REPLACE TEMP TABLE earlier AS
        SELECT a.seq AS refused, s.day FROM seen s JOIN arrived a ON a.hash = s.hash"""
    )
    if store.run("SELECT count(*) FROM earlier") == [(0,)]:
        store.run("CREATE OR REPLACE TEMP TABLE original AS SELECT * FROM event LIMIT 0")
        store.run("CREATE OR REPLACE TEMP TABLE amended AS SELECT * FROM event LIMIT 0")
        return
    store.run(
        """CREATE OR REPLACE TEMP TABLE original AS
        SELECT e.* FROM event e JOIN arrived a ON e.source = a.source AND e.message_id = a.message_id
        WHERE e.stream = 0 AND e.received >= (SELECT DATE '1970-01-01' + min(day) FROM earlier)
            AND e.received < (SELECT DATE '1970-01-01' + max(day) + 1 FROM earlier)"""
    )
    _amend(store)
    store.run(
        """DELETE FROM arrived USING original o
        WHERE o.source = arrived.source AND o.message_id = arrived.message_id
            AND o.seq NOT IN (SELECT seq FROM amended)"""
    )


def _amend(store: FactStore) -> None:
    """Rows of files that say something else take the place of the first, unless it is rolled up."""
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE amended AS
        SELECT o.* FROM original o JOIN arrived a ON o.source = a.source AND o.message_id = a.message_id
        LEFT JOIN account c ON c.id = o.account LEFT JOIN app_user u ON u.id = o.app_user
        LEFT JOIN event_name n ON n.id = o.name
        WHERE a.imported AND o.kind <> '{ROLLED}'
            AND (o.kind, o.occurred, o.times, o.properties, coalesce(c.external, ''), coalesce(u.external, ''),
                coalesce(n.name, '')) IS DISTINCT FROM (a.kind, a.occurred, a.times, a.properties, a.account,
                a."user", coalesce(a.name, ''))"""
    )
    if store.run("SELECT count(*) FROM amended") == [(0,)]:
        return
    store.run(
        """UPDATE arrived SET seq = o.seq, received = o.received FROM amended o
        WHERE o.source = arrived.source AND o.message_id = arrived.message_id"""
    )
    store.run("DELETE FROM event WHERE stream = 0 AND seq IN (SELECT seq FROM amended)")
    for table in ("attribute", "contract_line"):
        store.run(f"DELETE FROM {table} WHERE stream = 0 AND seq IN (SELECT seq FROM amended)")


def _conflicts(store: FactStore) -> tuple[tuple[str, str], ...]:
    rows = store.run(
        """WITH kept AS (
            SELECT seq, source, message_id, kind, properties FROM original
            UNION ALL SELECT seq, source, message_id, kind, properties FROM arrived)
        SELECT DISTINCT s.source, s.message_id FROM staged s JOIN kept k USING (source, message_id)
        WHERE NOT s.imported AND (s.kind <> k.kind OR s.properties <> k.properties) ORDER BY ALL"""
    )
    return tuple((source, message_id) for source, message_id in rows)
