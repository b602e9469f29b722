"""The events that arrived last, as the store has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aloft.facts.store import FactStore

LATELY = timedelta(days=7)
"""Looked through first: what is older is read only where nothing has come since."""
EVER = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN = 400  # characters of the properties


@dataclass(frozen=True)
class Arrived:
    """`name` is empty where the kind names no event; `account` and `user` where nobody is known. Instants UTC."""

    seq: int
    received: datetime
    occurred: datetime
    source: str
    kind: str
    name: str
    account: str
    user: str
    times: int
    properties: str


@dataclass(frozen=True)
class Wanted:
    """`only`: the external ids of the accounts that may be told of; None for all, and for what has no account.
    `name` is a part of an event's name, in any case."""

    only: Sequence[str] | None = None
    source: str = ""
    name: str = ""


def newest(store: FactStore, wanted: Wanted, limit: int = 50) -> list[Arrived]:
    at = store.positions().at
    if at is None or wanted.only == []:
        return []
    return _since(store, wanted, limit, at - LATELY) or _since(store, wanted, limit, EVER)


def _since(store: FactStore, wanted: Wanted, limit: int, since: datetime) -> list[Arrived]:
    clauses, parameters = _filters(wanted)
    rows = store.run(
        f"""WITH last AS (
            SELECT e.* FROM event e
            WHERE e.stream = 0 AND e.kind <> 'void' AND e.received >= $since{"".join(clauses)}
            ORDER BY e.seq DESC LIMIT $most)
        SELECT l.seq, l.received, l.occurred, l.source, l.kind, coalesce(n.name, ''), coalesce(a.external, ''),
            coalesce(u.external, ''), l.times, left(l.properties, {SHOWN})
        FROM last l LEFT JOIN event_name n ON n.id = l.name LEFT JOIN account a ON a.id = l.account
        LEFT JOIN app_user u ON u.id = l.app_user ORDER BY l.seq DESC""",
        {"since": since.astimezone(UTC).replace(tzinfo=None), "most": limit, **parameters},
    )
    return [
        Arrived(seq, received.replace(tzinfo=UTC), occurred.replace(tzinfo=UTC), *rest)
        for seq, received, occurred, *rest in rows
    ]


def _filters(wanted: Wanted) -> tuple[list[str], dict[str, object]]:
    clauses: list[str] = []
    parameters: dict[str, object] = {}
    if wanted.only is not None:
        clauses.append(" AND e.account IN (SELECT id FROM account WHERE list_contains($only, external))")
        parameters["only"] = list(wanted.only)
    if wanted.source:
        clauses.append(" AND e.source = $source")
        parameters["source"] = wanted.source
    if wanted.name:
        clauses.append(" AND e.name IN (SELECT id FROM event_name WHERE contains(lower(name), $name))")
        parameters["name"] = wanted.name.lower()
    return clauses, parameters
