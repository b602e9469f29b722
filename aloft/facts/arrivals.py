"""Entries of the inbox become the temporary table `arrived`, without those whose id was ever seen before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from aloft.collect.inbox import Logged
from aloft.facts.bodies import properties
from aloft.facts.store import FactStore

INSTANT = pa.timestamp("us")

# Stable across releases of the engine, unlike its own hash(); collisions are settled by the ids themselves.
HASH = "md5_number_lower(concat(source, chr(31), message_id))"

# As the event of that name; the other kinds say who is who and count as nobody's activity.
NAMED = "CASE WHEN kind IN ('track', 'page', 'screen') THEN nullif(name, '') END"


@dataclass(frozen=True)
class Refused:
    """`conflicts` are the (source, message_id) of refused entries that said something else than the first."""

    duplicates: int
    conflicts: tuple[tuple[str, str], ...]


def stage(store: FactStore, entries: Sequence[Logged]) -> Refused:
    store.load("staged", _table(entries))
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE arrived AS
        SELECT * REPLACE ({NAMED} AS name, CASE WHEN json_valid(properties) THEN properties ELSE '{{}}' END
            AS properties), {HASH} AS hash
        FROM staged QUALIFY row_number() OVER (PARTITION BY source, message_id ORDER BY seq) = 1"""
    )
    _refuse_seen(store)
    duplicates = store.run("SELECT (SELECT count(*) FROM staged) - (SELECT count(*) FROM arrived)")[0][0]
    return Refused(duplicates, _conflicts(store) if duplicates else ())


def remember(store: FactStore) -> None:
    """From now on the ids of `arrived` are refused."""
    store.run("INSERT INTO seen SELECT received::DATE - DATE '1970-01-01', hash FROM arrived")


def _refuse_seen(store: FactStore) -> None:
    """The small side is hashed and the history only probed; ids are compared on the days that hit."""
    store.run(
        """CREATE OR REPLACE TEMP TABLE earlier AS
        SELECT a.seq AS refused, s.day FROM seen s JOIN arrived a ON a.hash = s.hash"""
    )
    if store.run("SELECT count(*) FROM earlier") == [(0,)]:
        store.run("CREATE OR REPLACE TEMP TABLE original AS SELECT * FROM event LIMIT 0")
        return
    store.run(
        """CREATE OR REPLACE TEMP TABLE original AS
        SELECT e.* FROM event e JOIN arrived a ON e.source = a.source AND e.message_id = a.message_id
        WHERE e.stream = 0 AND e.received >= (SELECT DATE '1970-01-01' + min(day) FROM earlier)
            AND e.received < (SELECT DATE '1970-01-01' + max(day) + 1 FROM earlier)"""
    )
    store.run(
        """DELETE FROM arrived USING original o
        WHERE o.source = arrived.source AND o.message_id = arrived.message_id"""
    )


def _conflicts(store: FactStore) -> tuple[tuple[str, str], ...]:
    rows = store.run(
        """WITH kept AS (
            SELECT seq, source, message_id, kind, properties FROM original
            UNION ALL SELECT seq, source, message_id, kind, properties FROM arrived)
        SELECT DISTINCT s.source, s.message_id FROM staged s JOIN kept k USING (source, message_id)
        WHERE s.kind <> k.kind OR s.properties <> k.properties ORDER BY ALL"""
    )
    return tuple((source, message_id) for source, message_id in rows)


def _table(entries: Sequence[Logged]) -> pa.Table:
    return pa.table(
        {
            "seq": pa.array([entry.seq for entry in entries], pa.int64()),
            "source": pa.array([entry.source for entry in entries], pa.string()),
            "message_id": pa.array([entry.message_id for entry in entries], pa.string()),
            "kind": pa.array([entry.kind for entry in entries], pa.string()),
            "name": pa.array([entry.name for entry in entries], pa.string()),
            "account": pa.array([entry.account for entry in entries], pa.string()),
            "user": pa.array([entry.user for entry in entries], pa.string()),
            "occurred": pa.array([entry.occurred for entry in entries], INSTANT),
            "received": pa.array([entry.received for entry in entries], INSTANT),
            "times": pa.array([entry.times for entry in entries], pa.int32()),
            "properties": pa.array([properties(entry.kind, entry.body) for entry in entries], pa.string()),
        }
    )
