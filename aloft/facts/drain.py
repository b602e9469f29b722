"""Apply entries of the inbox and changes of the records to the fact store, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from aloft.collect.inbox import Logged
from aloft.facts import (
    arrivals,
    completeness,
    edits,
    identity,
    imported,
    log,
    membership,
    merges,
    observed,
    relationships,
    state,
)
from aloft.facts.changes import ChangeRow
from aloft.facts.days import local_day, zone_of
from aloft.facts.rebuild import rebuild
from aloft.facts.store import FactStore, Positions


@dataclass(frozen=True)
class Drained:
    """What a step did. Accounts are the store's integers.

    New events are those of stream 0 with a seq above `before.inbox` and of stream 1 above `before.changes`, and
    what relationships have of them (streams 2 and 3). `moved` are the seqs of earlier ones of stream 0 that
    belong to another account now. `listed` are the accounts of which files have told contract lines or contacts,
    `described` those that are new, or whose fields may be others now. `since` has by account the first local day on
    which an event lies that its state has grown by; of those that were rebuilt, nothing need be as it was.
    """

    before: Positions
    after: Positions
    touched: frozenset[int]
    created: frozenset[int]
    rebuilt: frozenset[int]
    moved: frozenset[int]
    listed: frozenset[int]
    described: frozenset[int]
    since: Mapping[int, int]
    events: int
    duplicates: int
    conflicts: tuple[tuple[str, str], ...]
    arrived: tuple[completeness.Arrival, ...]


def drain(
    store: FactStore, entries: Sequence[Logged] | pa.Table, changes: Sequence[ChangeRow], at: datetime
) -> Drained:
    """Apply what lies beyond the positions, and move them, with the instant `at` (aware) of the step.

    A table of entries is of the log's schema. What is at or below a position is passed over, so a step may be
    repeated. All or nothing.
    """
    before = store.positions()
    entries = entries if isinstance(entries, pa.Table) else log.table(entries)
    entries = entries.filter(pc.greater(entries["seq"], before.inbox))
    changes = sorted((c for c in changes if c.seq > before.changes), key=lambda change: change.seq)
    with store.transaction():
        if entries.num_rows or changes:
            return _apply(store, entries, changes, before, at)
        return _let_time_pass(store, before, at)


def _let_time_pass(store: FactStore, before: Positions, at: datetime) -> Drained:
    """Nothing has come; but a zone that was set ahead may hold from now on."""
    rebuilt = observed.settle_zones(store, before, at)
    rebuild(store, rebuilt)
    _move(store, 0, 0, at)
    none: frozenset[int] = frozenset()
    return Drained(before, store.positions(), rebuilt, none, rebuilt, none, none, none, {}, 0, 0, (), ())


def _apply(
    store: FactStore, entries: pa.Table, changes: Sequence[ChangeRow], before: Positions, at: datetime
) -> Drained:
    refused = arrivals.stage(store, entries)
    edits.stage(store, changes)
    known = identity.newest_user(store)
    created = identity.admit(store)
    _identify(store)
    kinds = {kind for (kind,) in store.run("SELECT DISTINCT kind FROM incoming")}
    if "group" in kinds:
        observed.note_traits(store)
    if "contract" in kinds:
        imported.fold_lines(store)
    if "contact" in kinds:
        imported.fold_contacts(store)
    edits.fold(store, changes)
    stirred = merges.follow(store, changes)
    membership.learn(store, known, stirred)
    zoned = observed.settle_zones(store, before, at) - created
    membership.attribute(store)
    membership.attribute_again(store, known)
    events = _insert(store)
    arrived = completeness.note(store, changes)
    arrivals.remember(store)
    rebuilt = zoned | edits.withdraw(store, changes) | _deprived(store) | stirred
    rebuild(store, rebuilt)
    touched = rebuilt | _touched(store)
    parts = relationships.follow(store, before, rebuilt, touched, stirred)
    _move(
        store,
        pc.max(entries["seq"]).as_py() or 0,
        max((change.seq for change in changes), default=0),
        at,
    )
    return Drained(
        before=before,
        after=store.positions(),
        touched=touched | parts.touched,
        created=created | parts.created,
        rebuilt=rebuilt | parts.rebuilt,
        moved=_found(store, stirred),
        listed=imported.told_of(store) | stirred,
        described=_described(store, before) | created | stirred | parts.touched | parts.created,
        since=_since(store, parts.touched),
        events=events,
        duplicates=refused.duplicates,
        conflicts=refused.conflicts,
        arrived=arrived,
    )


def _identify(store: FactStore) -> None:
    """Make `incoming`: rows of `event` for what has arrived, as yet without a day."""
    store.run("CREATE OR REPLACE TEMP TABLE incoming AS SELECT * FROM event LIMIT 0")
    store.run(
        """INSERT INTO incoming BY NAME
        SELECT 0 AS stream, r.seq, r.source, r.message_id, a.id AS account, u.id AS app_user, n.id AS name,
            r.occurred, r.received, r.times, r.properties, r.account <> '' AS named_account, r.kind
        FROM arrived r
        LEFT JOIN account_named a ON a.told = r.account
        LEFT JOIN app_user_named u ON u.told = r."user"
        LEFT JOIN event_name_named n ON n.told = r.name"""
    )


def _insert(store: FactStore) -> int:
    """Events with their account and day; state grows by them, and by those that found their account."""
    day = local_day("i.occurred", zone_of("a", store.home_zone))
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE fresh AS
        SELECT i.* REPLACE (coalesce(i.account, p.account) AS account, {day} AS day)
        FROM incoming i
        LEFT JOIN placed p ON p.stream = i.stream AND p.seq = i.seq
        LEFT JOIN account a ON a.id = coalesce(i.account, p.account)"""
    )
    store.run("INSERT INTO event SELECT * FROM fresh ORDER BY stream, seq")
    events: int = store.run("SELECT count(*) FROM fresh")[0][0]
    arrivals.note_rolled(store, f"(SELECT * FROM fresh WHERE kind = '{log.ROLLED}')")
    store.run(
        """INSERT INTO fresh SELECT e.* FROM event e
        WHERE e.stream = 0 AND e.seq IN (SELECT seq FROM moved WHERE was IS NULL)"""
    )
    names = store.integers("SELECT DISTINCT name FROM fresh WHERE name IS NOT NULL")
    state.add(store, "fresh", names)
    return events


