from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from msgspec import Struct

from aloft.collect import tally
from aloft.collect.ids import DIGEST_BYTES, KEY_BYTES, Ids
from aloft.collect.tables import Tables, move_position, position
from aloft.collect.values import MICROSECOND, Entry, Outcome, instant, micros

PROBLEMS_KEPT = timedelta(days=30)
BODY_KEPT = 65_536  # bytes
CONFLICT = "message_id_conflict"


class Row(Struct, frozen=True, gc=False):
    key: bytes
    digest: bytes
    entry: Entry
    occurred: int


def row(entry: Entry) -> Row:
    """ValueError for what no database could store as it stands: it would fail the whole group."""
    if not entry.source or not entry.message_id or not 0 < entry.times < 2**63:
        raise ValueError("an entry needs a source, a message id and times of 1 or more")
    identity = f"{len(entry.source)}:{entry.source}:{entry.message_id}"
    said = f"{entry.kind}\0{entry.name}\0{entry.account}\0{entry.user}\0{entry.times}\0"
    return Row(
        key=blake2b(identity.encode(), digest_size=KEY_BYTES).digest(),
        digest=blake2b(said.encode() + entry.body, digest_size=DIGEST_BYTES).digest(),
        entry=entry,
        occurred=micros(entry.occurred),
    )


def store(tables: Tables, rows: Sequence[Row], received: datetime, ids: Ids) -> list[Outcome]:
    """Within the caller's transaction: `received` follows what any process stored before it."""
    seq, last = position(tables)
    at = max(micros(received), last)
    digests = ids.seen(tables, [each.key for each in rows], instant(at).date())
    outcomes = [judge(each, digests) for each in rows]
    fresh = [each for each, outcome in zip(rows, outcomes, strict=True) if outcome is Outcome.stored]
    odd = [each for each, outcome in zip(rows, outcomes, strict=True) if outcome is Outcome.conflict]
    problems = [problem(each.entry, CONFLICT, at, each.entry.body[:BODY_KEPT]) for each in odd]
    problems += [problem(each.entry, flag, at, b"") for each in fresh for flag in each.entry.flags]
    ids.add(tables, seq + len(fresh), [(each.key, each.digest) for each in fresh])
    tables.insert("entry", [cells(each, seq + n, at) for n, each in enumerate(fresh, start=1)])
    if problems:
        note(tables, problems, at)
    tally.count(tables, at, zip((each.entry.source for each in rows), outcomes, strict=True))
    move_position(tables, seq + len(fresh), at)
    return outcomes


def judge(each: Row, digests: dict[bytes, bytes]) -> Outcome:
    first = digests.get(each.key)
    if first is None:
        digests[each.key] = each.digest
        return Outcome.stored
    return Outcome.duplicate if first == each.digest else Outcome.conflict


def cells(each: Row, seq: int, at: int) -> tuple[object, ...]:
    entry = each.entry
    named = (entry.source, entry.message_id, entry.kind, entry.name, entry.account, entry.user)
    return (seq, at, *named, min(each.occurred, at), entry.times, entry.body)


def problem(entry: Entry, reason: str, at: int, body: bytes) -> tuple[object, ...]:
    return (entry.source, reason, at, entry.message_id, body)


def note(tables: Tables, problems: Sequence[tuple[object, ...]], at: int) -> None:
    tables.insert("problem", problems)
    tables.execute("DELETE FROM problem WHERE at < ?", (at - PROBLEMS_KEPT // MICROSECOND,))
