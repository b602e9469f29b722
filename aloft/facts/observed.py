"""What was observed of accounts: the traits of groups, and the zone that follows from all attributes."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pyarrow as pa

from aloft.facts.bodies import fields
from aloft.facts.store import FactStore, Positions

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Zones that were told since the last step, or that have begun to hold since then.
STIRRED = """field = 'timezone' AND ((stream = 0 AND seq > $inbox) OR (stream = 1 AND seq > $changes)
    OR (valid > $since AND valid <= $at) OR (stream = 0 AND seq IN (SELECT seq FROM amended)))"""


def note_traits(store: FactStore) -> None:
    """Append the traits of each group call of `incoming` to `attribute`."""
    calls = store.run(
        """SELECT seq, properties FROM incoming
        WHERE kind = 'group' AND account IS NOT NULL AND properties <> '{}' ORDER BY seq"""
    )
    told = [(seq, field, value) for seq, traits in calls for field, value in fields(traits).items()]
    if not told:
        return
    seqs, names, values = zip(*told, strict=True)
    store.load(
        "traits",
        pa.table(
            {
                "seq": pa.array(seqs, pa.int64()),
                "field": pa.array(names, pa.string()),
                "value": pa.array(values, pa.string()),
            }
        ),
    )
    store.run(
        """INSERT INTO attribute BY NAME
        SELECT i.account, t.field, t.value, i.occurred AS valid, i.received AS recorded, 0 AS rank,
            0 AS stream, i.seq, i.source
        FROM traits t JOIN incoming i ON i.seq = t.seq"""
    )


def settle_zones(store: FactStore, before: Positions, at: datetime) -> frozenset[int]:
    """Write the zones in force at `at`; the accounts whose zone is another now."""
    store.run("CREATE TEMP TABLE IF NOT EXISTS amended AS SELECT * FROM event LIMIT 0")
    since = {
        "inbox": before.inbox,
        "changes": before.changes,
        "since": _naive(before.at or EPOCH),
        "at": _naive(at),
    }
    if store.run(f"SELECT count(*) FROM attribute WHERE {STIRRED}", since) == [(0,)]:
        return frozenset()
    told = _winners(store, since)
    zones = [zone if zone in store.zones else "" for _, zone in told]
    ids = pa.array([account for account, _ in told], pa.int32())
    store.load("zoned", pa.table({"id": ids, "zone": pa.array(zones, pa.string())}))
    differing = "SELECT z.id FROM zoned z JOIN account a ON a.id = z.id WHERE a.zone <> z.zone"
    changed = store.integers(differing)
    if changed:
        store.run("UPDATE account SET zone = z.zone FROM zoned z WHERE z.id = account.id")
    return changed


def _winners(store: FactStore, since: dict[str, object]) -> list[tuple[int, str]]:
    rows = store.run(
        f"""SELECT account, CASE WHEN valid <= $at THEN value END
        FROM attribute
        WHERE field = 'timezone' AND account IN (SELECT account FROM attribute WHERE {STIRRED})
        QUALIFY row_number() OVER (
            PARTITION BY account
            ORDER BY valid <= $at DESC, rank DESC, valid DESC, recorded DESC, seq DESC
        ) = 1""",
        since,
    )
    return [(account, _text(value)) for account, value in rows]


def _text(value: str | None) -> str:
    told = msgspec.json.decode(value) if value else ""
    return told if isinstance(told, str) else ""


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