def _found(store: FactStore, stirred: frozenset[int]) -> frozenset[int]:
    """Earlier events that have only now found their account; what a merge moves had found it before."""
    return store.integers(
        """SELECT seq FROM moved WHERE was IS NULL OR account IS NULL
            OR was NOT IN (SELECT unnest($stirred)) OR account NOT IN (SELECT unnest($stirred))""",
        {"stirred": sorted(stirred)},
    )


def _deprived(store: FactStore) -> frozenset[int]:
    """Accounts on either side of a move from one to another, or of an event that was replaced.

    Sums can be added to, bits cannot be cleared.
    """
    return store.integers(
        """SELECT was FROM moved WHERE was IS NOT NULL
        UNION SELECT account FROM moved WHERE was IS NOT NULL AND account IS NOT NULL
        UNION SELECT account FROM amended WHERE account IS NOT NULL
        UNION SELECT f.account FROM fresh f SEMI JOIN amended a ON a.seq = f.seq WHERE f.account IS NOT NULL"""
    )


def _touched(store: FactStore) -> frozenset[int]:
    return store.integers(
        """SELECT account FROM fresh WHERE account IS NOT NULL
        UNION SELECT a.id FROM account a SEMI JOIN edited e ON e.external = a.external"""
    )


def _described(store: FactStore, before: Positions) -> frozenset[int]:
    return store.integers(
        """SELECT account FROM attribute WHERE (stream = 0 AND seq > $inbox) OR (stream = 1 AND seq > $changes)
        UNION SELECT account FROM amended WHERE account IS NOT NULL
        UNION SELECT a.id FROM account a SEMI JOIN edited e ON e.external = a.external""",
        {"inbox": before.inbox, "changes": before.changes},
    )


def _since(store: FactStore, parts: frozenset[int]) -> dict[int, int]:
    """`parts`: the relationships that were touched. Nothing of these lies before all of their accounts."""
    come = "SELECT account, day FROM fresh WHERE account IS NOT NULL"
    if parts:
        come += " UNION ALL SELECT p.id, f.day FROM fresh f JOIN account p ON p.whole = f.account"
    return dict(store.run(f"SELECT account, min(day) FROM ({come}) GROUP BY account"))


def _move(store: FactStore, inbox: int, change: int, at: datetime) -> None:
    instant = at.astimezone(UTC).replace(tzinfo=None)
    store.run(
        """UPDATE position SET inbox = greatest(inbox, ?), changes = greatest(changes, ?),
            "at" = greatest("at", ?::TIMESTAMP)""",
        [inbox, change, instant],
    )
