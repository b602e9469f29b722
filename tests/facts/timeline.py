"""A few words to write logs with, and a picture of a store that does not depend on its integers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from aloft.collect.inbox import Logged
from aloft.facts.changes import ChangeRow
from aloft.facts.compact import FOLDS
from aloft.facts.drain import Drained, drain
from aloft.facts.schema import TABLES
from aloft.facts.store import FactStore

NOW = datetime(2026, 6, 1, tzinfo=UTC)
Snapshot = dict[str, list[tuple[Any, ...]]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def tracked(seq: int, when: str, user: str = "", account: str = "", **told: Any) -> Logged:
    """`told` may give name, id, source, times, received (text), kind; the rest are properties."""
    occurred = at(when)
    received = told.pop("received", None)
    kind = told.pop("kind", "track")
    return Logged(
        seq=seq,
        source=told.pop("source", "product"),
        message_id=told.pop("id", f"m{seq}"),
        kind=kind,
        name=told.pop("name", "Signed In" if kind == "track" else ""),
        account=account,
        user=user,
        occurred=occurred,
        times=told.pop("times", 1),
        received=at(received) if received else occurred + timedelta(seconds=1),
        body=json.dumps({"traits" if kind in ("group", "identify") else "properties": told}).encode(),
    )


def grouped(seq: int, when: str, user: str, account: str, **traits: Any) -> Logged:
    return tracked(seq, when, user, account, kind="group", **traits)


def changed(seq: int, when: str, kind: str, account: str, **data: Any) -> ChangeRow:
    return ChangeRow(seq=seq, at=at(when), kind=kind, account=account, data=data)


def recorded(seq: int, when: str, account: str, fact: str, **data: Any) -> ChangeRow:
    told = {
        "id": seq,
        "moment": "kickoff",
        "anchor": "c-1",
        "n": 1,
        "contact": "",
        "persona": "",
        "value": "",
    }
    return changed(seq, when, "fact.recorded", account, **{**told, "fact": fact, "at": f"{when}Z", **data})


def a_store(home_zone: str = "UTC") -> FactStore:
    return FactStore.open(":memory:", home_zone=home_zone, threads=1)


def drained(*entries: Logged, changes: tuple[ChangeRow, ...] = (), home_zone: str = "UTC") -> FactStore:
    store = a_store(home_zone)
    drain(store, entries, changes, NOW)
    return store


def step(store: FactStore, *entries: Logged, changes: tuple[ChangeRow, ...] = ()) -> Drained:
    return drain(store, entries, changes, NOW)


ACCOUNT = "(SELECT external FROM account WHERE id = t.account) AS account"
USER = "(SELECT external FROM app_user WHERE id = t.app_user) AS app_user"
NAME = "(SELECT name FROM event_name WHERE id = t.name) AS name"
PICTURES = {
    "account": """SELECT a.external, a.zone, w.external AS whole, a.product, m.external AS merging,
            s.external AS merged_into
        FROM account a LEFT JOIN account w ON w.id = a.whole
        LEFT JOIN account m ON m.id = a.merging LEFT JOIN account s ON s.id = a.merged_into""",
    "absorbed": "SELECT * REPLACE ((SELECT external FROM account WHERE id = t.was) AS was) FROM absorbed t",
    "app_user": "SELECT external FROM app_user t",
    "event_name": "SELECT name FROM event_name t",
    "event": f"SELECT * REPLACE ({ACCOUNT}, {USER}, {NAME}) FROM event t",
    "seen": "SELECT * FROM seen",
    "gone": "SELECT * FROM gone",
    "rolled_up": f"SELECT * REPLACE ({NAME}) FROM rolled_up t",
    "membership": f"SELECT * REPLACE ({ACCOUNT}, {USER}) FROM membership t",
    **{
        table: f"SELECT * REPLACE ({', '.join(replaced)}) FROM ({FOLDS[table].sql(table)}) t"
        for table, replaced in {
            "day_count": (ACCOUNT, NAME),
            "user_word": (ACCOUNT, USER),
            "kept_day": (ACCOUNT,),
            "kept_word": (ACCOUNT, USER),
            "kept_value": (ACCOUNT,),
            "kept_latest": (ACCOUNT,),
            "kept_turn": (ACCOUNT,),
        }.items()
    },
    "kept": "SELECT * FROM kept",
    "attribute": f"SELECT * REPLACE ({ACCOUNT}) FROM attribute t",
    "contract": f"SELECT * REPLACE ({ACCOUNT}) FROM contract t",
    "contract_line": f"SELECT * REPLACE ({ACCOUNT}) FROM contract_line t",
    "line_pause": f"SELECT * REPLACE ({ACCOUNT}) FROM line_pause t",
    "exchange_rate": "SELECT * FROM exchange_rate",
    "recorded_fact": f"SELECT * REPLACE ({ACCOUNT}) FROM recorded_fact t",
    "plan_note": f"SELECT * REPLACE ({ACCOUNT}) FROM plan_note t",
    "plan_goal": f"SELECT * REPLACE ({ACCOUNT}) FROM plan_goal t",
    "goal_reading": f"SELECT * REPLACE ({ACCOUNT}) FROM goal_reading t",
    "plan_step": f"SELECT * REPLACE ({ACCOUNT}) FROM plan_step t",
    "contact": f"SELECT * REPLACE ({ACCOUNT}) FROM contact t",
    "arrival": "SELECT source, name, slot, max(last) AS last FROM arrival GROUP BY ALL",
    "source_mark": "SELECT * FROM source_mark",
    "position": "SELECT * FROM position",
    "store_version": "SELECT * FROM store_version",
}
WHEN_IT_CAME = {
    "event": "seq, received",
    "absorbed": "seq",
    "kept_latest": "received",
    "membership": "seq",
    "attribute": "seq, recorded",
    "seen": "day",
    "source_mark": "recorded, seq",
    "position": 'inbox, "at"',
}
NOT_FACTS = {"compacted"}
assert PICTURES.keys() | NOT_FACTS == TABLES.keys()


def picture(store: FactStore) -> Snapshot:
    """Every table with the names of the world outside in place of integers, state added up, sorted."""
    return {table: store.run(f"SELECT * FROM ({sql}) ORDER BY ALL") for table, sql in PICTURES.items()}


def picture_of_what_happened(store: FactStore) -> Snapshot:
    """The picture without the order and the instants in which it arrived."""
    shown: Snapshot = {}
    for table, sql in PICTURES.items():
        left_out = f"EXCLUDE ({WHEN_IT_CAME[table]})" if table in WHEN_IT_CAME else ""
        if table not in {"position", "arrival"}:
            shown[table] = store.run(f"SELECT * {left_out} FROM ({sql}) ORDER BY ALL")
    return shown
